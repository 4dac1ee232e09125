"""Pieces of tool calls become calls that can go back to the server."""

import pytest

from bot.answering.tool_calls import ToolCalls
from bot.ports.model import ToolCallDelta


def collected(*pieces: ToolCallDelta, taken: tuple[str, ...] = ()) -> ToolCalls:
    calls = ToolCalls(taken=taken)
    for piece in pieces:
        calls.add(piece)
    return calls


def test_pieces_of_one_index_are_one_call() -> None:
    calls = collected(
        ToolCallDelta(index=3, id="a", name="look"),
        ToolCallDelta(index=0, id="b", name="mark", arguments="{}"),
        ToolCallDelta(index=3, arguments='{"x":'),
        ToolCallDelta(index=3, id="other", name="other", arguments="1}"),
    )

    assert [(call.id, call.name, call.arguments) for call in calls.whole()] == [
        ("a", "look", '{"x":1}'),
        ("b", "mark", "{}"),
    ]


@pytest.mark.parametrize("id_", [None, "", "taken", "x" * 257])
def test_an_id_that_is_missing_used_or_endless_is_replaced(id_: str | None) -> None:
    calls = collected(
        ToolCallDelta(index=0, id=id_, name="look"),
        ToolCallDelta(index=1, id=id_, name="look"),
        taken=("taken", "call00000"),
    )

    ids = [call.id for call in calls.whole()]
    assert ids == ["call00001", "call00002"]
    assert all(len(made_up) == 9 and made_up.isalnum() for made_up in ids)


def test_what_is_beyond_the_bounds_is_cut() -> None:
    calls = collected(
        *(ToolCallDelta(index=index, name="n" * 1000, arguments="x" * 9000) for index in range(9)),
        *(ToolCallDelta(index=index, arguments="y" * 9000) for index in range(9)),
    )

    assert [(len(call.name), len(call.arguments)) for call in calls.whole()] == [(64, 16_384)] * 8


def test_without_pieces_there_is_no_call() -> None:
    assert collected().whole() == ()
    assert len(collected(ToolCallDelta(index=0)).whole()) == 1
