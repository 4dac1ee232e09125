"""Does what commands ask for, and decides what is said to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import commands, menus, texts
from bot.choices import AnswerMode, ConversationSettings
from bot.errors import PlatformError
from bot.events import ConversationKey, PersonId
from bot.exporting import export_files
from bot.menus import Menus
from bot.ports.chat import Chat, TextFile
from bot.ports.clock import Clock
from bot.ports.store import Store
from bot.records import NOBODY, Buttons, Notice, NoticeKind, Scope, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is said to a command."""

    text: str
    buttons: Buttons = ()
    files: Sequence[TextFile] = ()


Again = Callable[[Turn], None]
"""Is told which other turns are to be run because of a command."""


class CommandAnswers:
    """Those of all commands that no model is asked for, but STOP. Doing one twice is harmless: a crash may come between."""

    def __init__(self, store: Store, clock: Clock, menu: Menus) -> None:
        self._store = store
        self._clock = clock
        self._menu = menu

    async def give(self, turn: Turn, chat: Chat, again: Again) -> Reply:
        """Do it.

        Raises:
            StorageError: the store is away.
        """
        match turn.command:
            case commands.RESET:
                of = turn.sender if turn.settings.is_per_person else None
                await self._store.reset(turn.key, up_to=turn.id, of=of)
                return Reply(text=texts.WAS_RESET)
            case commands.RETRY:
                return await self._retry(turn, again)
            case commands.FORGET:
                return await self._forget(turn, chat, again)
            case commands.EXPORT:
                return await self._export(turn)
            case commands.USAGE:
                return await self._usage(turn)
            case commands.ALT:
                return await self._describe_all(turn, chat)
            case commands.SETTINGS | commands.PERSONA | commands.MODEL:
                return await self._change_settings(turn, chat, again)
        return Reply(text=texts.HELP)

    async def files(self, turn: Turn) -> Sequence[TextFile]:
        """The files that go with the answer of a turn."""
        if turn.command != commands.EXPORT or not turn.is_private or turn.sender == NOBODY:
            return ()
        return await export_files(self._store, turn.key.platform, turn.sender, before=turn.id)

    async def _retry(self, turn: Turn, again: Again) -> Reply:
        accepted = await self._store.retry(turn, now=self._clock.now())
        if accepted is None:
            return Reply(text=texts.NOTHING_TO_RETRY)
        if accepted.restart:
            again(accepted.turn)
        return Reply(text=texts.RETRIES)

    async def _export(self, turn: Turn) -> Reply:
        if not turn.is_private:
            return Reply(text=texts.EXPORT_PRIVATELY)
        files = await self.files(turn)
        return Reply(text=texts.EXPORTED if files else texts.NOTHING_KEPT, files=files)

    async def _usage(self, turn: Turn) -> Reply:
        today = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        month = today.replace(day=1)
        spent = self._store.spent
        person = [await spent(turn.key, person=turn.sender, since=since) for since in (today, month)]
        told = [texts.usage_of_person(*person)]
        if not turn.is_private:
            told.append(texts.usage_here(*[await spent(turn.key, person=None, since=since) for since in (today, month)]))
        return Reply(text="\n\n".join(told))
