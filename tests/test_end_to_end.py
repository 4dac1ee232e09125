"""The bot as its own process between the emulated platforms and the emulated model: what a person sees."""

import asyncio
import io
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from bot import texts
from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.model import Call, ModelEmulator, Script
from tests.emulators.model_script import pieces_of
from tests.emulators.telegram import TelegramEmulator
from tests.people import DiscordPeople, People, Place, TelegramPeople
from tests.process import BotProcess


@pytest.fixture
async def model() -> AsyncIterator[ModelEmulator]:
    async with ModelEmulator() as emulator:
        yield emulator
        assert emulator.violations == []


@pytest.fixture
async def bot(people: People, model: ModelEmulator, tmp_path: Path) -> AsyncIterator[BotProcess]:
    async with start(people, model, tmp_path) as process:
        await people.ready()
        yield process


def start(people: People, model: ModelEmulator, folder: Path, **variables: str) -> BotProcess:
    return BotProcess(
        folder,
        **{"MODEL_API_URL": model.url, "MODEL_API_KEY": "model-key", **people.environment, **variables},
    )


def picture(colour: str, *, size: tuple[int, int] = (640, 320), kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def colour_of(jpeg: bytes) -> tuple[int, ...]:
    image = Image.open(io.BytesIO(jpeg))
    assert image.format == "JPEG"
    pixel = image.convert("RGB").resize((1, 1)).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return tuple(round(value / 255) for value in pixel)


async def shown(people: People, place: Place, count: int = 1) -> list[str]:
    """What stands there once `count` messages of the bot do, and nothing changes any more."""
    await eventually(lambda: len(people.shown(place)) >= count, what=f"{count} messages: {people.shown(place)}")
    before: list[str] = []
    while before != people.shown(place):
        before = people.shown(place)
        await asyncio.sleep(0.3)
    assert len(before) == count, before
    return before


async def calls(model: ModelEmulator, count: int) -> list[Call]:
    await eventually(lambda: len(model.calls) >= count, what=f"{count} requests to the model")
    assert len(model.calls) == count
    return model.calls


@pytest.mark.usefixtures("bot")
async def test_a_private_message_is_answered_as_a_reply(people: People, model: ModelEmulator) -> None:
    model.reply("Hello **Ann**!")
    place = people.private()
    question = await people.say(place, "hi")
    (answer,) = await shown(people, place)
    assert answer in {"Hello **Ann**!", "Hello Ann!"}
    assert people.replied_to(place) == [people.id_of(question)]
    assert "[Ann] hi" in model.calls[0].text


@pytest.mark.usefixtures("bot")
async def test_a_mention_with_a_photo_shows_the_model_the_photo(people: People, model: ModelEmulator) -> None:
    model.reply("Blue.")
    group = people.group()
    await people.send_photo(group, picture("blue"), "which colour?", mention=True)
    assert await shown(people, group) == ["Blue."]
    (call,) = await calls(model, 1)
    assert [colour_of(jpeg) for jpeg in call.pictures] == [(0, 0, 1)]
    assert "[Ann] which colour?" in call.text
    assert "glimpse_bot" not in call.text, "the mention is taken out"


@pytest.mark.usefixtures("bot")
async def test_a_photo_without_words_is_described(people: People, model: ModelEmulator) -> None:
    model.reply("A red picture.")
    place = people.private()
    await people.send_photo(place, picture("red"))
    assert await shown(people, place) == ["A red picture."]
    assert "describe what you see" in model.calls[0].text


@pytest.mark.usefixtures("bot")
async def test_replying_to_somebodys_photo_with_a_mention_shows_that_photo(
    people: People, model: ModelEmulator
) -> None:
    group = people.group()
    photo = await people.send_photo(group, picture("lime"), "look", who="Bob")
    await people.say(group, "what is this?", mention=True, reply_to=photo)
    await shown(people, group)
    (call,) = await calls(model, 1)
    assert [colour_of(jpeg) for jpeg in call.pictures] == [(0, 1, 0)]
    assert '[Ann, quoting Bob: "look"] what is this?' in call.text


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("HEIF", "image/heic"), ("WEBP", "")])
async def test_a_photo_sent_as_a_file_is_seen(people: People, model: ModelEmulator, kind: str, media_type: str) -> None:
    if kind == "HEIF":
        pillow_heif.register_heif_opener()
    place = people.private()
    data = picture("blue", kind=kind)
    await people.send_file(place, data, f"IMG_1.{kind.lower()}", media_type or "application/octet-stream", "colour?")
    await shown(people, place)
    (call,) = await calls(model, 1)
    assert [colour_of(jpeg) for jpeg in call.pictures] == [(0, 0, 1)]


