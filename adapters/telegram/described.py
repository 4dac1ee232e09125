"""Content that is neither text nor a file, in words, so that a message with it is not taken for empty."""

from typing import Any

from telegram import Message, Poll

from adapters.telegram.attachments import Holder


def described(holder: Holder) -> str:
    """Say what a poll, a place or a contact holds; empty for text, files and service messages."""
    if holder.poll:
        return _poll(holder.poll)
    if holder.venue:
        return f"[Place: {holder.venue.title}, {holder.venue.address}]"
    if holder.location:
        return f"[Location: {holder.location.latitude:.5f}, {holder.location.longitude:.5f}]"
    if holder.contact:
        names = filter(None, (holder.contact.first_name, holder.contact.last_name))
        return f"[Contact: {' '.join(names)}]"
    if holder.dice:
        return f"[{holder.dice.emoji} showed {holder.dice.value}]"
    return _unreadable(holder)


def _poll(poll: Poll) -> str:
    options = "\n".join(f"- {option.text}" for option in poll.options)
    return f"[Poll: {poll.question}]\n{options}"


def _unreadable(holder: Holder) -> str:
    """What Telegram shows and the Bot API gives no bytes of; from Bot API 10.1 on also text in blocks."""
    if holder.story:
        return "[A story, which bots can't see]"
    if holder.game:
        return f"[Game: {holder.game.title}]"
    if holder.checklist:
        tasks = "\n".join(f"- {task.text}" for task in holder.checklist.tasks)
        return f"[Checklist: {holder.checklist.title}]\n{tasks}"
    rich = holder.api_kwargs.get("rich_message") if isinstance(holder, Message) else None
    return "" if rich is None else "\n".join(_strings(rich))


def _strings(node: Any) -> list[str]:
    """All texts in a rich message, in order: they stand under ``text`` at any depth."""
    match node:
        case dict():
            return [
                text
                for key, value in node.items()
                for text in ([value] if key == "text" and isinstance(value, str) else _strings(value))
            ]
        case list():
            return [text for item in node for text in _strings(item)]
        case _:
            return []
