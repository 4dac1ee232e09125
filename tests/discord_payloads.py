"""discord.py with one guild in it, and payloads as Discord sends them."""

from typing import Any

import discord

from adapters.discord.convert import message_received
from adapters.discord.places import place_of
from bot.events import MessageReceived

BOT, ANN, BEN = 900, 101, 102
GUILD, GENERAL, FORUM, THREAD, DM = 1, 11, 12, 13, 21
BOT_ROLE, COOKS = 31, 32
NOW_ID = str(((1_790_000_000_000 - 1_420_070_400_000) << 22) + 1)

Payload = dict[str, Any]


def user(number: int, name: str, **more: Any) -> Payload:
    return {
        "id": str(number),
        "username": name.lower(),
        "global_name": name,
        "discriminator": "0",
        "avatar": None,
    } | more


BOT_USER, ANN_USER, BEN_USER = user(BOT, "Glimpse", bot=True), user(ANN, "Ann"), user(BEN, "Ben")
MEMBER = {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0}


def role(number: int, name: str, **more: Any) -> Payload:
    plain = {"permissions": "0", "color": 0, "hoist": False, "position": 1, "managed": False, "mentionable": True}
    return {"id": str(number), "name": name, **plain, **more}


def channel(number: int, name: str, kind: int) -> Payload:
    return {"id": str(number), "name": name, "type": kind, "position": 1, "permission_overwrites": [], "nsfw": False}


THREAD_PAYLOAD = {
    "id": str(THREAD),
    "name": "roses",
    "type": 11,
    "guild_id": str(GUILD),
    "parent_id": str(GENERAL),
    "owner_id": str(ANN),
    "message_count": 0,
    "member_count": 1,
    "thread_metadata": {
        "archived": False,
        "auto_archive_duration": 60,
        "archive_timestamp": "2026-01-01T00:00:00+00:00",
    },
}
GUILD_PAYLOAD: Any = {
    "id": str(GUILD),
    "name": "Garden",
    "owner_id": str(ANN),
    "roles": [
        role(GUILD, "@everyone"),
        role(BOT_ROLE, "Glimpse", managed=True, tags={"bot_id": str(BOT)}),
        role(COOKS, "Cooks"),
    ],
    "channels": [channel(GENERAL, "general", 0), channel(FORUM, "forum", 15)],
    "threads": [THREAD_PAYLOAD],
    "members": [],
    "emojis": [],
    "stickers": [],
    "features": [],
    "verification_level": 0,
    "default_message_notifications": 0,
    "explicit_content_filter": 0,
    "mfa_level": 0,
    "nsfw_level": 0,
    "premium_tier": 0,
    "system_channel_flags": 0,
    "preferred_locale": "en-US",
    "afk_timeout": 60,
    "member_count": 3,
}


class World:
    """discord.py as it is after READY and one GUILD_CREATE."""

    def __init__(self) -> None:
        self.client = discord.Client(intents=discord.Intents(guilds=True, guild_messages=True), max_messages=None)
        self.state: Any = self.client._connection
        self.state.user = discord.ClientUser(state=self.state, data=BOT_USER)  # type: ignore[arg-type]  # a payload
        self.state._add_guild_from_data(GUILD_PAYLOAD)

    def message(self, content: str = "", *, place: int = GENERAL, **payload: Any) -> discord.Message:
        data: Payload = {
            "id": NOW_ID,
            "channel_id": str(place),
            "type": 0,
            "content": content,
            "author": ANN_USER,
            "attachments": [],
            "embeds": [],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
            "timestamp": "2026-11-22T12:00:00+00:00",
            "edited_timestamp": None,
        }
        if place != DM:
            data |= {"guild_id": str(GUILD), "member": MEMBER | {"nick": "Annie"}}
        data |= payload
        found, _ = self.state._get_guild_channel(data)
        return discord.Message(state=self.state, channel=found, data=data)  # type: ignore[arg-type]  # a payload

    def event(self, content: str = "", *, place: int = GENERAL, **payload: Any) -> MessageReceived:
        message = self.message(content, place=place, **payload)
        return message_received(message, place=place_of(message.channel), bot_id=BOT)


def mentioned(number: int, name: str) -> Payload:
    return user(number, name) | {"member": MEMBER}


def attachment(number: int, name: str = "a.png", **more: Any) -> Payload:
    url = f"https://cdn.discordapp.com/attachments/1/{number}/{name}?ex=1"
    return {"id": str(number), "filename": name, "size": 5, "url": url, "proxy_url": url} | more


def replying(to: Payload | None = None, **reference: Any) -> Payload:
    payload: Payload = {
        "type": 19,
        "message_reference": {"type": 0, "message_id": "77", "channel_id": str(GENERAL), "guild_id": str(GUILD)}
        | reference,
    }
    return payload if to is None else payload | {"referenced_message": to}


def said(content: str, author: Payload, **more: Any) -> Payload:
    return {
        "id": "77",
        "channel_id": str(GENERAL),
        "type": 0,
        "content": content,
        "author": author,
        "attachments": [],
        "embeds": [],
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
        "timestamp": "2026-11-22T12:00:00+00:00",
        "edited_timestamp": None,
    } | more
