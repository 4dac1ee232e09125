"""Kinds of channels and messages, by their numbers on the wire."""

import enum


class ChannelKind(enum.IntEnum):
    """Channel types by their numbers on the wire (Discord docs, Channel Types)."""

    TEXT = 0
    DM = 1
    VOICE = 2
    GROUP_DM = 3
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    STAGE = 13
    FORUM = 15


THREADS = (ChannelKind.ANNOUNCEMENT_THREAD, ChannelKind.PUBLIC_THREAD, ChannelKind.PRIVATE_THREAD)


class MessageKind(enum.IntEnum):
    """Message types by their numbers on the wire (Discord docs, Message Types)."""

    DEFAULT = 0
    PINNED = 6
    JOINED = 7
    THREAD_CREATED = 18
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER = 21


SYSTEM_MESSAGES = (MessageKind.PINNED, MessageKind.JOINED, MessageKind.THREAD_CREATED, MessageKind.THREAD_STARTER)


class MessageFlag(enum.IntFlag):
    """Message flags that the emulator gives a meaning to (Discord docs, Message Flags)."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    IS_VOICE_MESSAGE = 1 << 13
    HAS_SNAPSHOT = 1 << 14
    IS_COMPONENTS_V2 = 1 << 15


NO_FLAGS = MessageFlag(0)
