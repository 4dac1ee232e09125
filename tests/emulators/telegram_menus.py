"""The menus of commands of a Telegram for tests."""

import re
from collections.abc import Iterator

from tests.emulators.telegram_calls import ApiError, Params, bad_request
from tests.emulators.telegram_types import Chat, Json, Person

_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
"""Two-letter codes of ISO 639-1, or none (Bot API, setMyCommands)."""
_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})


class Menus:
    """What setMyCommands has set, by scope and language."""

    def __init__(self, violations: list[str]) -> None:
        self._violations = violations
        self._commands: dict[tuple[str, str], list[Json]] = {}

    async def set(self, params: Params) -> bool:
        commands = params.get("commands")
        if not isinstance(commands, list) or len(commands) > 100:
            raise self._broken("BOT_COMMANDS_TOO_MUCH" if commands else "can't parse commands")
        for command in commands:
            if not _NAME.fullmatch(command.get("command", "")):
                raise self._broken("BOT_COMMAND_INVALID")
            if not 1 <= len(command.get("description", "")) <= 256:
                raise self._broken("BOT_COMMAND_DESCRIPTION_INVALID")
        self._commands[self._place(params)] = commands
        return True

    async def get(self, params: Params) -> list[Json]:
        return self._commands.get(self._place(params), [])

    def shown(self, chat: Chat, person: Person) -> dict[str, str]:
        """Names and descriptions that somebody sees in a chat (Bot API, "Determining list of commands")."""
        language = (person.language or "")[:2]
        for scope in _scopes(chat, person):
            for code in (language, ""):
                if commands := self._commands.get((scope, code)):
                    return {command["command"]: command["description"] for command in commands}
        return {}

    def _place(self, params: Params) -> tuple[str, str]:
        scope, language = params.get("scope") or {"type": "default"}, params.text("language_code")
        if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
            raise self._broken("can't parse BotCommandScope")
        if not _LANGUAGE.fullmatch(language):
            raise self._broken("LANG_CODE_INVALID")
        return str(scope["type"]), language

    def _broken(self, description: str) -> ApiError:
        """Refuse what no right client asks for."""
        self._violations.append(description)
        return bad_request(description)


def _scopes(chat: Chat, person: Person) -> Iterator[str]:
    if chat.is_private:
        yield "all_private_chats"
    else:
        if person is chat.owner or person in chat.admins:
            yield "all_chat_administrators"
        yield "all_group_chats"
    yield "default"
