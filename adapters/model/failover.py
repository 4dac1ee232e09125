"""Several model servers in the order in which they are asked: when one fails before its first word, the next one is."""

import logging
import math
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from adapters.model.breaker import ITS_OWN_FAULT, PASSING, Breaker
from adapters.model.errors import picture_count
from bot.errors import ModelError, ModelTrouble
from bot.ports.clock import Clock
from bot.ports.model import Model, ModelEvent, PromptMessage, Tool
from bot.sentences import NO_SENTENCE

LIMIT_LASTS_S = 3_600.0
"""How long a server is not sent more pictures than it took, nor tools; then it may have been set up anew."""

_ELSEWHERE = ITS_OWN_FAULT | {ModelTrouble.INVALID, ModelTrouble.TOO_LARGE, ModelTrouble.PICTURES}
"""Troubles that another server may not have.

It may know other parameters, have a longer context, or eyes: asking it costs one request, and the alternative is no
answer. Not `BLOCKED`: what one provider's moderation refuses is not carried to the next one.
"""

_SOON_S = 60.0
"""What counts as the wait where a server names none."""

_log = logging.getLogger(__name__)


class Server:
    """A model on a server, and what is known about it."""

    def __init__(self, label: str, model: Model, breaker: Breaker) -> None:
        """`label` is what the operator calls it."""
        self.label = label
        self.model = model
        self.breaker = breaker
        self._limit: int | None = None
        self._limit_until_s = 0.0
        self._limit_person = NO_SENTENCE
        self._no_tools_until_s = -math.inf

    def learn(self, error: ModelError, *, now_s: float) -> None:
        """Remember how many pictures it takes, and that it takes no tools, if this tells."""
        if error.tools_refused:
            self._no_tools_until_s = now_s + LIMIT_LASTS_S
        if error.picture_limit is not None and error.picture_limit_lasts:
            self._limit = error.picture_limit
            self._limit_until_s = now_s + LIMIT_LASTS_S
            self._limit_person = error.person

    def takes_tools(self, *, now_s: float) -> bool:
        """Whether it may take tools, as far as is known."""
        return now_s >= self._no_tools_until_s

    def too_many(self, pictures: int, *, now_s: float) -> ModelError | None:
        """What it would say to so many pictures; None when it may take them."""
        if self._limit is None or pictures <= self._limit or now_s >= self._limit_until_s:
            return None
        return ModelError(
            f"It takes {self._limit} pictures at most, and this request has {pictures}.",
            trouble=ModelTrouble.PICTURES,
            person=self._limit_person,
            picture_limit=self._limit,
            picture_limit_lasts=False,
        )


class Failover:
    """`bot.ports.model.Model` over one or more servers, each with a circuit breaker.

    Every request begins with the first server that is not left alone. What fails after its first event is not asked
    elsewhere: that is for the caller to decide, who has shown some of it. With several servers it is remembered here
    which of them take no tools (they are asked without) and the limits of pictures, which never last for the caller.
    """

    def __init__(self, servers: Sequence[Server], *, clock: Clock) -> None:
        """`servers`: in order; at least one."""
        self._servers = servers
        self._clock = clock

    async def stream(
        self,
        prompt: Sequence[PromptMessage],
        *,
        request_id: str,
        tools: Sequence[Tool] = (),
        model: str | None = None,
    ) -> AsyncGenerator[ModelEvent, None]:
        """Ask one after the other; see `bot.ports.model.Model`.

        Raises:
            ModelError: of the only server as it is; of several servers the most telling one, with all in its text.
        """
        failures: list[tuple[str, ModelError]] = []
        for server, offered in self._attempts(prompt, tools):
            ticket = self._enter(server, prompt, failures)
            if ticket is None:
                continue
            began = False
            # The choice is among the first server's models; the others stand in with their own.
            name = model if server is self._servers[0] else None
            try:
                stream = server.model.stream(prompt, request_id=request_id, tools=offered, model=name)
                async with aclosing(stream) as events:
                    async for event in events:
                        if not began:
                            began = True
                            server.breaker.began(ticket)
                        yield event
                server.breaker.succeeded(ticket)
            except ModelError as error:
                self._note(server, ticket, error, is_usual=name is None)
                if began or len(self._servers) == 1 or error.trouble not in _ELSEWHERE:
                    raise
                if not error.tools_refused or _is_about_tools(prompt):
                    # Its traceback would hold on to this frame, and the request with all its pictures.
                    failures.append((server.label, error.with_traceback(None)))
                _log.warning("%s failed: %s", server.label, error)
            else:
                return
            finally:
                server.breaker.left(ticket)
        raise _most_telling(failures)

    def _attempts(
        self, prompt: Sequence[PromptMessage], tools: Sequence[Tool]
    ) -> Iterator[tuple[Server, Sequence[Tool]]]:
        """The servers in order; one of several that turns out to take no tools comes again without them."""
        if len(self._servers) == 1:
            yield self._servers[0], tools
            return
        for server in self._servers:
            offered = tools if server.takes_tools(now_s=self._clock.monotonic_s()) or _is_about_tools(prompt) else ()
            yield server, offered
            if offered and not _is_about_tools(prompt) and not server.takes_tools(now_s=self._clock.monotonic_s()):
                yield server, ()

    def _enter(
        self, server: Server, prompt: Sequence[PromptMessage], failures: list[tuple[str, ModelError]]
    ) -> int | None:
        if len(self._servers) > 1:
            error = server.too_many(picture_count(prompt), now_s=self._clock.monotonic_s())
            if error is not None:
                failures.append((server.label, error))
                return None
        ticket = server.breaker.enter()
        if ticket is None:
            failures.append((server.label, server.breaker.refusal()))
        return ticket

    def _note(self, server: Server, ticket: int, error: ModelError, *, is_usual: bool) -> None:
        if error.trouble in ITS_OWN_FAULT and (is_usual or error.trouble is not ModelTrouble.NOT_FOUND):
            server.breaker.failed(ticket, error)
            return
        server.breaker.succeeded(ticket)
        if is_usual:
            server.learn(error, now_s=self._clock.monotonic_s())


def _most_telling(failures: Sequence[tuple[str, ModelError]]) -> ModelError:
    """The error that helps most: one that fewer pictures cure, else no tools, time, fewer words, else the first."""
    errors = [error for _, error in failures]
    if len(errors) == 1:
        return errors[0]
    chosen = max(
        (error for error in errors if error.picture_limit is not None),
        key=lambda error: error.picture_limit or 0,
        default=None,
    )
    chosen = chosen or next((error for error in errors if error.tools_refused), None)
    passing = [error for error in errors if error.trouble in PASSING]
    if chosen is None and passing:
        chosen = min(passing, key=_wait_s)
    if chosen is None:
        chosen = next((error for error in errors if error.trouble is ModelTrouble.TOO_LARGE), errors[0])
    return ModelError(
        f"None of {len(errors)} model servers gave an answer. " + " ".join(f"{label}: {e}" for label, e in failures),
        trouble=chosen.trouble,
        person=chosen.person,
        retryable=chosen.retryable,
        retry_after_s=chosen.retry_after_s,
        status=chosen.status,
        picture_limit=chosen.picture_limit,
        picture_limit_lasts=False,
        tools_refused=chosen.tools_refused,
        too_long=chosen.too_long,
    )


def _is_about_tools(prompt: Sequence[PromptMessage]) -> bool:
    """It holds calls and results, which can't be told without tools."""
    return any(message.tool_calls for message in prompt)


def _wait_s(error: ModelError) -> float:
    return _SOON_S if error.retry_after_s is None else error.retry_after_s
