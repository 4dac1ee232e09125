"""Stored messages, exchanges and pictures, as prompts are made of them."""

from bot.events import AttachmentRef, MessageId, Source
from bot.records.attachments import Attachment, AttachmentId, Place, Verdict, View
from bot.records.history import Exchange, StoredMessage, StoredQuote
from bot.records.turns import TurnId
from bot.sentences import sentence
from tests.happenings import photo


def said(
    text: str, *, sender: str = "Ann", quoted: tuple[StoredQuote, ...] = (), pictures: tuple[Attachment, ...] = ()
) -> StoredMessage:
    return StoredMessage(message_id=MessageId("m"), sender=sender, text=text, quoted=quoted, attachments=pictures)


def exchange(number: int, *messages: StoredMessage, answer: str | None = None) -> Exchange:
    return Exchange(turn_id=TurnId(number), messages=messages, answer=answer)


def picture(
    sha256: str | None,
    *more: str,
    number: int = 1,
    place: Place = Place.OWN,
    source: Source = Source.FILE,
    about: str = "",
    author: str = "",
    reason: str = "",
    text: str = "",
    left_out: str = "",
    media_type: str = "image/jpeg",
) -> Attachment:
    ref: AttachmentRef = photo("p", source=source, about=about, media_type=media_type)
    labels = [f"page {page}" for page in range(1, 2 + len(more))] if more else [""]
    hashes = [sha256, *more] if sha256 is not None else []
    return Attachment(
        id=AttachmentId(number),
        ref=ref,
        place=place,
        author=author,
        verdict=Verdict.UNUSABLE if reason else Verdict.USABLE,
        reason=sentence(reason),
        views=tuple(
            View(sha256=sha, width_px=320, height_px=320, label=label)
            for sha, label in zip(hashes, labels, strict=False)
        ),
        text=text,
        origin="" if reason else "PNG, 4×4",
        left_out=sentence(left_out),
    )
