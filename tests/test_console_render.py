"""What a terminal shows of an answer."""

from hypothesis import example, given
from hypothesis import strategies as st

from adapters.console.limits import LIMITS
from adapters.console.render import harmless, render


def shown(markdown: str, *, final: bool) -> str:
    return "".join(part.text for part in render(markdown, final=final))


def test_markdown_stays_as_the_model_wrote_it() -> None:
    answer = "# Title\n\n- one `code`\n\n```python\nprint('x')\t# tab\n```"

    assert shown(answer, final=True) == answer + "\n"


def test_blank_text_gives_nothing() -> None:
    assert render(" \n\t ", final=True) == ()
    assert render("\x1b\n", final=False) == ()


def test_a_model_can_not_drive_the_terminal() -> None:
    hostile = "\x1b]0;title\x07red \x1b[31mtext\x1b[0m \x9b2J\x9d52;c;aGk=\x9c back\x08space\x7f\x00 over\rwritten"

    assert shown(hostile, final=True) == "]0;titlered [31mtext[0m 2J52;c;aGk= backspace over\nwritten\n"


def test_tables_formulas_links_and_rules_are_readable() -> None:
    table = "| a | bc |\n|---|--:|\n| d | $x^2$ |"
    answer = f"{table}\n\n---\n\n[there](https://x.de) ![cat](https://x.de/c.png)\n> quoted\n- [x] *it*"

    assert shown(answer, final=True) == (
        "```\na  bc\n-  --\nd  x²\n```\n\n──────────\n\n"
        "there (https://x.de) cat (https://x.de/c.png)\n> quoted\n- ☑ *it*\n"
    )


def test_an_answer_over_the_limit_is_split_at_a_line_end_and_loses_nothing() -> None:
    answer = "\n".join(f"line {number}" for number in range(200_000))

    parts = render(answer, final=True)

    assert len(parts) == 3
    assert all(len(part.text) <= LIMITS.text_length for part in parts)
    assert "\n".join(part.text for part in parts) == answer + "\n"


def test_a_line_over_the_limit_is_cut() -> None:
    parts = render("x" * 1_500_000, final=True)

    assert len(parts) == 2
    assert "".join(part.text for part in parts).count("x") == 1_500_000


@given(
    st.lists(
        st.sampled_from(
            ["a", "b c", "\n", "\n\n", "**", "`", "- ", "```py\n", "| a |", "$x^", "[l](https://x.de)", "\x1b", " "]
        )
    )
)
@example(["`", "a", "`", "\n", "**", "**", "`"])
@example(["b c", "** ", "\n", "- ", "> "])
def test_a_growing_answer_only_ever_gets_longer(pieces: list[str]) -> None:
    before = ""
    for end in range(len(pieces) + 1):
        now = shown("".join(pieces[:end]), final=False)
        assert now.startswith(before)
        before = now

    assert shown("".join(pieces), final=True).startswith(before)


@given(st.text())
def test_only_control_characters_are_lost(text: str) -> None:
    kept = [
        character
        for character in text
        if character in "\n\t" or not (ord(character) < 32 or 127 <= ord(character) < 160)
    ]

    assert harmless(text).replace("\n", "") == "".join(kept).replace("\n", "")
