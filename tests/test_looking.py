"""Which pictures a question gets, what of them is told to whom, and the descriptions for people who can't see."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import texts
from bot.answering.prompt import ALT_PROMPT
from bot.commands.known import ALT
from bot.errors import AttachmentError, ModelError, ModelTrouble
from bot.events import Command, MessageId, Quoted, Source
from bot.records.attachments import Medium
from bot.sentences import sentence
from tests.core import DIALOGUE_RULES, running_core
from tests.fake_chat import FakeChat
from tests.fakes import FakePictures
from tests.happenings import KEY, message, photo
from tests.scripted_model import prompt_text, said
from tests.seeing import not_seen

THE_PICTURE = texts.called(Medium.PICTURE, None)


def roomy(**files: bytes | Exception) -> FakeChat:
    chat = FakeChat(text_length=4000)
    chat.files |= files
    return chat


async def test_a_question_right_after_somebody_elses_picture_is_about_it(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat."), said("Four."), chat=roomy(cat=b"pic")) as core:
        await core.hear(message("look at him", sender="Bob", attachments=[photo("cat")], address=None))
        assert core.pictures.prepared == []
        await core.clock.advance(20)
        await core.hear(message("what is that?"))
        await core.finish()
        text = prompt_text(core.model.prompts[0])
        assert "posted here shortly before by Bob):\nuser: <pixels>" in text
        assert "look at him" not in text, "only the picture is remembered, not what was said to others"
        await core.hear(message("two and two?", sender="Cleo"))
        await core.finish()
        assert "is the same as" not in prompt_text(core.model.prompts[1])
        assert core.chat.texts() == ["A cat.", "Four."]


async def test_a_picture_from_long_before_or_from_elsewhere_is_not_meant(tmp_path: Path) -> None:
    chat = roomy(cat=b"pic")
    async with running_core(tmp_path, said("Which?"), said("Which?"), chat=chat) as core:
        await core.hear(message("", sender="Bob", attachments=[photo("cat")], address=None))
        await core.hear(message("what is that?", key=replace(KEY, thread_id="9")))
        await core.clock.advance(400)
        await core.hear(message("what is that?"))
        await core.finish()
        assert all("<pixels>" not in prompt_text(prompt) for prompt in core.model.prompts)


async def test_a_link_to_a_picture_is_fetched_from_the_web(tmp_path: Path) -> None:
    url = "https://example.com/cat.png"
    link = photo(url, source=Source.LINK, about="example.com")
    async with running_core(tmp_path, said("A cat."), said("No."), chat=roomy()) as core:
        core.web.files[url] = b"pic"
        await core.hear(message(f"what is {url}?", attachments=[link]))
        await core.finish()
        assert "Picture 1 [p1] (from a link, PNG, 64×32):\nuser: <pixels>" in prompt_text(core.model.prompts[0])
        core.web.files[url] = AttachmentError("10.0.0.1", person=sentence("its link leads to a private address"))
        await core.hear(message("and now?", attachments=[link]))
        await core.finish()
        assert core.chat.texts()[-1] == f"No.\n\n{not_seen('its link leads to a private address')}"


async def test_what_can_not_be_opened_is_shown_by_its_still_picture(tmp_path: Path) -> None:
    def refuse(data: bytes) -> Exception | None:
        return AttachmentError("lottie", person=sentence("it is an animated drawing")) if data == b"tgs" else None

    sticker = photo("sticker", source=Source.STICKER, about="😀", still="thumbnail")
    huge = photo("huge", size_bytes=90_000_000, still="poster")
    chat = roomy(sticker=b"tgs", thumbnail=b"pic thumbnail", poster=b"pic poster")
    async with running_core(tmp_path, said("A smile."), chat=chat, pictures=FakePictures(refuse)) as core:
        await core.hear(message("?", attachments=[sticker, huge]))
        await core.finish()
        assert prompt_text(core.model.prompts[0]).count("<pixels>") == 2
        notes = [
            "*(I could see only the preview of picture 1, because it is an animated drawing.)*",
            "*(I could see only the preview of picture 2, because it is larger than 1 MB.)*",
        ]
        assert core.chat.texts() == ["\n\n".join(["A smile.", *notes])]


async def test_pages_that_were_left_out_are_told_to_model_and_person(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A report."), chat=roomy(report=b"pages")) as core:
        await core.hear(message("sum it up", attachments=[photo("report")]))
        await core.finish()
        assert prompt_text(core.model.prompts[0]).count("<pixels>") == 3
        assert "left out: pages 4 to 5" in prompt_text(core.model.prompts[0])
        assert core.chat.texts() == [f"A report.\n\n{texts.seen_in_part(THE_PICTURE, sentence('pages 4 to 5'))}"]


async def test_where_only_some_pages_fit_into_a_request_the_others_are_told(tmp_path: Path) -> None:
    chat = roomy(report=b"pages", **{name: f"pic {name}".encode() for name in "abc"})
    async with running_core(tmp_path, said("Ok."), chat=chat) as core:
        report = Quoted(message_id=MessageId("q"), author="Bob", is_own=False, text="", attachments=(photo("report"),))
        await core.hear(message("compare", attachments=[photo(name) for name in "abc"], quoted=[report]))
        await core.finish()
        assert prompt_text(core.model.prompts[0]).count("<pixels>") == DIALOGUE_RULES.budget.pictures
        assert core.chat.texts() == [
            f"Ok.\n\n{texts.seen_in_part(texts.called(Medium.PICTURE, 1), texts.only_first(1, 3))}"
        ]


async def test_the_words_of_a_text_file_go_into_the_prompt(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Groceries."), chat=roomy(notes=b"words: milk, eggs")) as core:
        await core.hear(message("what is it?", attachments=[photo("notes")]))
        await core.finish()
        assert "Picture 1 [p1] (text), a text:\nwords: milk, eggs" in prompt_text(core.model.prompts[0])


async def test_the_same_file_is_opened_once_however_often_it_is_posted(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat."), said("Again."), chat=roomy(a=b"pic", b=b"pic")) as core:
        await core.hear(message("what?", attachments=[photo("a")]))
        await core.finish()
        await core.hear(message("and this?", attachments=[photo("b")]))
        await core.finish()
        assert core.pictures.prepared == [b"pic"]
        text = prompt_text(core.model.prompts[1])
        assert text.count("<pixels>") == 1
        assert "(Picture 1 [p2] (PNG, 64×32) is the same as p1 above.)" in text


async def test_a_server_that_can_not_see_gets_no_pictures_and_people_are_told(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("I can't see."), chat=roomy(cat=b"pic")) as core:
        core.sight.can_see = False
        await core.hear(message("what?", attachments=[photo("cat")]))
        await core.finish()
        assert "<pixels>" not in prompt_text(core.model.prompts[0])
        assert core.chat.texts() == [f"I can't see.\n\n{not_seen(texts.not_shown(0))}"]


async def test_a_request_that_is_too_long_is_sent_again_with_less_and_that_is_remembered(tmp_path: Path) -> None:
    refusal = ModelError("8192 tokens", trouble=ModelTrouble.TOO_LARGE, person=sentence("Too long."), too_long=True)
    async with running_core(tmp_path, said("One."), [refusal], said("Two."), chat=roomy(a=b"pic a")) as core:
        await core.hear(message("x" * 4000, attachments=[photo("a")]))
        await core.finish()
        await core.hear(message("and now?"))
        await core.finish()
        assert core.chat.texts() == ["One.", "Two."]
        whole, shorter = core.model.prompts[1:]
        assert len(prompt_text(shorter)) < len(prompt_text(whole)) / 2


async def test_a_message_that_the_platform_hides_is_told_to_model_and_person(tmp_path: Path) -> None:
    hidden = Quoted(message_id=MessageId("q"), author="Bob", is_own=False, text="", is_hidden=True)
    async with running_core(tmp_path, said("Sorry."), chat=roomy()) as core:
        await core.hear(message("what is this?", quoted=[hidden]))
        await core.finish()
        assert "[Ann, quoting a message that you can't see]" in prompt_text(core.model.prompts[0])
        assert core.chat.texts() == [f"Sorry.\n\n{texts.HIDDEN}"]


# --- for people who can't see --------------------------------------------------------------------


def alt(argument: str = "") -> Command:
    return Command(name=ALT, argument=argument)


async def test_a_description_is_marked_as_made_by_ai_and_asked_for_in_its_own_words(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat on a mat.\n\n", "Text: STOP"), chat=roomy(cat=b"pic")) as core:
        quoted = Quoted(message_id=MessageId("q"), author="Bob", is_own=False, text="", attachments=(photo("cat"),))
        await core.hear(message("/alt", command=alt(), quoted=[quoted]))
        await core.finish()
        assert core.chat.texts() == [f"{texts.ALT_MARK}A cat on a mat.\n\nText: STOP"]
        prompt = core.model.prompts[0]
        assert prompt_text(prompt[:1]) == f"system: {ALT_PROMPT}"
        assert prompt_text(prompt).count("<pixels>") == 1
        assert core.model.tools == [[]]


async def test_a_description_can_be_asked_for_right_after_a_picture(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat."), chat=roomy(cat=b"pic")) as core:
        await core.hear(message("", sender="Bob", attachments=[photo("cat")], address=None))
        await core.hear(message("/alt", command=alt()))
        await core.finish()
        assert core.chat.texts() == [f"{texts.ALT_MARK}A cat."]


async def test_without_a_picture_it_says_how_to_ask(tmp_path: Path) -> None:
    async with running_core(tmp_path, chat=roomy()) as core:
        await core.hear(message("/alt", command=alt()))
        await core.finish()
        assert core.chat.texts() == [texts.ALT_NEEDS_PICTURE]
        assert core.model.prompts == []


async def test_what_was_not_seen_is_not_described(tmp_path: Path) -> None:
    chat = roomy(cat=AttachmentError("cut", person=sentence("the file is damaged or incomplete")))
    async with running_core(tmp_path, chat=chat) as core:
        await core.hear(message("/alt", command=alt(), attachments=[photo("cat")]))
        await core.finish()
        assert chat.texts() == [f"{texts.ALT_NOT_SEEN}\n\n{not_seen('the file is damaged or incomplete')}"]
        assert core.model.prompts == []


@pytest.mark.parametrize("word", ["on", "ON "])
async def test_a_conversation_can_have_every_picture_described_until_it_no_longer_wants(
    tmp_path: Path, word: str
) -> None:
    chat = roomy(a=b"pic a", b=b"pic b", c=b"pic c", d=b"pic d")
    async with running_core(tmp_path, said("One."), said("Two."), chat=chat) as core:
        await core.hear(message("/alt on", command=alt(word)))
        await core.finish()
        await core.hear(message("my cat", sender="Bob", attachments=[photo("a")], address=None, message_id="cat"))
        await core.hear(message("no picture", sender="Bob", address=None))
        await core.finish()
        await core.hear(message("", attachments=[photo("b")], album_id="x", address=None))
        await core.hear(message("", attachments=[photo("c")], album_id="x", address=None))
        await core.finish()
        await core.hear(message("/alt off", command=alt("off")))
        await core.finish()
        await core.hear(message("", sender="Bob", attachments=[photo("d")], address=None))
        await core.finish()
        marked = [f"{texts.ALT_MARK}One.", f"{texts.ALT_MARK}Two."]
        assert chat.texts() == [texts.ALT_ON, *marked, texts.ALT_OFF]
        assert [prompt_text(prompt).count("<pixels>") for prompt in core.model.prompts] == [1, 2]
        assert [shown.reply_to for shown in chat.screen.values()][1] == "cat"
