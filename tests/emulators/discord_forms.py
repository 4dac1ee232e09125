"""What Discord checks in the body of a message, and what becomes of it."""

from typing import Any

from tests.emulators.discord_errors import ApiError, Call, empty_message, invalid_form
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_mentions import Allowed, read_allowed
from tests.emulators.discord_world import Payload

TEXT_LENGTH = 2000  # Discord docs, Create Message. Counted in code points.
_NONCE_LENGTH = 25
_EMBEDS, _EMBEDS_LENGTH, _FILES = 10, 6000, 10  # Discord docs, Embed Limits and Uploading Files.
_COMPONENTS_LENGTH = 4000  # As discord.py counts it: all text displays of a message together.
_ROW, _IN_ROW, _CUSTOM_ID_LENGTH, _LABEL_LENGTH = 1, 5, 100, 80  # Discord docs, Component Reference: buttons.
_EMBED_LENGTHS = {"title": 256, "description": 4096}
_FILE_BYTES = 10 * 1024 * 1024
_FILE_DESCRIPTION_LENGTH = 1024  # Discord docs, Attachment Object.
_LEGACY_FIELDS = ("content", "embeds", "sticker_ids", "poll")


def check_form(call: Call) -> None:
    """Check a message's fields one by one, as far as a form validator can.

    Raises:
        ApiError: 50035 with the tree of errors, or 40005 for a file that is too large.
    """
    body = call.body
    _check_content(body.get("content"))
    _check_nonce(body.get("nonce"))
    _check_embeds(body.get("embeds") or [])
    _check_components(body)
    _check_allowed_mentions(body.get("allowed_mentions"))
    if len(call.files) > _FILES:
        raise invalid_form("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
    for index, file in enumerate(call.files):
        if len(file.description or "") > _FILE_DESCRIPTION_LENGTH:
            where = f"attachments.{index}.description"
            raise invalid_form(where, "BASE_TYPE_MAX_LENGTH", "Must be 1024 or fewer in length.")
    if any(len(file.data) > _FILE_BYTES for file in call.files):
        raise ApiError(413, 40005, "Request entity too large")


def check_not_empty(*, text: str, has_more: bool) -> None:
    """Raise 50006 for a message of which nothing would be seen. Discord takes outer whitespace off."""
    if not text.strip() and not has_more:
        raise empty_message()


def read_flags(body: Payload) -> MessageFlag:
    return MessageFlag(body.get("flags") or 0)


def allowed_in(body: Payload) -> Allowed:
    return read_allowed(body.get("allowed_mentions"))


def _check_content(content: Any) -> None:
    if content is None:
        return
    if not isinstance(content, str):
        raise invalid_form("content", "BASE_TYPE_BAD_STRING", "Must be a string.")
    if len(content) > TEXT_LENGTH:
        raise invalid_form("content", "BASE_TYPE_MAX_LENGTH", f"Must be {TEXT_LENGTH} or fewer in length.")


def _check_nonce(nonce: Any) -> None:
    if nonce is None or isinstance(nonce, int):
        return
    if not isinstance(nonce, str) or len(nonce) > _NONCE_LENGTH:
        raise invalid_form("nonce", "NONCE_TYPE_TOO_LONG", f"Must be {_NONCE_LENGTH} or fewer in length.")


def _check_embeds(embeds: list[Payload]) -> None:
    if len(embeds) > _EMBEDS:
        raise invalid_form("embeds", "BASE_TYPE_MAX_LENGTH", f"Must be {_EMBEDS} or fewer in length.")
    for index, embed in enumerate(embeds):
        for name, most in _EMBED_LENGTHS.items():
            if len(embed.get(name) or "") > most:
                raise invalid_form(
                    f"embeds.{index}.{name}", "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length."
                )
    if sum(len(embed.get(name) or "") for embed in embeds for name in _EMBED_LENGTHS) > _EMBEDS_LENGTH:
        raise invalid_form("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_rows(components: list[Payload]) -> None:
    if len(components) > _IN_ROW:
        raise invalid_form("components", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    custom_ids = [button.get("custom_id") for row in components for button in row.get("components") or ()]
    if len(set(custom_ids)) < len(custom_ids):
        raise invalid_form("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    for index, row in enumerate(components):
        where = f"components.{index}"
        if row.get("type") != _ROW or not 1 <= len(row.get("components") or ()) <= _IN_ROW:
            raise invalid_form(where, "BASE_TYPE_CHOICES", "A row of 1 to 5 components is wanted.")
        for button in row["components"]:
            if not 1 <= len(button.get("custom_id") or "") <= _CUSTOM_ID_LENGTH:
                raise invalid_form(f"{where}.custom_id", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
            if not 1 <= len(button.get("label") or "") <= _LABEL_LENGTH:
                raise invalid_form(f"{where}.label", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 80 in length.")


def _check_components(body: Payload) -> None:
    if MessageFlag.IS_COMPONENTS_V2 not in read_flags(body):
        _check_rows(body.get("components") or [])
        return
    for name in _LEGACY_FIELDS:
        if body.get(name):
            raise invalid_form(
                name,
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )
    if _shown_length(body.get("components") or []) > _COMPONENTS_LENGTH:
        raise invalid_form("components", "COMPONENT_MAX_TEXT_LENGTH", "The text of all components is too long")


def _shown_length(components: list[Payload]) -> int:
    return sum(len(one.get("content") or "") + _shown_length(one.get("components") or []) for one in components)


def _check_allowed_mentions(allowed: Any) -> None:
    if allowed is None:
        return
    if not isinstance(allowed, dict) or not set(allowed.get("parse") or ()) <= {"users", "roles", "everyone"}:
        raise invalid_form("allowed_mentions.parse", "BASE_TYPE_CHOICES", "Value must be one of them.")
    for kind in ("users", "roles"):
        if kind in (allowed.get("parse") or ()) and allowed.get(kind):
            raise invalid_form(
                "allowed_mentions",
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
            )
