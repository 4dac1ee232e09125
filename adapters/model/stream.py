"""Reads the body of an answer, whatever its form: server-sent events, or one JSON object."""

from collections.abc import Mapping

from adapters.model import errors, troubles
from adapters.model.chunks import ChunkReader, ErrorInAnswer, NotAChunk
from adapters.model.errors import About
from adapters.model.sse import EventTooLong, SseDecoder
from bot.errors import ModelError
from bot.ports.model import Finished, FinishReason, ModelEvent

MAX_JSON_BYTES = 8 << 20
"""Longest answer that comes as one JSON object."""
MAX_STREAM_BYTES = 256 << 20
"""Longest stream: some hundred bytes per token make this far more than any model's longest answer."""

_SHOWN_BYTES = 1_000
_DONE = b"[DONE]"


class AnswerParser:
    """Bytes in, events out.

    What the first bytes look like decides the form, and neither what was asked for nor the content type:
    servers are wrong about both.
    """

    def __init__(self, about: About) -> None:
        self.done = False
        """The end mark has come: nothing follows."""
        self._about = about
        self._chunks = ChunkReader(has_tools=about.has_tools)
        self._sse = SseDecoder()
        self._json: list[bytes] | None = None
        self._head = b""
        self._bytes = 0
        self._failure: ModelError | None = None

    @property
    def stopped(self) -> bool:
        """The model has said that it stopped: the answer is whole."""
        return self._chunks.reason is not None

    @property
    def began(self) -> bool:
        """Some of the answer has come."""
        return self._chunks.began

    def feed(self, packet: bytes) -> list[ModelEvent]:
        """Take what came, cut anywhere. A failure is for `check` to raise: what came before it counts."""
        try:
            self._take(packet)
        except (ErrorInAnswer, NotAChunk, EventTooLong) as error:
            self._failure = self._explain(error)
        # Nothing follows: what looked like the beginning of a call is text.
        return self._chunks.take_events(is_end=self.stopped or self._failure is not None)

    def check(self) -> None:
        """Raise what `feed` or `close` found.

        Raises:
            ModelError: this is no answer, it reports an error, or it is not whole.
        """
        if self._failure is not None:
            raise self._failure

    def close(self) -> list[ModelEvent]:
        """Take the end of the body. That the answer is not whole is for `check` to raise."""
        try:
            if self._failure is None and self._json is not None:
                self._chunks.read(b"".join(self._json))
                # A whole object is a whole answer, also where the server gives no reason.
                self._chunks.reason = self._chunks.reason or (FinishReason.STOP if self.began else None)
            elif self._failure is None:
                self._read_all(self._sse.close())
        except (ErrorInAnswer, NotAChunk, EventTooLong) as error:
            self._failure = self._explain(error)
        if self._failure is None and not self.stopped:
            self._failure = self._not_whole()
        return self._chunks.take_events(is_end=True)

    def finished(self, headers: Mapping[str, str]) -> Finished:
        """The last event of a whole answer."""
        return self._chunks.finished(headers)

    def _take(self, packet: bytes) -> None:
        self._bytes += len(packet)
        if self._json is not None:
            self._json.append(packet)
            if self._bytes > MAX_JSON_BYTES:
                raise EventTooLong
            return
        if self._bytes > MAX_STREAM_BYTES:
            raise EventTooLong
        if len(self._head) < _SHOWN_BYTES:
            self._look(packet)
        if self._json is None:
            self._read_all(self._sse.feed(packet))

    def _look(self, packet: bytes) -> None:
        was_blank = not self._head.strip()
        self._head += packet[:_SHOWN_BYTES]
        if was_blank and self._head.lstrip()[:1] in (b"{", b"["):
            self._json = [packet]

    def _read_all(self, completed: list[bytes]) -> None:
        for data in completed:
            if data.strip() == _DONE:
                self.done = True
                return
            if data:
                self._chunks.read(data)

    def _explain(self, error: ErrorInAnswer | NotAChunk | EventTooLong) -> ModelError:
        match error:
            case ErrorInAnswer():
                return errors.reported(self._about, error.error, began=self.began)
            case EventTooLong():
                what = "The model server sent more than Glimpse takes in one piece"
            case _:
                what = "The model server sent something else than JSON"
        # Once there is an answer, the bytes hold what it says: not for a log.
        return self._about.error(troubles.CUT_OFF, what) if self.began else self._unreadable(what)

    def _not_whole(self) -> ModelError:
        if self.began or self.done:
            return self._about.error(troubles.CUT_OFF)
        if not self._head.strip():
            return self._unreadable("The model server sent an empty answer")
        return self._unreadable("The model server sent something that is not a chat completion")

    def _unreadable(self, what: str) -> ModelError:
        kind = self._about.headers.get("Content-Type", "no content type")
        return errors.unreadable(self._about, self._head, f"{what} ({kind})")