@pytest.mark.usefixtures("bot")
async def test_an_album_gets_one_answer(people: People, model: ModelEmulator) -> None:
    place = people.private()
    await people.send_album(place, [picture(colour) for colour in ("red", "lime", "blue")], "which is green?")
    await shown(people, place)
    (call,) = await calls(model, 1)
    assert [colour_of(jpeg) for jpeg in call.pictures] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


async def test_a_follow_up_knows_the_history_also_after_a_restart(
    people: People, model: ModelEmulator, bot: BotProcess
) -> None:
    group = people.group()
    model.reply("Plums, noted.", "Plums.", "Still plums.")
    await people.send_photo(group, picture("purple"), "I like these plums", who="Bob", mention=True)
    await shown(people, group)
    await people.say(group, "what does Bob like?", mention=True)
    await shown(people, group, 2)
    await bot.restart()
    await people.ready()
    await people.say(group, "and now?", mention=True)
    assert await shown(people, group, 3) == ["Plums, noted.", "Plums.", "Still plums."]
    last = model.calls[2]
    assert len(last.pictures) == 1, "the photo is shown again"
    said = str(last.messages)
    for words in ("[Bob] I like these plums", "Plums, noted.", "[Ann] what does Bob like?", "[Ann] and now?"):
        assert words in said


@pytest.mark.usefixtures("bot")
async def test_a_side_room_is_a_conversation_of_its_own(people: People, model: ModelEmulator) -> None:
    group = people.group()
    room = people.side_room(group)
    await people.say(group, "the secret is 42", mention=True)
    await shown(people, group)
    await people.say(room, "what is the secret?", mention=True)
    await eventually(lambda: people.shown(room))
    assert "42" not in str(model.calls[1].messages)


@pytest.mark.usefixtures("bot")
async def test_what_is_not_for_the_bot_is_left_alone(people: People, model: ModelEmulator) -> None:
    group = people.group()
    await people.say(group, "does anybody know glimpse_bot or Glimpse?")
    question = await people.say(group, "hello", mention=True)
    await shown(people, group)
    await people.say(group, "thanks, but not you")
    assert people.replied_to(group) == [people.id_of(question)]
    assert len(model.calls) == 1


@pytest.mark.usefixtures("bot")
async def test_replying_to_the_bot_needs_no_mention(people: People, model: ModelEmulator) -> None:
    group = people.group()
    await people.say(group, "hello", mention=True)
    await shown(people, group)
    await people.say(group, "go on", reply_to=people.answers(group)[0])
    await shown(people, group, 2)
    assert "[Ann, quoting you:" in model.calls[1].text


@pytest.mark.usefixtures("bot")
async def test_reset_starts_over_and_help_explains(people: People, model: ModelEmulator) -> None:
    place = people.private()
    await people.say(place, "my name is Rumpelstilzchen")
    await shown(people, place)
    await people.say(place, "/reset")
    assert (await shown(people, place, 2))[1] == texts.WAS_RESET
    await people.say(place, "what is my name?")
    await shown(people, place, 3)
    assert "Rumpelstilzchen" not in str(model.calls[1].messages)
    await people.say(place, "/help")
    assert "anybody's photo" in (await shown(people, place, 4))[3]


LONG_ANSWER = "\n\n".join(
    f"Paragraph {number}. "
    + "All work and no play makes Jack a dull boy. " * 6
    + f"\n\n```python\n# block {number}\n"
    + "print('hello, world')\n" * 14
    + "```"
    for number in range(1, 16)
)


@pytest.mark.usefixtures("bot")
async def test_a_long_answer_with_code_comes_whole_in_valid_parts(people: People, model: ModelEmulator) -> None:
    assert len(LONG_ANSWER) > 9000
    model.reply(LONG_ANSWER)
    place = people.private()
    await people.say(place, "a long one, please")
    await eventually(lambda: "block 15" in "".join(people.shown(place)), within_s=30)
    parts = await shown(people, place, len(people.shown(place)))
    assert all(0 < people.length(part) <= people.text_length for part in parts)
    joined = "\n".join(parts)
    assert joined.count("print('hello, world')") == 15 * 14
    assert [joined.count(f"Paragraph {number}.") for number in range(1, 16)] == [1] * 15
    if isinstance(people, DiscordPeople):
        assert all(part.count("```") % 2 == 0 for part in parts), "every fence is closed where it was opened"
        assert joined.count("```") == 2 * joined.count("```python")
    assert people.replied_to(place)[1:] == [None] * (len(parts) - 1)


