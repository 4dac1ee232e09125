"""A platform that demands a wait, and what the bot sends to a place, the same words for both platforms."""

from collections.abc import Sequence

from tests.emulators.common import Fault, Request
from tests.people import DiscordPeople, People, Place, TelegramPeople

_DISCORD_WRITES = ("POST", "PATCH", "DELETE")
_TELEGRAM_WRITES = ("/sendMessage", "/editMessageText", "/editMessageReplyMarkup", "/deleteMessage")


def demand_wait(people: People, seconds: int) -> Fault:
    """The next new message of the bot is refused: too many requests."""
    if isinstance(people, TelegramPeople):
        return people.telegram.fail("POST /sendMessage", status=429, headers={"Retry-After": str(seconds)})
    assert isinstance(people, DiscordPeople)
    return people.discord.fail(
        "POST /channels/*/messages",
        status=429,
        body={"message": "You are being rate limited.", "retry_after": float(seconds), "global": False},
        headers={"Retry-After": str(seconds), "X-RateLimit-Scope": "user"},
    )


def written_to(people: People, place: Place) -> Sequence[Request]:
    """Every message, edit and deletion that the bot asked for there; "typing" is not one of them."""
    if isinstance(people, TelegramPeople):
        return [
            request
            for request in people.telegram.requests
            if request.path in _TELEGRAM_WRITES and int(request.body["chat_id"]) == place.chat.id
        ]
    return [
        request
        for request in people.emulated.requests
        if request.method in _DISCORD_WRITES and request.path.startswith(f"/channels/{place.chat.id}/messages")
    ]
