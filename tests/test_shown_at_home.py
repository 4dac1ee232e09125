"""What the model writes, as people see it on both platforms, from the bot's own process."""

from typing import Any

from bot import texts
from tests.emulators.common import eventually
from tests.emulators.model import Script
from tests.emulators.model_script import pieces_of
from tests.home import Home, told
from tests.people import Place, TelegramPeople
from tests.transcript import discord_text, telegram_text
from tests.transcript.formatted import visible_text
from tests.transcript.markup import html_of

CONSTRUCTS = r"""## Where to go

**Bold**, *slanted*, ~~gone~~, `x = 1`, [a map](https://example.org/map).

- fruit
  - apples
    1. red
- [x] bought
- [ ] eaten

> as she said

```python
names = List<String>()
```

| City | People |
|------|-------:|
| Rome | 2800 |

Half: $\frac{1}{2} \le \sqrt{2}$
"""

SHOWN = [
    ">Bold</b>",
    ">slanted</i>",
    ">gone</s>",
    ">x = 1</code>",
    '<a href="https://example.org/map">a map</a>',
    ">as she said</blockquote>",
    '<pre data-language="python"><code>names = List&lt;String&gt;()</code></pre>',
    "☑ bought",
    "☐ eaten",
]


def nodes(home: Home, version: Any) -> Any:
    """A message, or what it showed at some time, as people see it."""
    if isinstance(home.people, TelegramPeople):
        return telegram_text.read(version.text, version.entities)
    return discord_text.read(version.text)


def seen(home: Home, place: Place) -> str:
    """All of the bot's messages there as people read them."""
    return "\n".join(visible_text(nodes(home, message)) for message in home.people.answers(place))


async def answered(home: Home, place: Place, script: str | Script, ending: str) -> None:
    home.model.reply(script)
    await home.people.say(place, "tell me")
    await eventually(lambda: seen(home, place).rstrip().endswith(ending), what=ending)


async def test_each_construct_is_shown_as_what_it_is(home: Home) -> None:
    place = home.people.private()
    await answered(home, place, CONSTRUCTS, "√2")
    (message,) = home.people.answers(place)
    html, text = html_of(nodes(home, message)), seen(home, place)
    assert [mark for mark in SHOWN if mark not in html] == []
    assert "Where to go" in html.partition("Bold")[0]
    assert "Where to go</" in html.replace("</u>", "").replace("\n", ""), "a heading looks like one"
    assert [line for line in text.splitlines() if "apples" in line or "red" in line] != ["apples", "red"]
    assert text.index("fruit") < text.index("apples") < text.index("red")
    assert "City  People" in text
    assert "Rome    2800" in text
    assert "½ ≤ √2" in text or "1/2 ≤ √2" in text


async def test_nothing_is_dropped_nor_taken_for_markup_nor_pings(home: Home) -> None:
    place = home.people.group()
    written = "List<String> <div> snake_case_name 2 * 3 * 4 C:\\new {x} #5 & <b>so</b> ~5 a|b"
    home.model.reply(f"{written} @everyone @here @Ann <@1> <@&2>")
    await home.people.say(place, "tell me", mention=True)
    await eventually(lambda: "Ann" in seen(home, place))
    text = seen(home, place).replace("\u2060", "")
    assert text.strip() == f"{written} @everyone @here @Ann <@1> <@&2>"
    (message,) = home.people.answers(place)
    if isinstance(home.people, TelegramPeople):
        assert home.people.telegram.pinged(message) == []
        assert "mention" not in [entity["type"] for entity in message.entities]


async def test_what_is_half_written_never_shows_its_signs(home: Home) -> None:
    place = home.people.private()
    answer = (
        "It is **very, very bold** and *quite slanted*, see `the code` in [the book of books](https://example.org/b)"
    )
    answer += ":\n\n```python\nx = 1\ny = 2\n```\n\nThat is it."
    pieces = [answer[start : start + 3] for start in range(0, len(answer), 3)]
    await answered(home, place, Script(pieces=pieces, per_token_s=0.12), "That is it.")
    (message,) = home.people.answers(place)
    versions = [visible_text(nodes(home, version)) for version in message.versions]
    assert len(versions) > 4, "it grew"
    for shown in versions:
        assert not any(sign in shown for sign in ("*", "`", "](", "[", "python")), shown


async def test_what_looks_like_one_character_is_never_torn_and_styles_go_on_in_the_next_message(home: Home) -> None:
    place, families = home.people.private(), [f"{number} 👨‍👩‍👧‍👦" for number in range(1000, 1150)]
    bold = "**" + " ".join(f"All of point {number} is important." for number in range(160)) + "**"
    await answered(home, place, f"{bold}\n\n{' '.join(families)} end.", "end.")
    answers = home.people.answers(place)
    assert len(answers) > 1
    assert all(home.people.length(message.text) <= home.people.text_length for message in answers)
    text = seen(home, place)
    assert text.count("All of point") == 160
    assert [family for family in families if text.count(f"{family} ") != 1] == []
    assert "*" not in text
    first, second = (html_of(nodes(home, message)) for message in answers[:2])
    assert first.count(">All of") == 1
    assert '<b class="bold">' in second
    assert "is important.</b>" in second, "what is bold goes on being bold"


async def test_from_right_to_left_text_keeps_its_words_lists_and_parts(home: Home) -> None:
    place = home.people.private()
    lines = "\n".join(f"- عنصر رقم {number} في القائمة الطويلة جدا" for number in range(1, 161))
    await answered(home, place, f"مرحبا:\n\n{lines}\n\nانتهى", "انتهى")
    text = seen(home, place)
    assert len(home.people.answers(place)) > 1
    assert [text.count(f"عنصر رقم {number} في") for number in range(1, 161)] == [1] * 160
    assert text.count("•") == 160


async def test_an_answer_that_its_length_cut_off_says_so_and_goes_on_at_the_press_of_a_button(home: Home) -> None:
    place = home.people.private()
    home.model.reply(Script(pieces=pieces_of("One two three"), finish_reason="length"), "four five.")
    await home.people.say(place, "count")
    await home.reads(place, f"One two three\n\n{texts.LENGTH_NOTE}")
    await home.people.press(place, texts.CONTINUE_LABEL)
    await home.next(place, 2, beginning="four five.")
    assert "One two three" in told(await home.asked(2))
