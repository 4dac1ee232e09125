"""Which kind of trouble a status and a message mean, and what the person and the operator are told."""

import re
from dataclasses import dataclass
from http import HTTPStatus

from bot.errors import ModelTrouble
from bot.sentences import Sentence, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One way to fail."""

    trouble: ModelTrouble
    operator: str
    """What happened, without a full stop."""
    person: Sentence
    remedy: str = ""
    """For the operator: what to do, naming the variable."""
    retryable: bool = False


INVALID = Case(
    trouble=ModelTrouble.INVALID,
    operator="The model server calls the request invalid",
    person=sentence(
        "The model could not work with this. Please ask in a different way, or tell the person who runs me."
    ),
    remedy="Check the MODEL_... parameters: this server may not know all of them ('none' leaves one out).",
)
BLIND = Case(
    trouble=ModelTrouble.PICTURES,
    operator="The model can't take pictures",
    person=sentence(
        "The model I was given can't look at pictures. Please ask without one, or tell the person who runs me."
    ),
    remedy="Set MODEL_NAME to a vision model (with llama.cpp: start it with --mmproj).",
)
TOO_MANY_PICTURES = Case(
    trouble=ModelTrouble.PICTURES,
    operator="The model server does not take so many pictures at once",
    person=sentence("The model can't look at so many pictures at once. Please send fewer of them."),
    remedy="Set PICTURE_PER_REQUEST to what it takes (with vLLM: --limit-mm-per-prompt).",
)
HEAVY_PICTURES = Case(
    trouble=ModelTrouble.PICTURES,
    operator="The request is too large for the model server, most likely because of its pictures",
    person=sentence("That is too much for the model at once. Please send fewer or smaller pictures."),
    remedy="Raise the limit of the server or of the proxy before it, or lower PICTURE_PER_REQUEST or PICTURE_TOKENS.",
)
BAD_PICTURE = Case(
    trouble=ModelTrouble.PICTURES,
    operator="The model server can't use one of the pictures",
    person=sentence("The model could not look at the picture. Please try another one, or ask without it."),
)
KEY = Case(
    trouble=ModelTrouble.KEY,
    operator="The model server refuses the key",
    person=sentence("I am not allowed to use the model at the moment. Please tell the person who runs me."),
    remedy="Set MODEL_API_KEY to a valid key of the server in MODEL_API_URL.",
)
CREDITS = Case(
    trouble=ModelTrouble.CREDITS,
    operator="The model provider says that the credit is used up",
    person=sentence("The credit for the model is used up, so I can't answer. Please tell the person who runs me."),
    remedy="Top up the provider's account, or use another MODEL_API_KEY.",
)
BLOCKED = Case(
    trouble=ModelTrouble.BLOCKED,
    operator="The model provider's moderation refuses the request",
    person=sentence("The model's provider refuses to answer this. Please ask in a different way."),
)
NOT_FOUND = Case(
    trouble=ModelTrouble.NOT_FOUND,
    operator="The model server does not know the model or the address",
    person=sentence("I can't find the model that I was told to use. Please tell the person who runs me."),
    remedy="Check MODEL_NAME (it may be retired) and MODEL_API_URL (most end in /v1).",
)
MOVED = Case(
    trouble=ModelTrouble.NOT_FOUND,
    operator="The model server wants to be asked at another address, which would get the key and the conversation",
    person=NOT_FOUND.person,
    remedy="Set MODEL_API_URL to that address, if it is right.",
)
TOO_LARGE = Case(
    trouble=ModelTrouble.TOO_LARGE,
    operator="The request is too large for the model server",
    person=sentence(
        "That is too much for the model at once. Please send fewer pictures or less text, or start over: /reset"
    ),
)
TOO_LONG = Case(
    trouble=ModelTrouble.TOO_LARGE,
    operator="The request is longer than the model's context",
    person=TOO_LARGE.person,
    remedy="Lower HISTORY_TOKENS or PICTURE_REQUEST_TOKENS, or give the model a longer context.",
)
TOOLS = Case(
    trouble=ModelTrouble.INVALID,
    operator="The model server takes no tools",
    person=INVALID.person,
    remedy="With vLLM: --enable-auto-tool-choice and --tool-call-parser; with llama.cpp: --jinja. "
    "PICTURE_TOOLS=off does without.",
)
BUSY = Case(
    trouble=ModelTrouble.BUSY,
    operator="The model server is overloaded or limits the rate",
    person=sentence("The model is very busy right now. Please try again in a minute."),
    remedy="If this stays, look at the limits of the provider's plan for MODEL_API_KEY.",
    retryable=True,
)
UNAVAILABLE = Case(
    trouble=ModelTrouble.UNAVAILABLE,
    operator="The model server failed",
    person=sentence("The model has a problem at the moment. Please try again in a few minutes."),
    retryable=True,
)
UNREACHABLE = Case(
    trouble=ModelTrouble.UNAVAILABLE,
    operator="The model server can't be reached",
    person=sentence("I can't reach the model at the moment. Please try again in a few minutes."),
    remedy="Check MODEL_API_URL, and that the server runs and this machine can reach it.",
    retryable=True,
)
TIMEOUT = Case(
    trouble=ModelTrouble.TIMEOUT,
    operator="The model server took too long",
    person=sentence("The model took too long to answer. Please try again in a moment."),
    retryable=True,
)
SILENT = Case(
    trouble=ModelTrouble.TIMEOUT,
    operator="The model server fell silent in the middle of an answer",
    person=sentence("The model fell silent in the middle of its answer. Please ask again."),
    retryable=True,
)
CUT_OFF = Case(
    trouble=ModelTrouble.CUT_OFF,
    operator="The answer broke off before its end",
    person=sentence("The answer broke off before its end. Please ask again."),
    retryable=True,
)
BAD_RESPONSE = Case(
    trouble=ModelTrouble.BAD_RESPONSE,
    operator="The model server sent something that is not a chat completion",
    person=sentence("The model sent something that I can't read. Please try again, or tell the person who runs me."),
    remedy="Check that MODEL_API_URL is the base of an OpenAI-compatible API (most end in /v1).",
)
SHIELDED = Case(
    trouble=ModelTrouble.UNAVAILABLE,
    operator="A web page in front of the model server refuses the request",
    person=sentence("I can't get through to the model at the moment. Please tell the person who runs me."),
    remedy="Check MODEL_API_URL, and whether the provider blocks this machine's network.",
)

_BY_STATUS = {
    400: INVALID,
    401: KEY,
    402: CREDITS,
    403: KEY,
    404: NOT_FOUND,
    405: NOT_FOUND,
    407: UNREACHABLE,
    408: TIMEOUT,
    409: BUSY,
    410: NOT_FOUND,
    413: TOO_LARGE,
    425: BUSY,
    429: BUSY,
    451: BLOCKED,
    504: TIMEOUT,
    522: TIMEOUT,  # Cloudflare: the server behind it did not answer in time; 524 the same, later
    524: TIMEOUT,
    529: BUSY,  # "overloaded", used by some providers
}

_REQUEST_STATUSES = frozenset({400, 402, 403, 404, 422, 500, 501})
_BY_MESSAGE: tuple[tuple[frozenset[int], re.Pattern[str], Case], ...] = tuple(
    (statuses, re.compile(pattern, re.IGNORECASE), case)
    for statuses, pattern, case in (
        (
            _REQUEST_STATUSES,
            r"moderation|guardrail|flagged|content.?(?:policy|filter)|safety|data_?inspection",
            BLOCKED,
        ),
        (frozenset({403, 429}), r"credits|insufficient.?(?:quota|balance|funds?)|billing|payment|top.?up", CREDITS),
        (
            frozenset({400, 422, 500}),
            r"context.?(?:length|window|size)|maximum model length|too (?:large|long|many)|(?:payload|request) size",
            TOO_LARGE,
        ),
        (frozenset({400}), r"api.?key", KEY),
        (frozenset({400, 422}), r"\bmodel\b.{0,80}(?:not (?:found|exist)|unknown|invalid enum)", NOT_FOUND),
    )
)


def case_of(status: int, message: str, *, is_page: bool = False) -> Case:
    """Read a refusal: any status but 200, with the server's words, which may be empty.

    Args:
        status: As answered, or as an error inside of a stream claims.
        message: The server's words, in full.
        is_page: It answered with a web page, as proxies in front of a server do.
    """
    if is_page and status == HTTPStatus.FORBIDDEN:
        return SHIELDED
    for statuses, pattern, case in _BY_MESSAGE:
        if status in statuses and not is_page and pattern.search(message):
            return case
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UNAVAILABLE
    return INVALID if status >= HTTPStatus.BAD_REQUEST else BAD_RESPONSE
