"""The bot's side of commands, forms and buttons: it responds in time, or is told that it did not."""

import time
from collections.abc import Mapping
from typing import Any

from tests.emulators.discord_backend import Backend, Draft
from tests.emulators.discord_errors import (
    NO_CONTENT,
    Answer,
    ApiError,
    Call,
    clients_fault,
    invalid_form,
    unknown_message,
)
from tests.emulators.discord_forms import allowed_in, check_form, check_not_empty, read_flags
from tests.emulators.discord_interaction_rules import AUTOCOMPLETE, COMMAND, COMPONENT, FORM, check_choices, check_modal
from tests.emulators.discord_kinds import NO_FLAGS, MessageFlag, MessageKind
from tests.emulators.discord_message_payloads import message_payload
from tests.emulators.discord_rest_messages import revise
from tests.emulators.discord_routes import Handler
from tests.emulators.discord_world import File, Interaction, Message, Payload

_FIRST_RESPONSE_S, _TOKEN_S = 3.0, 15 * 60.0  # Discord docs, Receiving and Responding.
_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE, _SUGGESTIONS, _MODAL = 4, 5, 6, 8, 9
"""Discord docs, Interaction Callback Type."""
_ALLOWED = {
    COMMAND: {_MESSAGE, _DEFERRED_MESSAGE, _MODAL},
    COMPONENT: {_DEFERRED_UPDATE},
    AUTOCOMPLETE: {_SUGGESTIONS},
    FORM: {_MESSAGE, _DEFERRED_MESSAGE},
}
_FOLLOWUPS = 5
"""Where nobody but the person installed the application (Discord docs, Create Followup Message)."""


