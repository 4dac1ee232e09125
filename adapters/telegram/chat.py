"""Telegram as a `bot.ports.chat.Chat`."""

import asyncio
import contextlib
import logging
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self

from telegram.constants import ChatAction, ReactionEmoji

from adapters.download import too_large
from adapters.telegram.content.entities import Identity
from adapters.telegram.convert import ALLOWED_UPDATES, chat_of
from adapters.telegram.elsewhere import is_chosen, is_elsewhere
from adapters.telegram.errors import telegram_errors
from adapters.telegram.files import Files
from adapters.telegram.limits import LIMITS, LOCAL_LIMITS, TELEGRAM
from adapters.telegram.lookup import Lookup
from adapters.telegram.menu import ENGLISH, Wording
from adapters.telegram.outage import Outage
from adapters.telegram.profile import introduce
from adapters.telegram.raw import RawBot
from adapters.telegram.receiving.at_once import AtOnce
from adapters.telegram.receiving.joining import Newcomer
from adapters.telegram.receiving.polling import POLL_TIMEOUT_S, Poller, RawUpdate
from adapters.telegram.receiving.updates import Receiver
from adapters.telegram.receiving.webhook import Webhook
from adapters.telegram.render import render
from adapters.telegram.request import READ_TIMEOUT_S, AiohttpRequest, closed
from adapters.telegram.rights import may_manage, reads_all, unheard
from adapters.telegram.writing.inline_messages import InlineMessages
from adapters.telegram.writing.messages import Messages
from adapters.telegram.writing.posting import thread_of
from bot.errors import PlatformError, PlatformRefused, StorageError
from bot.events import AttachmentRef, ConversationKey, MessageId, PersonId, PlatformName
from bot.ports.clock import Clock
from bot.ports.intake import Intake
from bot.ports.limits import Limits
from bot.ports.parts import Part
from bot.sentences import Sentence

log = logging.getLogger(__name__)

_POOL_SIZE = 64
_TALKATIVE = ("httpx", "httpcore", "telegram")
"""Libraries whose logs below WARNING hold the token as part of an address."""


