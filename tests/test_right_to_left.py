"""Arabic and Hebrew on screen: lines run the right way, and what runs the other way keeps its place in them."""

import re
import unicodedata
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console.render import render as console
from adapters.discord.render import render as discord
from adapters.telegram.render import render as telegram
from bot.commands.known import with_tappable_commands
from bot.ports.parts import Part
from bot.texts import HELP
from tests.emulators.telegram_text import find_entities
from tests.telegram_marks import check_part, marked

Render = Callable[..., Sequence[Part]]
both = pytest.mark.parametrize("render", [discord, telegram])

LEFT_IN, OUT, MARK = "\u2066", "\u2069", "\u200f"


def texts(render: Render, markdown: str, **more: object) -> list[str]:
    return [part.text for part in render(markdown, final=True, **more)]


def runs_right_to_left(line: str) -> bool:
    """As chats find out: the first strong letter outside of isolates (Unicode, UAX #9, P2 and P3)."""
    depth = 0
    for letter in line:
        kind = unicodedata.bidirectional(letter)
        depth += (kind in ("LRI", "RLI", "FSI")) - (kind == "PDI")
        if depth <= 0 and kind in ("L", "R", "AL"):
            return kind != "L"
    return False


@both
@pytest.mark.parametrize(
    "markdown",
    [
        "- Python: لغة سهلة التعلم",
        "1. Git ثم احفظ التغييرات",
        "- [x] README مكتوب بالكامل",
        "> Linux نظام حر ومفتوح",
        "## GPU أم المعالج العادي",
        "`make run` يشغل البرنامج",
        "[Docs](https://x.de) فيها كل التفاصيل",
        "https://x.de/a صفحة المشروع الرئيسية",
        "@ann اسأل من فضلك",
        "$E = mc^2$ معادلة مشهورة جداً",
        "**API** واجهة برمجة التطبيقات",
        "مرحباً بكم جميعاً هنا\nPython في السطر الثاني\nGo في الثالث",
        "Python היא שפה קלה ללמידה",
        "| Python | لغة سهلة التعلم ومناسبة للمبتدئين |\n|---|---|\n| Rust | لغة سريعة لكنها صعبة على المبتدئين |",
    ],
)
def test_a_line_runs_as_most_of_its_words_do(render: Render, markdown: str) -> None:
    for text in texts(render, markdown):
        assert all(map(runs_right_to_left, text.splitlines())), text


@both
def test_an_entry_runs_as_the_others_of_its_list_do(render: Render) -> None:
    (text,) = texts(render, "اللغات:\n- Go سهلة وبسيطة جداً\n- C#: من Microsoft\n- VB.NET")

    assert [*map(runs_right_to_left, text.splitlines())] == [True, True, True, False]


@both
@pytest.mark.parametrize(
    "markdown",
    [
        "The word مرحبا means hello.",
        "In Hebrew: שלום",
        "- `اسم` is a name",
        "Plain.\n\n- list\n\n| a | b |\n|---|---|\n| c | d |",
    ],
)
def test_text_from_left_to_right_gets_no_signs(render: Render, markdown: str) -> None:
    assert not set("".join(texts(render, markdown))) & {LEFT_IN, OUT, MARK}


@both
@pytest.mark.parametrize(
    "kept",
    [
        *(
            "@ann",
            "#python",
            "/help",
            "--help",
            "-v",
            ".env",
            "~/bin",
            "C++",
            "C#",
            "f(x)",
            "main()",
            "os.path.join(a,b)",
        ),
        *("+49 30 123-45", "-5", "`--all`", "`C:\\dir\\`", "<https://x.de/a/>", "[C++](https://x.de)", "$-x$"),
    ],
)
def test_signs_stay_beside_the_word_that_they_belong_to(render: Render, kept: str) -> None:
    (text,) = texts(render, f"استخدم {kept} في كل مرة، من فضلك")

    inside = text.partition(LEFT_IN)[2].partition(OUT)[0].replace("\u2060", "")
    assert re.findall(r"[\w+.,():/~-]+", inside)[0] == re.findall(r"[\w+.,():/~-]+", kept)[0]
    assert text.count(LEFT_IN) == text.count(OUT) == 1


@both
@pytest.mark.parametrize(
    "kept", ["10:30", "3.11", "50%", "2026-11-22", "١٢٣", "Python", "snake_case", "(نعم)", "Wi-Fi"]
)
def test_what_keeps_its_place_by_itself_is_left_alone(render: Render, kept: str) -> None:
    assert texts(render, f"الساعة {kept} تقريباً") == [f"الساعة {kept} تقريباً"]


def test_code_is_copied_without_invisible_characters() -> None:
    (part,) = telegram("نفذ الأمر `git push --all` الآن", final=True)

    assert [text for _, text in marked(part)] == ["git push --all"]


def test_a_list_keeps_its_bullets_boxes_and_numbers_in_front() -> None:
    markdown = "- قطة\n  - Tiger نوع منها\n- [ ] مهمة\n1. أولاً `a`"

    assert texts(telegram, markdown) == [f"• قطة\n  ◦ {MARK}Tiger نوع منها\n☐ مهمة\n1. أولاً {LEFT_IN}a{OUT}"]


@both
def test_a_part_that_begins_in_the_middle_of_a_paragraph_runs_as_the_paragraph_does(render: Render) -> None:
    markdown = "> **" + "كلمة عربية ثم Python وبعدها " * 40 + "نهاية**"

    parts = render(markdown, final=True, text_length=160)

    assert len(parts) > 5
    for part in parts:
        assert all(map(runs_right_to_left, part.text.splitlines())), part.text
        assert len(part.text) <= 160
    if render is telegram:
        for part in parts:
            check_part(part, text_length=160)
    else:
        assert all(part.text.startswith("> ") for part in parts)


def test_a_terminal_gets_nothing_invisible() -> None:
    assert texts(console, "استخدم `--help` من فضلك") == ["استخدم `--help` من فضلك\n"]


WORDS = st.sampled_from(
    [
        "كلمة",
        "שלום",
        "Python",
        "@ann",
        "`--x`",
        "C++",
        "12",
        "**عريض**",
        "https://x.de/",
        "\n",
        "\n\n",
        "\n- ",
        "> ",
        "$x$",
        "،",
        "(a)",
    ]
)


@both
@given(words=st.lists(WORDS, max_size=60), limit=st.integers(60, 120), data=st.data())
def test_directions_never_change_what_stands(render: Render, words: list[str], limit: int, data: st.DataObject) -> None:
    markdown = " ".join(words)
    before = render(markdown[: data.draw(st.integers(0, len(markdown)))], final=False, text_length=limit)
    after = render(markdown, final=True, text_length=limit)

    assert before[:-1] == after[: len(before[:-1])]
    for part in after:
        assert len(part.text) <= limit
        for line in part.text.splitlines():
            assert abs(line.count(LEFT_IN) - line.count(OUT)) <= 1


def test_commands_in_the_bots_own_arabic_stand_on_their_side_and_can_be_tapped() -> None:
    commands = with_tappable_commands(HELP.in_language("ar"))
    (text,) = texts(telegram, commands)

    tappable = [entity for entity in find_entities(text) if entity["type"] == "bot_command"]
    assert len(tappable) == commands.count("/")
    assert len(re.findall(f"{LEFT_IN}/[a-z]+{OUT}", text)) == len(tappable)
    assert all(map(runs_right_to_left, filter(None, text.splitlines())))
