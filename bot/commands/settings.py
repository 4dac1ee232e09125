"""Shows and changes the settings of a conversation."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot import texts
from bot.choices import AnswerMode, ConversationSettings
from bot.commands import menus, settings_texts
from bot.commands.known import ANSWERS, ON, PERSONA
from bot.commands.menus import Menus
from bot.commands.replies import Again, Reply
from bot.commands.rights import deafness, objection
from bot.ports.chat import Chat
from bot.ports.clock import Clock
from bot.ports.store import Store
from bot.records.notices import Notice, NoticeKind
from bot.records.turns import Press, Turn
from bot.sentences import NO_SENTENCE, Sentence, joined

_PAGES = {menus.WAKE: ANSWERS, menus.OWN_WORDS: PERSONA}
"""Where what is chosen by words alone is shown."""


@dataclass(slots=True)
class _Change:
    """What is being changed."""

    settings: ConversationSettings
    page: str
    note: Sentence = NO_SENTENCE


class SettingsCommand:
    """``/settings``, ``/persona``, ``/model``, and ``/alt on``: by words or by the buttons of a menu."""

    def __init__(self, store: Store, clock: Clock, menu: Menus) -> None:
        self._store = store
        self._clock = clock
        self._menu = menu

    async def give(self, turn: Turn, chat: Chat, again: Again) -> Reply:
        """Do what was pressed, or else what was said, and show the menu as it is then."""
        before = await self._store.settings(turn.key)
        change = _Change(before, page=turn.command or "")
        for wish in self._wishes(turn):
            await self._apply(change, wish, turn, chat)
        await self._keep(turn, before, change.settings, again)
        if before.listens and not change.settings.listens:
            change.note = change.note or settings_texts.FORGOT_OVERHEARD
        text, buttons = self._menu.show(
            change.page, change.settings, is_private=turn.is_private, is_guest=chat.is_guest(turn.key)
        )
        return Reply(
            text=joined("\n\n", [change.note, text]) if change.note else text,
            buttons=buttons,
            settings=change.settings,
        )

    async def describe_all(self, turn: Turn, chat: Chat, again: Again) -> Reply:
        """Begin or end describing every picture."""
        before = await self._store.settings(turn.key)
        is_on = turn.argument.strip().lower() == ON
        now = replace(before, describes_pictures=is_on)
        if note := await objection(turn, chat, turn.sender) or await deafness(turn, chat, before, now):
            return Reply(text=note)
        await self._keep(turn, before, now, again)
        return Reply(text=texts.ALT_ON if is_on else texts.ALT_OFF)

    def _wishes(self, turn: Turn) -> Iterator[Press]:
        if turn.presses or not turn.argument.strip():
            # The words were heeded when the menu was shown first.
            yield from turn.presses
        else:
            yield Press(by=turn.sender, value=self._in_words(turn))

    def _in_words(self, turn: Turn) -> str:
        return self._menu.in_words(turn.command or "", turn.argument.strip(), language=turn.said_in)

    async def _apply(self, change: _Change, wish: Press, turn: Turn, chat: Chat) -> None:
        page, _, chosen = wish.value.partition(":")
        if page == menus.PAGE:
            change.page = _PAGES.get(chosen, chosen)
            change.note = NO_SENTENCE if self._menu.has(change.page) else texts.NOT_A_CHOICE
            return
        change.page = _PAGES.get(page, page)
        changed = self._menu.choose(change.settings, wish.value)
        if changed is None:
            change.note = texts.NOT_A_CHOICE
        else:
            change.note = await objection(turn, chat, wish.by) or await deafness(turn, chat, change.settings, changed)
            change.settings = change.settings if change.note else changed

    async def _keep(self, turn: Turn, before: ConversationSettings, now: ConversationSettings, again: Again) -> None:
        if now == before:
            return
        text = _to_be_told(before, now) if not turn.is_private else NO_SENTENCE
        notice = Notice(
            kind=NoticeKind.HEARING,
            key=turn.key,
            is_private=turn.is_private,
            message_id=turn.reply_to,
            text=text,
            language=turn.language,
        )
        told = await self._store.change_settings(
            turn.key, now, before=before, now=self._clock.now(), notice=notice if text else None
        )
        if told is not None:
            again(told)


def _to_be_told(before: ConversationSettings, now: ConversationSettings) -> Sentence:
    """What everybody there must know; empty if there is nothing."""
    if now.listens and not before.listens:
        return settings_texts.HEARS_EVERYTHING
    if now.answers is AnswerMode.EVERY and before.answers is not AnswerMode.EVERY:
        return settings_texts.ANSWERS_EVERYTHING
    return NO_SENTENCE