class Responses:
    """Interactions that were announced to the bot."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._world = backend.world
        self._by_token: dict[str, Interaction] = {}

    def routes(self) -> Mapping[str, Handler]:
        routes: dict[str, Handler] = {
            "POST /interactions/*/:token/callback": self._respond,
            "POST /webhooks/*/:token": self._follow_up,
        }
        for name in ("@original", "*"):
            path = f"/webhooks/*/:token/messages/{name}"
            routes |= {f"GET {path}": self._get, f"PATCH {path}": self._edit, f"DELETE {path}": self._delete}
        return routes

    def expect(self, interaction: Interaction) -> None:
        """From now on the bot can respond to it."""
        self._by_token[interaction.token] = interaction

    def note_overdue(self) -> None:
        """What was never responded to, although its time is over, breaks a rule too."""
        now = time.monotonic()
        for one in self._by_token.values():
            if one.acknowledged_at is None and now - one.at > _FIRST_RESPONSE_S:
                self._backend.violations.append(f"nothing responded to {one.command!r} within 3 s")

    def shown(self, message: Message) -> Payload:
        return message_payload(message, self._backend.view())

    def _respond(self, call: Call) -> Answer:
        interaction = self._by_token.get(call.token)
        if interaction is None or interaction.id != call.ids[0]:
            raise ApiError(404, 10062, "Unknown interaction")
        if interaction.acknowledged_at is not None:
            raise clients_fault(ApiError(400, 40060, "Interaction has already been acknowledged."))
        if time.monotonic() - interaction.at > _FIRST_RESPONSE_S:
            del self._by_token[call.token]
            raise clients_fault(ApiError(404, 10062, "Unknown interaction"))
        kind, data = call.body.get("type"), call.body.get("data") or {}
        if kind not in _ALLOWED[interaction.kind]:
            raise invalid_form("type", "BASE_TYPE_CHOICES", f"Only {_ALLOWED[interaction.kind]} fit here.")
        match kind:
            case _ if kind == _DEFERRED_UPDATE:
                about = {"id": str(interaction.id), "type": COMPONENT}
                answer = Answer({"interaction": about, "resource": {"type": kind}})
            case _ if kind == _SUGGESTIONS:
                check_choices(data.get("choices") or ())
                interaction.suggestions = list(data.get("choices") or ())
                answer = NO_CONTENT
            case _ if kind == _MODAL:
                check_modal(data)
                interaction.form = data
                answer = Answer({"interaction": {"id": str(interaction.id), "type": COMMAND}})
            case _:
                answer = self._first_message(interaction, kind, data, call)
        interaction.acknowledged_at = time.monotonic()
        return answer if call.query.get("with_response") in ("1", "true") else NO_CONTENT

    def _first_message(self, interaction: Interaction, kind: Any, data: Payload, call: Call) -> Answer:
        loading = kind == _DEFERRED_MESSAGE
        message = self._post(interaction, data, call.files, loading=loading)
        interaction.original = message
        about = {
            "id": str(interaction.id),
            "type": interaction.kind,
            "response_message_id": str(message.id),
            "response_message_loading": loading,
            "response_message_ephemeral": MessageFlag.EPHEMERAL in message.flags,
        }
        return Answer({"interaction": about, "resource": {"type": kind, "message": self.shown(message)}})

    def _post(
        self, interaction: Interaction, data: Payload, files: tuple[File, ...], *, loading: bool = False
    ) -> Message:
        check_form(Call(method="POST", path="", body=data, files=files))
        draft = Draft(
            author=self._world.bot,
            text=data.get("content") or "",
            files=files,
            embeds=tuple(data.get("embeds") or ()),
            components=tuple(data.get("components") or ()),
            flags=read_flags(data) | (MessageFlag.LOADING if loading else NO_FLAGS),
            kind=MessageKind.CHAT_INPUT_COMMAND,
            allowed=allowed_in(data),
            interaction=interaction,
        )
        check_not_empty(text=draft.text, has_more=loading or bool(files or draft.embeds or draft.components))
        return self._backend.post(interaction.channel, draft)

    def _follow_up(self, call: Call) -> Answer:
        interaction = self._live(call)
        original = interaction.original
        if original is not None and MessageFlag.LOADING in original.flags:
            # The first follow-up after a deferral takes the place of "thinking".
            return Answer(self.shown(self._revise(original, call)))
        is_borrowed = interaction.by_person and not self._world.is_in(interaction.channel.guild)
        if is_borrowed and len(interaction.followups) >= _FOLLOWUPS:
            raise clients_fault(ApiError(400, 40094, "The maximum number of follow up messages is reached"))
        message = self._post(interaction, call.body, call.files)
        interaction.followups.append(message)
        return Answer(self.shown(message))

    def _live(self, call: Call) -> Interaction:
        interaction = self._by_token.get(call.token)
        if interaction is None or call.ids[0] != self._world.bot.id or interaction.acknowledged_at is None:
            raise ApiError(404, 10015, "Unknown Webhook")
        if time.monotonic() - interaction.at > _TOKEN_S:
            raise clients_fault(ApiError(401, 50027, "Invalid Webhook Token"))
        return interaction

    def _message(self, call: Call) -> Message:
        interaction = self._live(call)
        original = interaction.original or interaction.pressed_on
        of_followups = {message.id: message for message in interaction.followups}
        by_id = len(call.ids) > 1
        message = of_followups.get(call.ids[1]) if by_id else original
        if by_id and original is not None and original.id == call.ids[1]:
            message = original
        if message is None or message.deleted:
            raise unknown_message()
        return message

    def _get(self, call: Call) -> Answer:
        return Answer(self.shown(self._message(call)))

    def _edit(self, call: Call) -> Answer:
        return Answer(self.shown(self._revise(self._message(call), call)))

    def _revise(self, message: Message, call: Call) -> Message:
        was = message.flags
        message.flags &= ~MessageFlag.LOADING
        try:
            return revise(self._backend, message, call)
        except ApiError:
            message.flags = was
            raise

    def _delete(self, call: Call) -> Answer:
        self._backend.delete(self._message(call))
        return NO_CONTENT