@pytest.mark.usefixtures("bot")
async def test_three_thousand_emoji_all_arrive(people: People, model: ModelEmulator) -> None:
    model.reply("😀" * 3000)
    place = people.private()
    await people.say(place, "smile!")
    await eventually(lambda: sum(part.count("😀") for part in people.shown(place)) >= 3000, within_s=20)
    parts = await shown(people, place, len(people.shown(place)))
    assert sum(part.count("😀") for part in parts) == 3000
    assert all(people.length(part) <= people.text_length for part in parts)


@pytest.mark.usefixtures("bot")
async def test_the_answer_grows_and_typing_is_shown_before_it(people: People, model: ModelEmulator) -> None:
    hold = asyncio.Event()
    model.reply(Script(pieces=pieces_of("It is " + "very " * 30 + "long."), per_token_s=0.1, hold=hold))
    place = people.private()
    await people.say(place, "hi")
    await eventually(lambda: people.is_typing(place), what="typing")
    hold.set()
    await eventually(lambda: "".join(people.shown(place)).endswith("long."), what="the whole answer")
    (text,) = people.shown(place)
    growth = people.growth(place)
    assert len(growth) >= 3
    assert all(text.startswith(version.rstrip(" …")) for version in growth)


FAILURES = {
    "400": Script(status=400, message="Body validation error: messages"),
    "401": Script(status=401),
    "402": Script(status=402),
    "403": Script(status=403, message="You've run out of credits."),
    "404": Script(status=404),
    "408": Script(status=408),
    "413": Script(status=413),
    "429": Script(status=429, headers={"Retry-After": "0"}),
    "500": Script(status=500),
    "502": Script(status=502, body="<html>Bad gateway</html>", headers={"Content-Type": "text/html"}),
    "503": Script(status=503),
    "504": Script(status=504, message="Generation timeout"),
    "nothing": Script(pieces=()),
    "thoughts only": Script(pieces=(), reasoning=("hm", "hm")),
}


async def test_whatever_the_model_answers_the_person_reads_one_kind_sentence(
    people: People, model: ModelEmulator, tmp_path: Path
) -> None:
    async with start(people, model, tmp_path, MODEL_ATTEMPTS="1", MODEL_PAUSE_AFTER="0"):
        await people.ready()
        place = people.private()
        for number, (name, script) in enumerate(FAILURES.items(), start=1):
            model.reply(script)
            await people.say(place, f"try {name}")
            sentence = (await shown(people, place, number))[-1]
            assert 20 < len(sentence) < 200, name
            assert sentence.endswith((".", "/reset")), name
            for jargon in ("{", "http", "Traceback", "Error", "html", "status", name if name.isdigit() else "{"):
                assert jargon not in sentence, (name, sentence)
        model.reply("I am back.")
        await people.say(place, "and now?")
        assert (await shown(people, place, len(FAILURES) + 1))[-1] == "I am back."


async def test_passing_trouble_of_the_model_is_not_even_noticed(
    people: People, model: ModelEmulator, bot: BotProcess
) -> None:
    assert bot.running
    model.reply(Script(status=500), Script(status=429, headers={"Retry-After": "0"}), "Third time lucky.")
    place = people.private()
    await people.say(place, "hi")
    assert await shown(people, place) == ["Third time lucky."]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("script", [{"cut_after": 4}, {"error_after": 4}, {"finish_reason": None}])
async def test_an_answer_cut_in_the_middle_stays_and_is_marked(
    people: People, model: ModelEmulator, script: dict[str, int]
) -> None:
    model.reply(Script(pieces=pieces_of("One two three four five"), **script), times=2)  # type: ignore[arg-type]  # by name
    place = people.private()
    await people.say(place, "count")
    (text,) = await shown(people, place)
    assert text.startswith("One two three four")
    assert "breaks off here" in text


@pytest.mark.usefixtures("bot")
async def test_an_answer_cut_once_is_asked_for_again_and_replaced_in_place(
    people: People, model: ModelEmulator
) -> None:
    cut = Script(pieces=pieces_of("One two three four five"), cut_after=4, per_token_s=0.1)
    model.reply(cut, "One two three four five six.")
    place = people.private()
    await people.say(place, "count")
    await eventually(lambda: people.shown(place) == ["One two three four five six."], what=str(people.shown(place)))


