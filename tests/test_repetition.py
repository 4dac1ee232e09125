"""When a text counts as going round in circles, and what is kept of it."""

import random
import string

import pytest

from bot.answering.repetition import BLANK_LENGTH, MAX_PERIOD, STEP, SYMBOLS_LENGTH, WORDS_LENGTH, Repetition, trimmed

PARAGRAPH = (
    "The picture shows a harbour at dusk. Three boats lie at the quay, and a man in a red jacket mends a net. "
    "Behind them the windows of the town begin to glow, one after the other.\n\n"
)


def noticed_at(text: str, *, piece: int = 4) -> int | None:
    """After how many characters it is noticed, fed as a model writes."""
    repetition = Repetition()
    for start in range(0, len(text), piece):
        if repetition.feed(text[start : start + piece]):
            return start + piece
    return None


def prose(length: int, seed: int = 1) -> str:
    chance = random.Random(seed)
    words = ("".join(chance.choices(string.ascii_lowercase, k=chance.randint(2, 9))) for _ in range(length // 3))
    return " ".join(words)[:length]


LEGITIMATE = {
    "prose": prose(40_000),
    "3,000 emoji": "😀" * 3_000,
    "3,000 emoji of several code points": "❤️ " * 3_000,
    "3,000 emoji in lines": ("😀" * 50 + "\n") * 60,
    "laughter": "ha" * 50,
    "a lot of laughter": "ha" * 1_000,
    "very": "It is " + "very " * 300 + "long.",
    "a punishment": "I will not talk in class.\n" * 100,
    "a prayer ten times": PARAGRAPH * 10,
    "a chorus": (prose(600, 2) + "\n\n" + "La la la, la la la, hey!\n" * 8 + "\n") * 4,
    "a rule": "=" * 400,
    "a table": "| name | value | unit |\n| --- | --- | --- |\n"
    + "".join(f"| row {row} | {row * 7 % 13} | cm |\n" for row in range(400)),
    "a table of the same": "| a | b |\n| --- | --- |\n" + "| yes | no |\n" * 200,
    "code": "".join(f"    case {number}:\n        return table[{number}];\n" for number in range(300)),
    "markup": "<table>\n" + ("  <tr>\n" + "    <td></td>\n" * 8 + "  </tr>\n") * 20 + "</table>",
    "zeros": "matrix = [\n" + ("    [" + "0, " * 31 + "0],\n") * 32 + "]",
    "a hex dump": "00 " * 2_000,
    "a list of similar lines": "\n".join(f"{number}. The boat is blue." for number in range(1, 500)),
    "a drawing": "\n".join(" " * (40 - row) + "*" * (2 * row + 1) for row in range(40)),
    "a filled square": ("#" * 70 + "\n") * 40,
    "a way out": "I am stuck. " * 240 + prose(5_000, 3),
}

CIRCLES = {
    "one word": "the " * 5_000,
    "one letter": "a" * 20_000,
    "one line": "I see a boat.\n" * 1_000,
    "one sentence": "The cat sat on the mat and looked at the other cat. " * 400,
    "one paragraph": PARAGRAPH * 60,
    "a long cycle": prose(1_500, 4) * 12,
    "the longest cycle": prose(MAX_PERIOD, 5) * 10,
    "a list that begins again": "".join(f"{number}. A boat\n" for number in range(1, 21)) * 40,
    "line breaks": "\n" * 4_000,
    "dashes": "-" * 30_000,
    "emoji without end": "😀" * 30_000,
    "table rows": "| | | |\n" * 4_000,
    "a separator inside of the cycle": ("-" * 100 + "\n| a boat | a man |\n") * 100,
    "another script": "我看到一艘船。" * 2_000,
    "after a good start": prose(9_000, 6) + "\n\n" + "And then he said: no. " * 500,
}


@pytest.mark.parametrize("name", LEGITIMATE)
@pytest.mark.parametrize("piece", [1, 5, 1_000_000])
def test_texts_that_people_ask_for_are_left_alone(name: str, piece: int) -> None:
    assert noticed_at(LEGITIMATE[name], piece=piece) is None


@pytest.mark.parametrize("name", CIRCLES)
@pytest.mark.parametrize("piece", [1, 5, 700])
def test_a_text_that_goes_round_in_circles_is_noticed(name: str, piece: int) -> None:
    assert noticed_at(CIRCLES[name], piece=piece) is not None


@pytest.mark.parametrize("name", CIRCLES)
def test_a_whole_text_in_one_piece_is_noticed_too(name: str) -> None:
    assert Repetition().feed(CIRCLES[name])


@pytest.mark.parametrize(
    ("cycle", "length"),
    [
        ("the ", WORDS_LENGTH),
        (PARAGRAPH, WORDS_LENGTH),
        (prose(1_000), 6_000),
        ("-", SYMBOLS_LENGTH),
        ("\n", BLANK_LENGTH),
    ],
)
def test_it_is_noticed_soon_after_it_is_too_long(cycle: str, length: int) -> None:
    start = prose(2_000)
    at = noticed_at(start + cycle * (3 * length // len(cycle)))

    assert at is not None
    assert length <= at - len(start) <= length + 2 * STEP


@pytest.mark.parametrize("name", CIRCLES)
def test_a_few_rounds_are_kept(name: str) -> None:
    text = CIRCLES[name]
    noticed = text[: noticed_at(text)].strip()

    kept = trimmed(noticed)

    assert noticed.startswith(kept)
    assert len(kept) <= len(noticed) - WORDS_LENGTH / 2 or not noticed
    assert trimmed(kept) == kept


def test_what_was_said_before_the_circles_stays_whole() -> None:
    start = prose(20_000) + "\n"
    text = start + "The boat is blue.\n" * 1_000

    assert trimmed(text) == start + "\n".join(["The boat is blue."] * 4)


def test_the_cut_is_between_words() -> None:
    assert trimmed("Look: " + "one two three, " * 400).endswith((" one", " two", " three,"))


def test_texts_without_circles_are_not_cut() -> None:
    for text in ("", "short", prose(30_000), LEGITIMATE["a table"], "😀" * 3_000):
        assert trimmed(text) == text
