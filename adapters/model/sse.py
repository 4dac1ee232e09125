"""Cuts a byte stream into server-sent events, however the network cut it before."""

MAX_EVENT_BYTES = 1 << 20
"""Longest event, far above any real chunk (some hundred bytes). Bounds memory."""

_BOM = b"\xef\xbb\xbf"


class EventTooLong(Exception):
    """An event is longer than `MAX_EVENT_BYTES`."""


class SseDecoder:
    """WHATWG HTML, "Event stream interpretation"; only the ``data`` field matters here."""

    __slots__ = ("_after_cr", "_data", "_data_bytes", "_pieces", "_pieces_bytes", "_started")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._pieces_bytes = 0
        self._data: list[bytes] = []
        self._data_bytes = 0
        self._after_cr = False
        self._started = False

    def feed(self, packet: bytes) -> list[bytes]:
        """Take what came, of any length, and return the data of the events that it completes.

        Raises:
            EventTooLong: also for a line that has no end.
        """
        if self._after_cr and packet:
            self._after_cr = False
            # The network may have cut a CRLF in two.
            packet = packet.removeprefix(b"\n")
        if b"\n" not in packet and b"\r" not in packet:
            self._keep(packet)
            return []
        if self._pieces:
            packet = b"".join((*self._pieces, packet))
            self._pieces = []
            self._pieces_bytes = 0
        return self._take_lines(packet)

    def close(self) -> list[bytes]:
        """Take the end of the stream. An event without its blank line counts: some servers leave out the last one."""
        if self._pieces:
            self._take_line(b"".join(self._pieces))
            self._pieces = []
        return [self._take_data()] if self._data else []

    def _keep(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)
            self._pieces_bytes += len(piece)
            if self._pieces_bytes > MAX_EVENT_BYTES:
                raise EventTooLong

    def _take_lines(self, packet: bytes) -> list[bytes]:
        lines = packet.splitlines()
        # What follows the last line break belongs to a line that has not ended yet.
        rest = b"" if packet[-1:] in b"\r\n" else lines.pop()
        self._after_cr = packet[-1:] == b"\r"
        if not self._started:
            self._started = True
            lines[0] = lines[0].removeprefix(_BOM)
        completed = []
        for line in lines:
            if line:
                self._take_line(line)
            elif self._data:
                completed.append(self._take_data())
        self._keep(rest)
        return completed

    def _take_line(self, line: bytes) -> None:
        if line[:6] == b"data: ":
            self._data.append(line[6:])
        elif line[:5] == b"data:":
            self._data.append(line[5:])
        elif line == b"data":
            self._data.append(b"")
        else:  # A comment, or a field that says nothing here.
            return
        self._data_bytes += len(line)
        if self._data_bytes > MAX_EVENT_BYTES:
            raise EventTooLong

    def _take_data(self) -> bytes:
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data.clear()
        self._data_bytes = 0
        return data
