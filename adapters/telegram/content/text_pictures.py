"""Pictures that a text leads to: behind its links, as custom emoji, and of the people it asks about."""

from collections.abc import Iterator, Sequence
from itertools import islice

from telegram import Message, User

from adapters.telegram.content import rich
from adapters.telegram.content.described import previewed
from adapters.telegram.content.entities import Identity, Reading, marked
from adapters.telegram.content.handles import handle
from adapters.telegram.content.quoting import answered_by
from bot.answering.avatars import asks_about_avatar
from bot.answering.links import picture_links
from bot.events import AttachmentRef, Entity, EntityKind, Source

_MOST = 4
"""Of each kind in one message."""


def led_to(message: Message, reading: Reading, me: Identity) -> tuple[AttachmentRef, ...]:
    """All that the text of a message leads to."""
    links = _linked(reading.entities, previewed(message), *rich.links(message))
    if message.forward_origin is not None:  # Nobody asks for anything with these words.
        return (*links, *_emoji_alone(reading.raw, reading.entities))
    return (*links, *_emoji(reading.raw, reading.entities), *_profile_pictures(message, reading, me))


def led_to_by_quote(message: Message) -> tuple[AttachmentRef, ...]:
    """The pictures that the text leads to which a message replies to; of a text quoted by hand, that stretch."""
    quote = message.quote
    if quote is not None and (quote.is_manual or message.external_reply is not None):
        # Links are not marked in quotes (Bot API, TextQuote).
        return (*picture_links(quote.text), *_emoji_alone(quote.text, marked(quote.text, quote.entities or ())))
    if (elsewhere := message.external_reply) is not None:
        return _linked((), previewed(elsewhere))
    if (answered := answered_by(message)) is None:
        return ()
    text = answered.text or answered.caption or ""
    entities = marked(text, answered.entities or answered.caption_entities)
    links = _linked(entities, previewed(answered), *rich.links(answered))
    return (*links, *_emoji_alone(text, entities))


def _linked(entities: Sequence[Entity], *more: str) -> tuple[AttachmentRef, ...]:
    addresses = [entity.target for entity in entities if entity.kind is EntityKind.LINK]
    return picture_links("\n".join(map(_with_scheme, filter(None, (*addresses, *more)))))


def _with_scheme(address: str) -> str:
    """Telegram finds links in ``example.com/a.png`` too."""
    return address if "://" in address else f"https://{address}"


def _emoji(text: str, entities: Sequence[Entity]) -> Iterator[AttachmentRef]:
    emoji = [entity for entity in entities if entity.kind is EntityKind.EMOJI]
    found = {entity.target: _words(text, entity) for entity in emoji if entity.target}
    for emoji_id, stands_for in islice(found.items(), _MOST):
        yield _ref(handle(emoji_id=emoji_id), Source.EMOJI, stands_for)


def _emoji_alone(text: str, entities: Sequence[Entity]) -> Iterator[AttachmentRef]:
    """Custom emoji that are all a text says: then they are what one asks about with it."""
    marked_length = sum(entity.length for entity in entities if entity.kind is EntityKind.EMOJI)
    if 0 < marked_length == sum(map(len, text.split())):
        yield from _emoji(text, entities)


def _profile_pictures(message: Message, reading: Reading, me: Identity) -> Iterator[AttachmentRef]:
    """Of those mentioned besides the bot; without any, of the person replied to."""
    people = _mentioned(message, reading, me)
    if not people and (author := _author(answered_by(message))) is not None and author.id != me.id:
        people = {handle(user_id=author.id): author.full_name}
    # The words are looked at last, since that takes long.
    if people and asks_about_avatar(reading.text):
        for person, name in islice(people.items(), _MOST):
            yield _ref(person, Source.AVATAR, name)


def _mentioned(message: Message, reading: Reading, me: Identity) -> dict[str, str]:
    """Handles and names."""
    known = {user.username.lower(): user for user in _users(message) if user.username}
    people: dict[str, str] = {}
    for entity in reading.entities:
        if entity.kind is EntityKind.MENTION and (target := entity.target) and not _is_me(target, me):
            people.setdefault(_person(target, known), _words(reading.raw, entity))
    return people


def _person(target: str, known: dict[str, User]) -> str:
    """The handle of whom a mention means: by id, or by a username, which Telegram tells bots nothing more about."""
    if target.isdecimal():  # No username begins with a digit.
        return handle(user_id=int(target))
    user = known.get(target.lower())
    return handle(username=target) if user is None else handle(user_id=user.id)


def _users(message: Message) -> Iterator[User]:
    """Whom the update tells the ids of, besides those mentioned by name."""
    for one in (message, answered_by(message)):
        if (author := _author(one)) is not None:
            yield author


def _author(message: Message | None) -> User | None:
    """Who writes as a chat has only a stand-in as user."""
    return None if message is None or message.sender_chat is not None else message.from_user


def _is_me(target: str, me: Identity) -> bool:
    return target.lower() in (str(me.id), me.username.lower())


def _words(text: str, entity: Entity) -> str:
    return text[entity.offset : entity.offset + entity.length]


def _ref(handle: str, source: Source, about: str) -> AttachmentRef:
    return AttachmentRef(handle=handle, source=source, about=about, name="", media_type="")
