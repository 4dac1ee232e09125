"""Content that is neither text nor a file, in words, so that a message with it is not taken for empty."""

from telegram import Message, PaidMediaPreview, Poll

from adapters.telegram.content import rich
from adapters.telegram.content.attachments import Holder


def previewed(holder: Holder) -> str:
    """The address whose preview is shown with a text; empty when Telegram does not say.

    It says so only when the sender chose which, and never what the preview shows.
    """
    options = holder.link_preview_options
    return options.url if options and not options.is_disabled and isinstance(options.url, str) else ""


def described(holder: Holder) -> str:
    """Say what a poll, a place or a contact holds; empty for text, files and service messages."""
    if holder.poll:
        return _poll(holder.poll)
    if holder.venue or holder.location:
        return _place(holder)
    if holder.contact:
        names = filter(None, (holder.contact.first_name, holder.contact.last_name))
        return f"[Contact: {' '.join(names)}]"
    if holder.dice:
        return f"[{holder.dice.emoji} showed {holder.dice.value}]"
    if isinstance(holder, Message) and (words := rich.words(holder)):
        return words
    return _unreadable(holder)


def _place(holder: Holder) -> str:
    if holder.venue:
        return f"[Place: {holder.venue.title}, {holder.venue.address}]"
    location = holder.location
    return f"[Location: {location.latitude:.5f}, {location.longitude:.5f}]" if location else ""


def _poll(poll: Poll) -> str:
    options = "\n".join(f"- {option.text}" for option in poll.options)
    return f"[Poll: {poll.question}]\n{options}"


def _unreadable(holder: Holder) -> str:
    """What Telegram shows and the Bot API gives no bytes of."""
    if holder.story:
        return "[A story, which bots can't see]"
    if holder.game:
        return f"[Game: {holder.game.title}]"
    if holder.checklist:
        tasks = "\n".join(f"- {task.text}" for task in holder.checklist.tasks)
        return f"[Checklist: {holder.checklist.title}]\n{tasks}"
    if holder.paid_media and all(isinstance(media, PaidMediaPreview) for media in holder.paid_media.paid_media):
        return "[Paid media, which bots can't see before it is paid for]"
    return _preview(holder)


def _preview(holder: Holder) -> str:
    url = previewed(holder)
    is_said = isinstance(holder, Message) and url in (holder.text or "")
    return f"[Shown with a preview of {url}]" if url and not is_said else ""
