"""What a person can see of what is kept of them: the export, and what they used."""

import json
from pathlib import Path

from bot.commands import data_texts
from bot.errors import PlatformUnavailable
from bot.events import ConversationKey
from bot.ports.model import Finished, FinishReason, TextDelta, Usage
from tests.core import Core, running_core
from tests.fake_chat import FakeChat, Shown
from tests.happenings import FAKE, KEY, command, message, photo
from tests.scripted_model import said

ELSEWHERE = ConversationKey(platform=FAKE, chat_id="2")
PRIVATE = ConversationKey(platform=FAKE, chat_id="3")


def wide() -> FakeChat:
    return FakeChat(text_length=600)


def last(core: Core, key: ConversationKey = KEY) -> Shown:
    return [shown for at, shown in core.chat.screen.items() if at.startswith(f"{key.chat_id}/")][-1]


# --- exporting --------------------------------------------------------------------------------------


async def test_what_is_kept_of_a_person_comes_as_a_file_in_private(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("one"), said("two"), chat=wide()) as core:
        await core.hear(message("words of Ann"), message("words of Ben", sender="Ben"))
        await core.finish()
        await core.hear(command("/export", key=PRIVATE, is_private=True))
        await core.finish()
        shown = last(core, PRIVATE)
        assert shown.text == data_texts.EXPORTED
        assert shown.document is not None
        assert shown.document.name == "my-data.json"
        (exchange,) = json.loads(shown.document.text)
        assert exchange["answer"] == "one"
        assert [said["text"] for said in exchange["messages"]] == ["words of Ann"]
        assert "Ben" not in shown.document.text


async def test_in_a_group_the_export_is_promised_for_a_private_chat(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        await core.hear(message("words of Ann"))
        await core.finish()
        await core.hear(command("/export"))
        await core.finish()
        assert last(core).text == data_texts.EXPORT_PRIVATELY
        assert last(core).document is None


async def test_who_never_said_anything_is_told_so(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=wide()) as core:
        await core.hear(command("/export", key=PRIVATE, is_private=True))
        await core.finish()
        assert (last(core, PRIVATE).text, last(core, PRIVATE).document) == (data_texts.NOTHING_KEPT, None)


async def test_an_export_cut_short_by_a_crash_comes_whole(tmp_path: Path) -> None:
    chat = FakeChat(text_length=600, resend_is_safe=False)
    async with running_core(tmp_path, said("one"), chat=chat, crashes=True) as core:
        await core.hear(message("words of Ann"))
        await core.finish()
        await core.hear(command("/export", key=PRIVATE, is_private=True))
        chat.fail("post", PlatformUnavailable("away"))
        await core.settle()
        assert chat.texts(PRIVATE) == []
    async with running_core(tmp_path, chat=chat, resume=True) as core:
        await core.finish()
        (shown,) = [shown for at, shown in chat.screen.items() if at.startswith("3/")]
        assert shown.document is not None
        assert "words of Ann" in shown.document.text


# --- usage ------------------------------------------------------------------------------------------


async def test_usage_tells_what_was_used_by_whom_and_where(tmp_path: Path) -> None:
    usage = Usage(prompt_tokens=1000, completion_tokens=200, cost_usd=0.01)
    script = [TextDelta("ok"), Finished(reason=FinishReason.STOP, model="m", usage=usage)]
    async with running_core(tmp_path, script, script, script, chat=wide()) as core:
        core.chat.files["cat"] = b"cat"
        await core.hear(message("?", attachments=[photo("cat")]), message("?", sender="Ben"))
        await core.hear(message("?", key=ELSEWHERE))
        await core.finish()
        await core.hear(command("/usage"))
        await core.finish()
        own, everywhere = (f"answers {n}, pictures 1, tokens {n},{n * 2}00, cost $0.0{n}00" for n in (1, 2))
        assert last(core).text.splitlines() == [
            "**You, in this conversation**",
            f"- Today: {own}",
            f"- This month: {own}",
            "",
            "**Everybody, in this conversation**",
            f"- Today: {everywhere}",
            f"- This month: {everywhere}",
        ], "what she asked elsewhere is not told to everybody here"
    async with running_core(tmp_path, chat=wide()) as core:
        core.clock.elapsed_s += 86_400
        await core.hear(command("/usage", key=PRIVATE, is_private=True))
        await core.finish()
        assert last(core, PRIVATE).text.splitlines() == [
            "**You, in all our conversations**",
            "- Today: answers 0, pictures 0, tokens 0",
            f"- This month: {everywhere}",
        ]
