"""How long the model server may take. There is no limit on a whole answer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTimeouts:
    """All in seconds."""

    connect_s: float = 10.0
    """To reach the server: TCP and TLS."""
    first_byte_s: float = 120.0
    """From asking to the first byte of the answer's body. Without streaming that is the whole answer."""
    silence_s: float = 60.0
    """Between two packets, keep-alives included."""
    idle_s: float = 300.0
    """Longest stretch of nothing but keep-alives, which count as not silent."""
    trailer_s: float = 2.0
    """For the usage and the end mark after the model has said that it stopped; the answer is whole without them."""
