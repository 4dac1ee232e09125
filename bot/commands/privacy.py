"""What people can have done with what is kept of them: forgotten, or handed to them."""

from collections.abc import Sequence

from bot.commands import data_texts, known, menus
from bot.commands.exporting import export_files
from bot.commands.replies import Again, Reply
from bot.commands.rights import objection
from bot.events import NOBODY
from bot.personal import Scope
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.parts import TextFile
from bot.ports.store import Store
from bot.records.turns import Turn


class PrivacyCommands:
    """``/forget`` and ``/export``. Everybody for themselves; who manages a chat, for the chat."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def export(self, turn: Turn) -> Reply:
        """All that is kept of who asks, where nobody else sees it."""
        if not turn.is_private:
            return Reply(text=data_texts.EXPORT_PRIVATELY)
        files = await self.files(turn)
        return Reply(text=data_texts.EXPORTED if files else data_texts.NOTHING_KEPT, files=files)

    async def files(self, turn: Turn) -> Sequence[TextFile]:
        """The files that go with the answer of a turn. None for most."""
        if turn.command != known.EXPORT or not turn.is_private or turn.sender == NOBODY:
            return ()
        return await export_files(self._store, turn.key.platform, turn.sender, before=turn.id)

    async def forget(self, turn: Turn, chat: Chat, again: Again) -> Reply:
        """Forget what was pressed, or else what was said; ask if nothing was."""
        wish = turn.presses[-1].value if turn.presses else turn.argument.strip().lower()
        match wish:
            case known.MESSAGE:
                return await self._forget_exchange(turn, again)
            case known.HERE:
                return await self._forget_here(turn, chat, again)
            case known.EVERYTHING:
                await self._forget_all(turn, Scope.MINE, again)
                return Reply(text=data_texts.FORGOTTEN_EVERYTHING)
        return Reply(text=data_texts.FORGET, buttons=menus.what_to_forget(is_reply=turn.about is not None))

    async def _forget_exchange(self, turn: Turn, again: Again) -> Reply:
        withdrawn = await self._store.forget_exchange(turn, now=self._clock.now())
        if withdrawn is None:
            return Reply(text=data_texts.NOTHING_TO_FORGET)
        for other in withdrawn:
            again(other)
        return Reply(text=data_texts.FORGOTTEN_EXCHANGE)

    async def _forget_here(self, turn: Turn, chat: Chat, again: Again) -> Reply:
        if turn.is_private or not await objection(turn, chat, turn.sender):
            await self._forget_all(turn, Scope.ALL_HERE, again)
            return Reply(text=data_texts.FORGOTTEN_HERE)
        await self._forget_all(turn, Scope.MINE_HERE, again)
        return Reply(text=data_texts.FORGOTTEN_OWN_HERE)

    async def _forget_all(self, turn: Turn, scope: Scope, again: Again) -> None:
        if turn.sender == NOBODY:
            return  # A crash came after the very last of it.
        for other in await self._store.forget(turn, scope, now=self._clock.now()):
            again(other)
