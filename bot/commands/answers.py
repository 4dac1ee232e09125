"""Does what commands ask for, and decides what is said to them."""

from collections.abc import Sequence

from bot import texts
from bot.commands import data_texts
from bot.commands import known as commands
from bot.commands.menus import Menus
from bot.commands.privacy import PrivacyCommands
from bot.commands.replies import Again, Reply
from bot.commands.settings import SettingsCommand
from bot.events import PersonId
from bot.personal import Spent
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.parts import TextFile
from bot.ports.store import Store
from bot.records.turns import Turn
from bot.sentences import Sentence, joined


class CommandAnswers:
    """Those of all commands but STOP that no model is asked for. To do one again after a crash is harmless."""

    def __init__(self, store: Store, clock: Clock, menu: Menus) -> None:
        self._store = store
        self._clock = clock
        self._settings = SettingsCommand(store, clock, menu)
        self._privacy = PrivacyCommands(store, clock)

    async def give(self, turn: Turn, chat: Chat, again: Again) -> Reply:
        """Do it.

        Raises:
            StorageError: the store is away.
        """
        match turn.command:
            case commands.FORGET:
                reply = await self._privacy.forget(turn, chat, again)
            case commands.EXPORT:
                reply = await self._privacy.export(turn)
            case commands.ALT:
                reply = await self._settings.describe_all(turn, chat, again)
            case commands.SETTINGS | commands.PERSONA | commands.MODEL:
                reply = await self._settings.give(turn, chat, again)
            case commands.RETRY:
                reply = Reply(text=await self._retry(turn, again))
            case commands.RESET:
                reply = Reply(text=await self._reset(turn))
            case commands.USAGE:
                reply = Reply(text=await self._usage(turn))
            case commands.UNKNOWN:
                reply = Reply(text=texts.no_such_command(commands.in_words(turn.argument)))
            case _:
                reply = Reply(text=texts.HELP)
        return reply

    async def files(self, turn: Turn) -> Sequence[TextFile]:
        """The files that go with the answer of a turn that is being delivered."""
        return await self._privacy.files(turn)

    async def _reset(self, turn: Turn) -> Sentence:
        await self._store.reset(turn.key, up_to=turn.id, of=turn.history_of)
        return texts.WAS_RESET

    async def _retry(self, turn: Turn, again: Again) -> Sentence:
        accepted = await self._store.retry(turn, now=self._clock.now())
        if accepted is None:
            return texts.NOTHING_TO_RETRY
        if accepted.restart:
            again(accepted.turn)
        return texts.RETRIES

    async def _usage(self, turn: Turn) -> Sentence:
        if turn.is_private:
            return data_texts.usage_everywhere(*await self._spent(turn, turn.sender))
        # Everybody there reads it: what somebody asks elsewhere is nobody's business.
        own = data_texts.usage_of_person(*await self._spent(turn, turn.sender, is_here=True))
        return joined("\n\n", [own, data_texts.usage_here(*await self._spent(turn, None, is_here=True))])

    async def _spent(self, turn: Turn, person: PersonId | None, *, is_here: bool = False) -> tuple[Spent, Spent]:
        """Today and this month, by UTC."""
        today = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        month = today.replace(day=1)
        return (
            await self._store.spent(turn.key, person=person, is_here=is_here, since=today),
            await self._store.spent(turn.key, person=person, is_here=is_here, since=month),
        )