@pytest.mark.usefixtures("bot")
async def test_editing_the_question_redoes_the_answer_in_place(people: People, model: ModelEmulator) -> None:
    model.reply("Paris.", "Berlin.")
    place = people.private()
    question = await people.say(place, "the capital of France?")
    assert await shown(people, place) == ["Paris."]
    await people.edit(question, "the capital of Germany?")
    await eventually(lambda: people.shown(place) == ["Berlin."], what=str(people.shown(place)))


@pytest.mark.usefixtures("bot")
async def test_the_stop_button_ends_the_answer_where_it_is(people: People, model: ModelEmulator) -> None:
    model.reply(Script(pieces=pieces_of("Once upon a time"), hold=asyncio.Event(), hold_after=3))
    place = people.private()
    await people.say(place, "a story!")
    await eventually(lambda: people.shown(place) == ["Once upon a"], what=str(people.shown(place)))
    await people.press_stop(place)
    await eventually(lambda: "Stopped." in people.shown(place)[0], what=str(people.shown(place)))
    assert people.shown(place)[0].startswith("Once upon a\n\n")
    await eventually(lambda: model.calls[0].disconnected, what="the model is told to stop")
    assert not people.has_stop_button(place)


@pytest.mark.usefixtures("bot")
async def test_a_photo_and_its_question_behind_it_get_one_answer(people: People, model: ModelEmulator) -> None:
    place = people.private()
    await people.send_photo(place, picture("blue"))
    await people.say(place, "which colour?")
    await shown(people, place)
    (call,) = await calls(model, 1)
    assert [colour_of(jpeg) for jpeg in call.pictures] == [(0, 0, 1)]
    assert "which colour?" in str(call.messages)


async def test_deleting_the_question_on_discord_takes_the_answer_back(model: ModelEmulator, tmp_path: Path) -> None:
    async with DiscordEmulator() as discord:
        people = DiscordPeople(discord)
        place = people.private()
        async with start(people, model, tmp_path):
            await people.ready()
            question = await people.say(place, "my secret is 42")
            await shown(people, place)
            await discord.delete(question)
            await eventually(lambda: people.shown(place) == [], what="the answer is gone")
            await people.say(place, "what did I say?")
            await shown(people, place)
            assert "42" not in str(model.calls[1].messages)
        assert discord.violations == []


async def test_a_second_process_on_the_same_file_refuses_in_one_line(
    people: People, model: ModelEmulator, bot: BotProcess, tmp_path: Path
) -> None:
    other = start(people, model, tmp_path)
    await other.launch()
    assert await other.wait() == 1
    (line,) = [line for line in other.lines if "ERROR" in line]
    assert "glimpse.db" in line
    assert bot.running


async def test_a_silent_model_is_given_up_in_words(people: People, model: ModelEmulator, tmp_path: Path) -> None:
    limits = {"MODEL_FIRST_BYTE_S": "0.5", "MODEL_SILENCE_S": "0.5", "MODEL_ATTEMPTS": "1"}
    async with start(people, model, tmp_path, **limits):
        await people.ready()
        place = people.private()
        model.reply(Script(hold=asyncio.Event()))
        await people.say(place, "hello?")
        (sentence,) = await shown(people, place)
        assert sentence.endswith(".")
        model.reply(Script(pieces=pieces_of("One two three"), silent_after=2), times=2)
        await people.say(place, "count")
        await eventually(lambda: "breaks off here" in people.shown(place)[-1], what="the note under the answer")
        assert people.shown(place)[1].startswith("One two")
        await eventually(lambda: model.calls[1].disconnected, what="the silent stream is closed")


@pytest.mark.usefixtures("bot")
async def test_a_slow_conversation_does_not_delay_another(people: People, model: ModelEmulator) -> None:
    hold = asyncio.Event()
    model.reply(Script(hold=hold), when="slow")
    slow, quick = people.group(), people.private()
    await people.say(slow, "slow", mention=True)
    await calls(model, 1)
    began = time.monotonic()
    model.reply("Quick!")
    await people.say(quick, "quick")
    await eventually(lambda: people.shown(quick))
    assert time.monotonic() - began < 5
    assert people.shown(slow) == []
    hold.set()
    await shown(people, slow)


