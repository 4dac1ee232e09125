"""When connections of processes that know nothing of each other may begin: each has times of its own. Pure."""

_SLOT_S = 8.0
"""More than the 5 s that Discord wants between two (docs, Rate Limiting of IDENTIFY)."""

CONNECT_WITHIN_S = 1.0
"""Of its time, for a connection to be begun."""
IDENTIFY_WITHIN_S = 2.0
"""For its session to be begun: 6 s are left before the next one's, so that clocks may differ by a second."""


def until_slot_s(now_s: float, shard_id: int, *, shards: int, at_once: int, within_s: float) -> float:
    """How long a connection has to wait for its time; 0 if it has come.

    Args:
        now_s: Unix time.
        shard_id: Which connection.
        shards: How many there are in all processes.
        at_once: How many of them may begin at the same time (`max_concurrency`), one of each group.
        within_s: It may begin so long after its time has come.
    """
    rounds = -(-shards // at_once)
    if rounds == 1:
        return 0.0
    since_s = (now_s - shard_id // at_once * _SLOT_S) % (rounds * _SLOT_S)
    return 0.0 if since_s <= within_s else rounds * _SLOT_S - since_s
