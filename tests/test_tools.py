"""The model's tools: what it may ask for, and what comes of it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import aiosqlite
import pytest

from bot import texts
from bot.answering.tools import BOXES, PICTURES, POSTED, ROUNDS, TOOLS, LookCloser, PointOut, ToolMisuse, read_call
from bot.errors import AttachmentError, ModelError, ModelTrouble, PlatformRefused
from bot.ports.eyes import MarkedBox
from bot.ports.model import (
    Finished,
    FinishReason,
    PictureContent,
    PromptMessage,
    TextDelta,
    ToolCall,
    ToolCallDelta,
    Usage,
)
from bot.records.attachments import AttachmentId
from bot.records.pictures import Box
from bot.sentences import sentence
from tests.core import DIALOGUE_RULES, Core, running_core
from tests.fake_chat import FakeChat
from tests.happenings import KEY, message, photo
from tests.scripted_model import Step, prompt_text, said

WHOLE = [0, 0, 1000, 1000]


def asked(name: str, *, text: str = "", **arguments: object) -> list[Step]:
    """The script of a model that asks for one tool."""
    call = ToolCallDelta(index=0, id=f"call of {name}", name=name, arguments=json.dumps(arguments))
    usage = Usage(prompt_tokens=10, completion_tokens=1)
    words: list[Step] = [TextDelta(text)] if text else []
    return [*words, call, Finished(reason=FinishReason.TOOL_CALLS, model="scripted", usage=usage)]


def call(name: str, arguments: object) -> ToolCall:
    return ToolCall(id="1", name=name, arguments=arguments if isinstance(arguments, str) else json.dumps(arguments))


def roomy(**files: bytes | Exception) -> FakeChat:
    chat = FakeChat(text_length=4000)
    chat.files |= files
    return chat


def crops_in(prompt: Sequence[PromptMessage]) -> list[PictureContent]:
    every = [part for entry in prompt for part in entry.content if isinstance(part, PictureContent)]
    return [part for part in every if part.jpeg.startswith(b"crop of ")]


def lose_originals(folder: Path) -> None:
    originals = [file for file in folder.rglob("*") if file.is_file() and file.read_bytes() == b"pic"]
    assert originals
    for file in originals:
        file.unlink()


async def picture_name(core: Core, text: str = "what is it?", handle: str = "cat") -> str:
    """Ask about a picture; what it is called in the prompt."""
    await core.hear(message(text, attachments=[photo(handle)]))
    await core.finish()
    return prompt_text(core.model.prompts[0]).partition("[p")[2].partition("]")[0]


def test_a_call_is_read_with_what_is_out_of_bounds_put_right() -> None:
    closer = read_call(call("look_closer", {"picture": " [P12] ", "bbox_2d": [900, 1200, -5, "10"]}))
    assert closer == LookCloser(picture=AttachmentId(12), part=0, box=Box(left=0, top=10, right=900, bottom=1000))
    point = read_call(call("point_out", {"picture": "p7.3", "boxes": [{"bbox_2d": [1, 2, 3, 4], "label": "a\nb"}]}))
    box = Box(left=1, top=2, right=3, bottom=4)
    assert point == PointOut(picture=AttachmentId(7), part=2, boxes=(MarkedBox(box=box, label="a b"),))
    many = {"picture": "1", "boxes": [{"bbox_2d": WHOLE, "label": ""}] * 99}
    assert len(read_call(call("point_out", many)).boxes) == BOXES  # type: ignore[union-attr]  # it is a PointOut


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("buy", {}),
        ("look_closer", "{"),
        ("look_closer", "[" * 50_000),
        ("look_closer", "[]"),
        ("look_closer", {}),
        ("look_closer", {"picture": "the cat", "bbox_2d": WHOLE}),
        ("look_closer", {"picture": "p1"}),
        ("look_closer", {"picture": "p1", "bbox_2d": [1, 2, 3]}),
        ("look_closer", {"picture": "p1", "bbox_2d": [1, 2, 3, None]}),
        ("look_closer", '{"picture": "p1", "bbox_2d": [0, 0, NaN, 1e999]}'),
        ("look_closer", {"picture": "p1", "bbox_2d": [5, 5, 5, 9]}),
        ("point_out", {"picture": "p1", "boxes": []}),
        ("point_out", {"picture": "p1", "boxes": ["here"]}),
        ("point_out", {"picture": "p" + "9" * 40, "boxes": [{"bbox_2d": WHOLE}]}),
    ],
)
def test_a_wrong_call_is_explained_to_the_model(name: str, arguments: object) -> None:
    with pytest.raises(ToolMisuse, match=r"\.$"):
        read_call(call(name, arguments))


async def test_the_model_looks_closer_and_answers_with_what_it_saw(tmp_path: Path) -> None:
    look = asked("look_closer", text="Let me see.", picture="p1", bbox_2d=[100, 200, 300, 400])
    async with running_core(tmp_path, look, said("It says", " 12:45."), chat=roomy(cat=b"pic")) as core:
        await picture_name(core, "what time is it?")
        assert core.chat.texts() == ["Let me see.\n\nIt says 12:45."]
        first, second = core.model.prompts
        assert core.model.tools == [[tool.name for tool in TOOLS]] * 2
        assert second[: len(first)] == first
        asking, result, closer = second[len(first) :]
        assert (asking.role, asking.tool_calls[0].name) == ("assistant", "look_closer")
        assert (result.role, result.tool_call_id) == ("tool", asking.tool_calls[0].id)
        assert closer.content[1] == PictureContent(jpeg=b"crop of pic 0 100 200 300 400", width_px=64, height_px=32)


async def test_the_model_points_something_out_on_a_picture_that_is_posted_behind_the_answer(tmp_path: Path) -> None:
    boxes = [{"bbox_2d": [1, 2, 3, 4], "label": "the cat"}, {"bbox_2d": WHOLE, "label": "the sofa"}]
    point = asked("point_out", picture="p1", boxes=boxes)
    async with running_core(tmp_path, point, said("On the sofa."), chat=roomy(cat=b"pic")) as core:
        await picture_name(core, "where is the cat?")
        text, picture = core.chat.screen.values()
        assert text.text == "On the sofa."
        assert (picture.text, picture.reply_to) == ("1: the cat\n2: the sofa", None)
        assert picture.picture is not None
        assert picture.picture.jpeg == b"marked pic 0 the cat,the sofa"


async def test_a_picture_of_an_earlier_question_can_be_looked_at_again(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat."), chat=roomy(cat=b"pic")) as core:
        name = await picture_name(core)
        core.model.scripts = [asked("look_closer", picture=f"p{name}", bbox_2d=WHOLE), said("Grey.")]
        await core.hear(message("which colour was it?"))
        await core.finish()
        assert core.chat.texts()[-1] == "Grey."
        assert crops_in(core.model.prompts[-1])


@pytest.mark.parametrize("name", ["p999", "p1.9"])
async def test_a_picture_that_is_not_there_is_explained_to_the_model(tmp_path: Path, name: str) -> None:
    look = asked("look_closer", picture=name, bbox_2d=WHOLE)
    async with running_core(tmp_path, look, said("Sorry."), chat=roomy(cat=b"pic")) as core:
        await picture_name(core)
        assert f"There is no picture {name} in this conversation." in prompt_text(core.model.prompts[1])
        assert core.chat.texts() == ["Sorry."]


async def test_a_picture_of_another_conversation_is_not_there(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat."), chat=roomy(cat=b"pic")) as core:
        name = await picture_name(core)
        core.model.scripts = [asked("look_closer", picture=f"p{name}", bbox_2d=WHOLE), said("No.")]
        await core.hear(message("show me", key=replace(KEY, chat_id="2")))
        await core.finish()
        assert f"There is no picture p{name} in this conversation." in prompt_text(core.model.prompts[-1])


async def test_a_model_that_only_uses_tools_is_stopped_and_the_person_gets_an_outcome(tmp_path: Path) -> None:
    looks = [asked("look_closer", picture="p1", bbox_2d=WHOLE) for _ in range(9)]
    async with running_core(tmp_path, *looks, chat=roomy(cat=b"pic")) as core:
        await picture_name(core)
        assert len(core.model.prompts) == ROUNDS + 2
        assert core.model.tools[-1] == core.model.tools[0]
        assert "answer now" in prompt_text(core.model.prompts[-1])
        assert core.chat.texts() == [texts.TOOL_ASKED]


async def test_looks_and_posted_pictures_are_bounded(tmp_path: Path) -> None:
    finished = Finished(reason=FinishReason.TOOL_CALLS)
    arguments = json.dumps({"picture": "p1", "bbox_2d": WHOLE})
    boxes = json.dumps({"picture": "p1", "boxes": [{"bbox_2d": WHOLE, "label": "x"}]})
    looks = [ToolCallDelta(index=n, id=str(n), name="look_closer", arguments=arguments) for n in range(PICTURES)]
    points = [ToolCallDelta(index=n, id=str(n), name="point_out", arguments=boxes) for n in range(PICTURES)]
    chat = roomy(cat=b"pic")
    async with running_core(tmp_path, [*looks, finished], [*points, finished], said("Done."), chat=chat) as core:
        await picture_name(core)
        assert sum(shown.picture is not None for shown in chat.screen.values()) == POSTED
        assert len(crops_in(core.model.prompts[1])) == DIALOGUE_RULES.budget.pictures


async def test_a_server_that_takes_no_tools_is_asked_without_them_from_then_on(tmp_path: Path) -> None:
    refusal = ModelError("400: no tools", trouble=ModelTrouble.INVALID, person=sentence("No."), tools_refused=True)
    async with running_core(tmp_path, [refusal], said("A cat."), said("Yes."), chat=roomy(cat=b"pic")) as core:
        await picture_name(core)
        await core.hear(message("sure?"))
        await core.finish()
        assert core.chat.texts() == ["A cat.", "Yes."]
        assert [bool(tools) for tools in core.model.tools] == [True, False, False]


async def test_a_server_that_refuses_tools_after_one_was_used_is_asked_as_if_it_had_not_been(tmp_path: Path) -> None:
    refusal = ModelError(
        "role 'user' after 'tool'", trouble=ModelTrouble.INVALID, person=sentence("No."), tools_refused=True
    )
    look = asked("look_closer", picture="p1", bbox_2d=WHOLE)
    chat = roomy(cat=b"pic")
    async with running_core(tmp_path, look, [refusal], said("A cat."), look, said("Grey."), chat=chat) as core:
        await picture_name(core)
        first, _, third = core.model.prompts
        assert third == first
        await core.clock.advance(3600)
        await core.hear(message("which colour?"))
        await core.finish()
        assert chat.texts() == ["A cat.", "Grey."]
        assert [bool(tools) for tools in core.model.tools] == [True, True, False, True, True]


async def test_a_lost_original_is_fetched_anew_and_one_that_changed_is_explained(tmp_path: Path) -> None:
    chat = roomy(cat=b"pic")
    async with running_core(tmp_path, said("A cat."), chat=chat) as core:
        name = await picture_name(core)
        lose_originals(tmp_path)
        look = asked("look_closer", picture=f"p{name}", bbox_2d=WHOLE)
        core.model.scripts = [look, said("Grey."), look, said("Gone.")]
        await core.hear(message("which colour?"))
        await core.finish()
        assert crops_in(core.model.prompts[2])
        lose_originals(tmp_path)
        chat.files["cat"] = AttachmentError("404", person=sentence("it is no longer there"))
        await core.hear(message("and the eyes?"))
        await core.finish()
        assert "can't be opened: it is no longer there." in prompt_text(core.model.prompts[-1])
        assert chat.texts()[-1] == "Gone."


async def test_where_pictures_may_not_be_posted_the_words_stand_and_say_so(tmp_path: Path) -> None:
    point = asked("point_out", picture="p1", boxes=[{"bbox_2d": WHOLE, "label": "the cat"}])
    chat = roomy(cat=b"pic")
    async with running_core(tmp_path, point, said("There."), chat=chat) as core:
        chat.refuses_pictures = PlatformRefused("no permission to attach files")
        await picture_name(core, "where is the cat?")
        assert chat.texts() == ["There.", texts.picture_refused("the cat")]


async def test_usage_of_all_requests_of_an_answer_is_added_up(tmp_path: Path) -> None:
    end: list[Step] = [TextDelta("It."), Finished(reason=FinishReason.STOP, usage=Usage(prompt_tokens=5, cost_usd=0.1))]
    look = asked("look_closer", picture="p1", bbox_2d=WHOLE)
    async with running_core(tmp_path, look, end, chat=roomy(cat=b"pic")) as core:
        await picture_name(core)
        async with aiosqlite.connect(tmp_path / "glimpse.db") as database:
            rows = await database.execute_fetchall("SELECT prompt_tokens, completion_tokens, cost_usd FROM turns")
        assert list(rows) == [(15, 1, 0.1)]
