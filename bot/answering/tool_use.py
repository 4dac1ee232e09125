"""Does what the model asks for while it answers one question: shows it a region, or posts a picture with boxes."""

from collections.abc import Sequence

from bot.answering.look import Looking
from bot.answering.reading import Answer
from bot.answering.tools import PICTURES, POSTED, LookCloser, PointOut, ToolMisuse, read_call
from bot.answering.window import PromptBudget
from bot.errors import AttachmentError
from bot.pictures.size import picture_tokens
from bot.ports.chat import Chat
from bot.ports.eyes import Eyes, MarkedBox
from bot.ports.model import Content, PictureContent, PromptMessage, TextContent, ToolCall
from bot.ports.store import Store
from bot.records.attachments import Attachment
from bot.records.pictures import PostedPicture
from bot.records.turns import Turn

CAPTION_LENGTH = 1000
"""Characters; see `bot.records.pictures.PostedPicture`."""


class ToolUse:
    """The tools that were used for one question, with their results."""

    def __init__(self, store: Store, eyes: Eyes, looking: Looking, *, turn: Turn, chat: Chat, answer: Answer) -> None:
        """`answer` gets the pictures that are to be posted with it."""
        self._store = store
        self._eyes = eyes
        self._looking = looking
        self._turn = turn
        self._chat = chat
        self._answer = answer
        self._closer_tokens = 0
        self.closer_looks = 0
        """How many pictures its results hold."""
        self.messages: list[PromptMessage] = []
        """What stands in the prompt behind the question: the calls, with their results."""

    async def use(self, calls: Sequence[ToolCall], budget: PromptBudget, *, may_use: bool) -> None:
        """Do what is asked for, and add it to `messages`. What can't be done is told to the model there.

        Args:
            calls: What the model asks for, behind what it said so far.
            budget: Of the prompt's pictures.
            may_use: It has not asked too often yet.

        Raises:
            StorageError: the store is away.
        """
        answer = self._answer
        said_since = answer.text[len(answer.said) :]
        self.messages.append(PromptMessage("assistant", _text(said_since), tool_calls=tuple(calls)))
        answer.said = f"{answer.text}\n\n" if answer.text else ""
        seen: list[Content] = []
        for call in calls:
            try:
                result, content = await self._result(call, budget, may_use=may_use)
            except ToolMisuse as misuse:
                result, content = str(misuse), ()
            except AttachmentError as error:
                result, content = f"That picture can't be opened: {error.person}.", ()
            self.messages.append(PromptMessage("tool", _text(result), tool_call_id=call.id))
            seen += content
        if seen:
            self.messages.append(PromptMessage("user", tuple(seen)))

    async def _result(self, call: ToolCall, budget: PromptBudget, *, may_use: bool) -> tuple[str, Sequence[Content]]:
        if not may_use:
            raise ToolMisuse("You have used your tools often enough: answer now, with what you saw.")
        request = read_call(call)
        turn = self._turn
        attachment = await self._store.attachment(turn.key, request.picture, up_to=turn.id, of=turn.history_of)
        if attachment is None or request.part >= len(attachment.views):
            raise ToolMisuse(f"There is no picture {request.name} in this conversation.")
        match request:
            case LookCloser():
                return await self._look_closer(attachment, request, budget)
            case PointOut():
                return await self._point_out(attachment, request), ()

    async def _look_closer(
        self, attachment: Attachment, request: LookCloser, budget: PromptBudget
    ) -> tuple[str, Sequence[Content]]:
        if self.closer_looks >= min(PICTURES, budget.pictures):
            raise ToolMisuse("You can't look any closer for this answer: answer with what you saw.")
        data = await self._looking.original(attachment, self._chat)
        picture = await self._eyes.crop(data, request.box, part=request.part)
        self.closer_looks += 1
        self._closer_tokens += picture_tokens(picture.width_px, picture.height_px)
        if self._closer_tokens > budget.picture_tokens:
            raise ToolMisuse("There is no room for another picture: answer with what you saw.")
        name = f"region {_numbers(request)} of {request.name}"
        pixels = PictureContent(jpeg=picture.jpeg, width_px=picture.width_px, height_px=picture.height_px)
        return f"The {name} is in the next message.", (TextContent(f"(The {name}, which you asked for:)"), pixels)

    async def _point_out(self, attachment: Attachment, request: PointOut) -> str:
        if len(self._answer.pictures) >= POSTED:
            raise ToolMisuse("You can't post more pictures with this answer.")
        data = await self._looking.original(attachment, self._chat)
        picture = await self._eyes.mark(data, request.boxes, part=request.part)
        await self._store.keep_picture(self._turn.id, picture)
        self._answer.pictures.append(PostedPicture(sha256=picture.sha256, caption=_caption(request.boxes)))
        return "The picture with your boxes will be posted below your answer."


def _text(words: str) -> tuple[Content, ...]:
    return (TextContent(words),) if words else ()


def _caption(boxes: Sequence[MarkedBox]) -> str:
    if len(boxes) == 1:
        return boxes[0].label
    labels = (f"{number}: {box.label}" for number, box in enumerate(boxes, start=1) if box.label)
    return "\n".join(labels)[:CAPTION_LENGTH]


def _numbers(request: LookCloser) -> str:
    box = request.box
    return f"[{box.left}, {box.top}, {box.right}, {box.bottom}]"
