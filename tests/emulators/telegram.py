"""A Telegram for tests: the Bot API on a loopback socket, and people who write to the bot."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.emulators.telegram_api import BotApi
from tests.emulators.telegram_drafts import Drafts
from tests.emulators.telegram_flood import FloodGate
from tests.emulators.telegram_people import People
from tests.emulators.telegram_server import BotApiServer
from tests.emulators.telegram_types import Chat, ChatAction, Message, Person, Topic
from tests.emulators.telegram_webhook import Webhook
from tests.emulators.telegram_world import World

TOKEN = "7000000001:AAGlimpseEmulatorTokenForTests0000000"


class TelegramEmulator(People):
    """``async with TelegramEmulator() as telegram``: a Bot API server and the people behind it.

    Point a bot at it with ``telegram.api_url`` (as ``TELEGRAM_API_URL``) and ``telegram.token``; with
    python-telegram-bot that is ``Bot(token, base_url=f"{api_url}/bot", base_file_url=f"{api_url}/file/bot")``.

    Faults: `fail` takes patterns like ``POST /sendMessage``, ``POST /getUpdates`` or ``GET /file/*``. ``status=200``
    without a body only delays. For 429 a header ``Retry-After`` becomes ``parameters.retry_after`` (default 1).

    Everything the bot does against the rules of the Bot API stands in `violations`, whatever it was answered.
    What python-telegram-bot and the Bot API server do is written beside each rule in the modules telegram_*.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        username: str = "glimpse_bot",
        name: str = "Glimpse",
        privacy: bool = True,
        topics: bool = False,
        flood_limits: bool = False,
        local_files: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Set up an empty world.

        Args:
            token: The bot's token; the number before its colon is the bot's id.
            username: Without ``@``.
            name: What people see as the bot's name.
            privacy: Privacy mode, as BotFather calls it: in groups the bot then receives only what is meant for it.
            topics: Topic mode in private chats: `add_topic` works on them, and getMe says ``has_topics_enabled``.
            flood_limits: Answer 429 as `FloodGate` decides. Can be changed later: ``telegram.flood.enabled``.
            local_files: A server with ``--local``: files of any size, left in this folder; webhooks without TLS.
            clock: Unix time in seconds, the date of messages.
        """
        bot = Person(id=int(token.split(":", 1)[0]), name=name, username=username, is_bot=True)
        super().__init__(World(bot=bot, privacy=privacy, topics=topics, clock=clock, local_files=local_files))
        self.token = token
        self.flood = FloodGate(enabled=flood_limits)
        self.api = BotApi(world=self.world, flood=self.flood, violations=self.violations)
        self._server = BotApiServer(self, self.api)

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._server.stop()
        self.violations += self.world.queries.unanswered(self.requests)

    # Where it is

    @property
    def api_url(self) -> str:
        """``http://127.0.0.1:PORT``, without a slash at the end."""
        return self._server.url

    @property
    def refused(self) -> int:
        """How many requests were over a limit."""
        return self.flood.refused

    @property
    def bot_id(self) -> int:
        return self.bot.id

    @property
    def username(self) -> str:
        """Without ``@``."""
        return self.bot.username or ""

    # What people see

    def visible(self, chat: Chat, topic: Topic | None = None) -> list[Message]:
        """The bot's messages that are on screen now, oldest first: in this topic, or outside of any."""
        return self.world.visible(chat, topic)

    def typing(self, chat: Chat, topic: Topic | None = None) -> bool:
        """Whether "typing" is shown right now, in this chat outside of topics or in this topic."""
        return self.world.acting(chat, topic) == "typing"

    def pinged(self, message: Message) -> list[Person]:
        """Who is notified by name of a message: by ``@username`` (found also in what a bot writes), or text_mention."""
        return self.world.pinged(message)

    def menu(self, chat: Chat, person: Person) -> dict[str, str]:
        """The commands that somebody is offered in a chat, with their descriptions."""
        return self.api.menus.shown(chat, person)

    @property
    def drafts(self) -> Drafts:
        """Texts that grow before they are sent, and what people do with them."""
        return self.api.drafts

    @property
    def chat_actions(self) -> list[ChatAction]:
        """All that sendChatAction showed, with the time from when to when."""
        return self.world.chat_actions

    # What can go wrong on the way to the bot (see `fail` for the way back)

    def redeliver(self, message: Message, *, new_update_id: bool = False) -> None:
        """Hand the bot's newest update about a message out once more, confirmed or not, by default under its old id."""
        self.world.updates.repeat(self.world.update_about(message), new_id=new_update_id)

    def renumber_updates(self, next_id: int) -> None:
        """A week without updates is over: the next one has this id, and those after it count on from there."""
        self.world.updates.renumber(next_id)

    @property
    def pending_updates(self) -> int:
        """How many updates the bot has not confirmed by a later offset."""
        return self.world.updates.pending

    @property
    def polling(self) -> bool:
        """Whether a getUpdates is waiting right now."""
        return self.world.updates.polling

    @property
    def hang_polls(self) -> bool:
        """While True, getUpdates is never answered: not after its timeout, and not when there is news."""
        return self.world.updates.hang

    @hang_polls.setter
    def hang_polls(self, hang: bool) -> None:
        self.world.updates.hang = hang

    @property
    def webhook(self) -> Webhook:
        """How updates are posted to the bot, once it has set one."""
        return self.world.webhook

    def bot_forgot(self) -> None:
        """The bot was killed: it can't know how its messages look, and saying the same again is no violation."""
        for chat in (*self.world.chats.values(), *self.world.elsewhere.chats):
            for message in chat.own:
                message.acknowledged = False

    def drop(self) -> None:
        """Break all connections at once, whatever they wait for."""
        self._server.drop()

    def expire_links(self) -> None:
        """Links given by getFile so far end now (Telegram keeps them for an hour at least); file ids stay good."""
        self.media.expire_links()