async def test_sigterm_lets_a_running_answer_finish(people: People, model: ModelEmulator, bot: BotProcess) -> None:
    hold = asyncio.Event()
    model.reply(Script(pieces=pieces_of("Whole and complete."), hold=hold, hold_after=1))
    place = people.private()
    await people.say(place, "hi")
    await eventually(lambda: people.shown(place))
    bot.send(signal.SIGTERM)
    await asyncio.sleep(0.3)
    hold.set()
    assert await bot.wait() == 0
    assert await shown(people, place) == ["Whole and complete."]


@pytest.mark.parametrize("end", [BotProcess.terminate, BotProcess.kill])
async def test_an_answer_cut_short_by_a_stop_is_finished_in_place_at_the_next_start(
    people: People, model: ModelEmulator, tmp_path: Path, end: Callable[[BotProcess], object]
) -> None:
    model.reply(Script(pieces=pieces_of("Half of it"), hold=asyncio.Event(), hold_after=2), "All of it.")
    place = people.private()
    async with start(people, model, tmp_path, TURNS_GRACE_S="0.2") as bot:
        await people.ready()
        await people.say(place, "hi")
        await eventually(lambda: people.shown(place))
        await asyncio.sleep(0.3)  # Killed before the receipt is stored, it could not know that something stands there.
        await end(bot)  # type: ignore[misc]  # both are coroutines
        assert len(people.shown(place)) == 1
        await bot.start()
        await eventually(lambda: people.shown(place) == ["All of it."], within_s=20, what=str(people.shown(place)))


async def test_what_is_said_while_the_bot_is_down_on_telegram_is_answered_at_the_next_start(
    model: ModelEmulator, tmp_path: Path
) -> None:
    async with TelegramEmulator() as telegram:
        people = TelegramPeople(telegram)
        place = people.private()
        await people.say(place, "anybody there?")
        async with start(people, model, tmp_path):
            await shown(people, place)
        assert telegram.violations == []


@pytest.mark.usefixtures("bot")
async def test_the_same_message_delivered_twice_is_answered_once(people: People, model: ModelEmulator) -> None:
    place = people.private()
    message = await people.say(place, "hi")
    await shown(people, place)
    people.deliver_again(message)
    await people.say(place, "and this?")
    await shown(people, place, 2)
    assert len(model.calls) == 2


@pytest.mark.usefixtures("bot")
async def test_a_platform_that_fails_for_a_moment_still_shows_the_answer_once(
    people: People, model: ModelEmulator
) -> None:
    model.reply("Here I am.")
    people.fail_sending(status=503 if isinstance(people, DiscordPeople) else 429, headers={"Retry-After": "1"})
    place = people.private()
    await people.say(place, "hi")
    assert await shown(people, place) == ["Here I am."]


async def test_both_platforms_run_in_one_process(model: ModelEmulator, tmp_path: Path) -> None:
    async with DiscordEmulator() as discord, TelegramEmulator() as telegram:
        here, there = DiscordPeople(discord), TelegramPeople(telegram)
        async with start(here, model, tmp_path, **there.environment) as bot:
            await here.ready()
            for people in (here, there):
                place = people.private()
                await people.say(place, f"hi from {type(people).__name__}")
                await shown(people, place)
            assert await bot.health() == 200
            assert await bot.terminate() == 0
        assert discord.violations + telegram.violations == []
    assert ["hi from DiscordPeople" in call.text for call in model.calls] == [True, False]


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("invisible", ["\u200b", "\ufeff\n\u2060"])
async def test_an_answer_that_shows_nothing_is_not_silence(
    people: People, model: ModelEmulator, invisible: str
) -> None:
    model.reply(invisible)
    place = people.private()
    await people.say(place, "hi")
    assert await shown(people, place) == [texts.EMPTY_ANSWER]


@pytest.mark.usefixtures("bot")
async def test_the_note_below_an_answer_that_is_cut_in_its_code_is_no_code(
    people: People, model: ModelEmulator
) -> None:
    model.reply(Script(pieces=("Here:\n\n", "```python\n", "x = 1\n"), finish_reason="length"))
    place = people.private()
    await people.say(place, "code?")
    (answer,) = await shown(people, place)
    code, _, note = answer.partition("(My answer reached its length limit")
    assert note
    if isinstance(people, DiscordPeople):
        assert code.count("```") == 2
    else:
        (block,) = (e for e in people.answers(place)[0].entities if e["type"] == "pre")
        assert answer[block["offset"] : block["offset"] + block["length"]] == "x = 1"