class TelegramChat:
    """One bot on Telegram."""

    def __init__(
        self,
        token: str,
        *,
        api_url: str,
        clock: Clock,
        webhook: Webhook | None = None,
        local_files: Path | None = None,
        wording: Wording = ENGLISH,
        reacts: bool = False,
        offers_inline: bool = False,
        drafts: bool = False,
        read_timeout_s: float = READ_TIMEOUT_S,
    ) -> None:
        """Set up; nothing is opened and nobody is asked.

        Args:
            token: The bot's token. It never leaves but to `api_url`.
            api_url: ``https://api.telegram.org``, or a local Bot API server, or a proxy.
            clock: For all waits.
            webhook: What is new comes this way; without one it is polled for.
            local_files: The folder of a local Bot API server that runs with ``--local``, as it is seen here.
            wording: Of the commands in the menus, by language.
            reacts: `acknowledge` shows something.
            offers_inline: Who types ``@bot question`` in any chat may ask it there.
            drafts: Answers in private chats grow as drafts.
            read_timeout_s: For one whole call without a file, but for `getUpdates`.
        """
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        base = api_url.rstrip("/")
        self._clock = clock
        self._calls = AiohttpRequest(pool_size=_POOL_SIZE, read_timeout_s=read_timeout_s)
        self._polls = AiohttpRequest(pool_size=1)
        self._bot = RawBot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._calls,
            get_updates_request=self._polls,
        )
        self._files = Files(
            get_file=Lookup(self._bot).path, files_url=self._bot.base_file_url, clock=clock, local_files=local_files
        )
        self._limits = replace(LIMITS if local_files is None else LOCAL_LIMITS, has_drafts=drafts)
        self._webhook = webhook
        self._reacts = reacts
        self._messages = Messages(self._bot, clock)
        self._inline_messages = InlineMessages(self._bot)
        self._at_once = AtOnce(self._bot, offers_inline=offers_inline)
        self._introduction = partial(
            introduce, self._bot, polls=webhook is None, wording=wording, offers_inline=offers_inline
        )
        self._me: Identity | None = None
        self._ready = asyncio.Event()

    @property
    def platform(self) -> PlatformName:
        return TELEGRAM

    @property
    def limits(self) -> Limits:
        return self._limits

    async def __aenter__(self) -> Self:
        """Open the connections and say hello.

        When Telegram can't be reached, sending is possible all the same as soon as it can be, and `receive` says
        hello again until it works: one platform's outage must not keep the others from starting.

        Raises:
            PlatformRefused: Telegram does not accept the token.
        """
        async with contextlib.AsyncExitStack() as opened:
            opened.push_async_exit(self)
            await self._calls.initialize()
            await self._polls.initialize()
            try:
                await self._introduce()
            except PlatformRefused:
                raise
            except PlatformError as error:
                log.warning("%s I will try again.", error)
            opened.pop_all()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await closed(self._calls, self._polls)

    async def receive(self, intake: Intake) -> None:
        """Bring every message, edit and pressed Stop button to `intake`, in order, until cancelled.

        Each is confirmed to Telegram only after it was stored, and so is what nobody can read. That somebody deleted
        a message the Bot API never tells.

        Raises:
            PlatformRefused: Telegram does not accept the token, which was not known before.
        """
        self._messages.listen(intake)
        me = self._me or await self._introduced()
        await self._note_places(intake)
        newcomer = Newcomer(intake, username=me.username, reads_all=partial(reads_all, self._bot), say=self._say)
        async with Receiver(
            intake, me, self._at_once, clock=self._clock, newcomer=newcomer, note=self._messages.note
        ) as receiver:
            if self._webhook is not None:
                await self._webhook.run(receiver.take, self._bot)
                return
            poller = Poller(
                fetch=self._updates,
                take=receiver.take,
                chat_of=chat_of,
                renew=self._polls.renew,
                intake=intake,
                cursor=f"telegram offset of bot {me.id}",
                clock=self._clock,
            )
            await poller.run()

    async def ready(self) -> None:
        """See `bot.ports.chat.Chat.ready`: Telegram has answered the hello."""
        await self._ready.wait()

    async def fetch(self, ref: AttachmentRef, *, max_bytes: int) -> bytes:
        """Download an attachment, reading at most `max_bytes` of it.

        Raises:
            AttachmentError: gone, too large (Telegram gives bots 20 MB at most), or not to be had after retries.
            PlatformUnavailable: Telegram can't be reached.
        """
        limit = min(max_bytes, self._limits.download_bytes)
        if ref.size_bytes is not None and ref.size_bytes > limit:
            raise too_large(limit)
        return await self._files.fetch(self._calls.session, ref.handle, max_bytes=limit)

    def render(self, markdown: str, *, final: bool) -> Sequence[Part]:
        """See `adapters.telegram.render.render`."""
        return render(markdown, final=final)

    def shows_question(self, message_id: MessageId) -> bool:
        """A command is a message here; but where somebody asked inline, the answer takes the question's place."""
        return not is_chosen(message_id)

    def link_to(self, target: MessageId, *, asked_by: MessageId) -> str:
        """What is asked inline is about no message."""
        del target, asked_by
        return ""

    def is_guest(self, key: ConversationKey) -> bool:
        """In chats that it never joined, and inline."""
        return is_elsewhere(key)

    def answers_once(self, key: ConversationKey) -> bool:
        """Where the bot is not: to a guest, and inline."""
        return is_elsewhere(key)

    async def post(self, key: ConversationKey, part: Part, *, reply_to: MessageId | None, nonce: str) -> MessageId:
        """Send one new message. Telegram knows no nonce: see `Messages.post` and `InlineMessages.post`."""
        del nonce
        return await self._messages_in(key).post(key, part, reply_to=reply_to)

    async def edit(self, key: ConversationKey, message_id: MessageId, part: Part) -> None:
        """Replace a message of the bot's own. That it reads so already is no error."""
        await self._messages_in(key).edit(key, message_id, part)

    async def draft(self, key: ConversationKey, draft: MessageId, part: Part) -> None:
        await self._messages.draft(key, draft, part)

    async def delete(self, key: ConversationKey, message_id: MessageId, *, instead: str) -> None:
        """Take back a message of the bot's own: where the bot is not, only its words."""
        await self._messages_in(key).delete(key, message_id, instead=instead)

    def newest(self, key: ConversationKey) -> MessageId | None:
        """The newest message that is known where this chat's messages are counted."""
        return self._messages_in(key).newest(key)

    async def find(
        self, key: ConversationKey, *, after: MessageId, reply_to: MessageId | None, known: Collection[MessageId]
    ) -> MessageId | None:
        """See `adapters.telegram.writing.search.Search`: up to 400 ids."""
        return await self._messages_in(key).find(key, after=after, reply_to=reply_to, known=known)

    async def may_manage(self, key: ConversationKey, person: PersonId) -> bool:
        return await may_manage(self._bot, key, person)

    async def unheard(self, key: ConversationKey) -> Sentence:
        return await unheard(self._bot, key)

    async def acknowledge(self, key: ConversationKey, message_id: MessageId) -> None:
        """React to a message with eyes, if the operator wants that. Where the bot is not, it can't."""
        if not self._reacts or is_elsewhere(key):
            return
        with telegram_errors(f"reacting in chat {key.chat_id}"):
            await self._bot.set_message_reaction(int(key.chat_id), int(message_id), ReactionEmoji.EYES)

    def headroom(self, key: ConversationKey) -> None:
        """Telegram says nothing before it refuses."""

    async def typing(self, key: ConversationKey, *, reply_to: MessageId) -> None:
        """Show "typing" for 5 s, or until a message comes. It can't be shown in channels, nor where the bot is not."""
        del reply_to
        if is_elsewhere(key):
            return
        with telegram_errors(f"typing in chat {key.chat_id}"):
            await self._bot.send_chat_action(
                chat_id=int(key.chat_id), action=ChatAction.TYPING, message_thread_id=thread_of(key)
            )

    async def _note_places(self, intake: Intake) -> None:
        with contextlib.suppress(StorageError):
            for place in await intake.places(TELEGRAM):
                if not is_elsewhere(place.key):
                    self._messages.note_newest(place.key, place.newest)

    async def _introduce(self) -> Identity:
        self._me = await self._introduction()
        self._ready.set()
        return self._me

    async def _introduced(self) -> Identity:
        outage = Outage("Saying hello to Telegram", self._clock)
        while True:
            try:
                me = await self._introduce()
            except PlatformRefused:
                raise
            except PlatformError as error:
                await outage.wait(error)
            else:
                outage.over()
                return me

    async def _updates(self, offset: int | None) -> Sequence[RawUpdate]:
        with telegram_errors("asking for news"):
            return await self._bot.raw_updates(offset, timeout_s=POLL_TIMEOUT_S, kinds=ALLOWED_UPDATES)

    async def _say(self, key: ConversationKey, part: Part) -> None:
        await self.post(key, part, reply_to=None, nonce="")

    def _messages_in(self, key: ConversationKey) -> Messages | InlineMessages:
        return self._inline_messages if is_elsewhere(key) else self._messages
