"""Notes of which only the newest are kept."""

from adapters.newest import Newest


def test_the_one_that_came_first_makes_way() -> None:
    notes: Newest[str, int] = Newest(2)
    for number, name in enumerate("abc"):
        notes[name] = number
    assert dict(notes) == {"b": 1, "c": 2}


def test_a_known_one_that_changes_keeps_its_place() -> None:
    notes: Newest[str, int] = Newest(2)
    for number, name in enumerate("abac"):
        notes[name] = number
    assert dict(notes) == {"b": 1, "c": 3}
