"""Pictures in a conversation: seen, remembered, and said openly where one was not seen."""

from pathlib import Path

from bot import texts
from bot.errors import AttachmentError, ModelError, ModelTrouble
from bot.events import MessageId, Quoted
from bot.records.attachments import Medium
from bot.sentences import sentence
from tests.core import running_core
from tests.fake_chat import FakeChat
from tests.fakes import FakePictures
from tests.happenings import message, photo
from tests.scripted_model import prompt_text, said


async def test_a_photo_goes_to_the_model_and_again_with_the_next_question(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("A cat.")) as core:
        core.chat.files["cat"] = b"pic cat"
        await core.hear(message("", attachments=[photo("cat")]))
        await core.finish()
        assert prompt_text(core.model.prompts[0]).splitlines()[1:] == [
            "user: [Ann] (sent without words: describe what you see)",
            "user: Picture 1 [p1] (PNG, 64×32):",
            "user: <pixels>",
        ]
        await core.hear(message("what colour?"))
        await core.finish()
        assert "<pixels>" in prompt_text(core.model.prompts[1])
        assert core.pictures.prepared == [b"pic cat"], "fetched and prepared once"


async def test_the_photo_of_the_message_replied_to_is_seen(tmp_path: Path) -> None:
    quoted = Quoted(message_id=MessageId("p"), author="Bob", is_own=False, text="", attachments=(photo("dog"),))
    async with running_core(tmp_path) as core:
        core.chat.files["dog"] = b"pic dog"
        await core.hear(message("what is this?", quoted=[quoted]))
        await core.finish()
        text = prompt_text(core.model.prompts[0])
        assert "[Ann, quoting Bob] what is this?" in text
        assert "Picture 1 [p1] (PNG, 64×32, in what is quoted):\nuser: <pixels>" in text


async def test_an_album_is_one_question_with_one_answer(tmp_path: Path) -> None:
    async with running_core(tmp_path, said("Three pets.")) as core:
        for name in ("a", "b", "c"):
            core.chat.files[name] = b"pic " + name.encode()
        await core.hear(message("which is best?", attachments=[photo("a")], album_id="x"))
        await core.clock.advance(0.8)
        await core.hear(message("", attachments=[photo("b")], album_id="x", address=None))
        await core.clock.advance(0.8)
        await core.hear(message("", attachments=[photo("c")], album_id="x", address=None))
        assert core.model.prompts == []
        await core.finish()
        assert core.chat.texts() == ["Three pets."]
        assert prompt_text(core.model.prompts[0]).count("<pixels>") == 3


async def test_a_picture_that_can_not_be_used_is_told_to_model_and_person(tmp_path: Path) -> None:
    chat = FakeChat(text_length=4000)
    async with running_core(tmp_path, said("I see one."), said("Yes."), chat=chat) as core:
        chat.files |= {
            "good": b"pic",
            "gone": AttachmentError("404", person=sentence("it is no longer there")),
        }
        big = photo("big", size_bytes=5_000_000)
        song = photo("song", media_type="audio/mpeg")
        await core.hear(message("?", attachments=[photo("good"), photo("gone"), big, song]))
        await core.finish()
        (answer,) = chat.texts()
        assert answer == (
            "I see one.\n\n*(I could not look at picture 2: it is no longer there.)*\n\n"
            "*(I could not look at picture 3: it is larger than 1 MB.)*\n\n"
            "*(I could not look at the sound recording: I can only look at things, not listen.)*"
        )
        assert prompt_text(core.model.prompts[0]).count("could not be looked at") == 3
        await core.hear(message("sure?"))
        await core.finish()
        assert chat.texts()[1] == "Yes.", "said once, not with every later answer"


async def test_a_decoder_that_fails_costs_one_picture_and_not_the_answer(tmp_path: Path) -> None:
    pictures = FakePictures(refuse=lambda _: AttachmentError("crash", person=sentence("it seems to be damaged")))
    async with running_core(tmp_path, said("Hm."), chat=FakeChat(text_length=4000), pictures=pictures) as core:
        core.chat.files["x"] = b"?"
        await core.hear(message("?", attachments=[photo("x")]))
        await core.finish()
        assert core.chat.texts() == ["Hm.\n\n*(I could not look at the picture: it seems to be damaged.)*"]


async def test_when_the_server_takes_fewer_pictures_it_gets_fewer_and_that_is_remembered(tmp_path: Path) -> None:
    refusal = ModelError(
        "At most 1 image(s)", trouble=ModelTrouble.PICTURES, person=sentence("Too many."), picture_limit=1
    )
    async with running_core(tmp_path, [refusal], said("I see one."), chat=FakeChat(text_length=4000)) as core:
        core.chat.files |= {"a": b"pic a", "b": b"pic b"}
        await core.hear(message("?", attachments=[photo("a"), photo("b")]))
        await core.finish()
        (text,) = core.chat.texts()
        assert text == f"I see one.\n\n{texts.not_seen(texts.called(Medium.PICTURE, 2), texts.not_shown(1))}"
        assert [prompt_text(prompt).count("<pixels>") for prompt in core.model.prompts] == [2, 1]
    async with running_core(tmp_path, chat=FakeChat(text_length=4000)) as core:
        core.chat.files |= {"c": b"pic c", "d": b"pic d"}
        await core.hear(message("and these?", attachments=[photo("c"), photo("d")]))
        await core.finish()
        assert prompt_text(core.model.prompts[0]).count("<pixels>") == 1
