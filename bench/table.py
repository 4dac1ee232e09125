"""What was measured, side by side, and whether it is good enough."""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from bench.contest import Round, Timing

_WIDTHS = (66, 9, 10, 9)
_TO_REQUEST = attrgetter("to_request")
_SPANS: Sequence[tuple[str, Callable[[Timing], float]]] = (
    ("event → model request", _TO_REQUEST),
    ("first token → first visible text", attrgetter("to_first_text")),
    ("last token → final text", attrgetter("to_final_text")),
)

# The aims, for Glimpse.
_REQUEST_MS = 5.0
_GROWTH_MS = 1.0
"""What counts as flat: the difference between the shortest and the longest history."""
_CPU_RATIO = 3.0
_SPEED_RATIO = 1 / 3
_HELD_BACK = 0.6
"""The lean bot uses more of a core than this where the emulators have another one to themselves."""
_MEMORY_MB = 120.0


@dataclass(kw_only=True)
class Results:
    """All rounds of one bot on one platform."""

    instant: list[Round] = field(default_factory=list)
    realistic: list[Round] = field(default_factory=list)
    brisk: dict[int, list[Round]] = field(default_factory=dict)
    """By how many earlier messages the conversations have; those of the lean bot count for any number."""
    resident_mb: float = 0.0
    peak_mb: float = 0.0


def table(lean: Results, glimpse: Results) -> str:
    """All lines: what was measured, then the aims."""
    return "\n".join([line("", "lean", "Glimpse", "ratio"), *_rows(lean, glimpse), line("aims"), *_aims(lean, glimpse)])


def _rows(lean: Results, glimpse: Results) -> Iterator[str]:
    yield row("instant model: answers per second", _per_second(lean.instant), _per_second(glimpse.instant))
    yield row("instant model: % of a core in use", 100 * _busy(lean.instant), 100 * _busy(glimpse.instant))
    yield row("instant model: CPU s per 1,000 answers", _cpu(lean.instant), _cpu(glimpse.instant))
    yield row("realistic model: CPU s per 1,000 answers", _cpu(lean.realistic), _cpu(glimpse.realistic))
    yield from _latencies("realistic model", lean.realistic, glimpse.realistic)
    (any_history,) = lean.brisk.values()
    for earlier, rounds in glimpse.brisk.items():
        yield from _latencies(f"{earlier:,} earlier messages", any_history, rounds)
    yield row("memory, peak: MB", lean.peak_mb, glimpse.peak_mb)
    yield row("memory, at the end: MB", lean.resident_mb, glimpse.resident_mb)


def _latencies(when: str, lean: Sequence[Round], glimpse: Sequence[Round]) -> Iterator[str]:
    for what, span in _SPANS:
        yield row(f"{when}: {what}, median ms", _median_ms(lean, span), _median_ms(glimpse, span))
        yield row(f"{when}: {what}, p99 ms", _p99_ms(lean, span), _p99_ms(glimpse, span))


def _aims(lean: Results, glimpse: Results) -> Iterator[str]:
    by_history = [_median_ms(rounds, _TO_REQUEST) for _, rounds in sorted(glimpse.brisk.items())]
    growth_ms = by_history[-1] - by_history[0]
    added_ms = max(
        _median_ms(glimpse.realistic, _TO_REQUEST) - _median_ms(lean.realistic, _TO_REQUEST),
        max(by_history) - min(_median_ms(rounds, _TO_REQUEST) for rounds in lean.brisk.values()),
    )
    yield _aim(
        "event → model request, added at the slowest median: under 5 ms",
        f"{added_ms:.1f} ms",
        met=added_ms < _REQUEST_MS,
    )
    yield _aim("flat in history: under 1 ms more with the longest", f"{growth_ms:+.1f} ms", met=growth_ms < _GROWTH_MS)
    for model, ratio in (
        ("instant", _cpu(glimpse.instant) / _cpu(lean.instant)),
        ("realistic", _cpu(glimpse.realistic) / _cpu(lean.realistic)),
    ):
        yield _aim(
            f"CPU per answer, {model} model: within 3 times the lean bot's", f"{ratio:.2f}×", met=ratio <= _CPU_RATIO
        )
    speed = _per_second(glimpse.instant) / _per_second(lean.instant)
    yield _aim("answers per second: a third of the lean bot's", f"{speed:.2f}×", met=speed >= _SPEED_RATIO)
    if _busy(lean.instant) < _HELD_BACK:
        yield "  (not reliable: the lean bot was held back, for the machine had no core left for it)"
    yield _aim("memory: under 120 MB", f"{glimpse.peak_mb:.0f} MB", met=glimpse.peak_mb < _MEMORY_MB)


def _per_second(rounds: Sequence[Round]) -> float:
    return statistics.median(len(r.timings) / r.wall_s for r in rounds)


def _cpu(rounds: Sequence[Round]) -> float:
    """Seconds of processor time for 1,000 answers."""
    return statistics.median(1000 * r.cpu_s / len(r.timings) for r in rounds)


def _busy(rounds: Sequence[Round]) -> float:
    return statistics.median(r.cpu_s / r.wall_s for r in rounds)


def _median_ms(rounds: Sequence[Round], span: Callable[[Timing], float]) -> float:
    return 1000 * statistics.median(span(timing) for r in rounds for timing in r.timings)


def _p99_ms(rounds: Sequence[Round], span: Callable[[Timing], float]) -> float:
    """With fewer than 100 answers this is the slowest."""
    slowest_first = sorted((span(timing) for r in rounds for timing in r.timings), reverse=True)
    return 1000 * slowest_first[len(slowest_first) // 100]


def row(what: str, lean: float, glimpse: float) -> str:
    """One measurement of the two that are compared."""
    return line(what, _number(lean), _number(glimpse), f"{glimpse / lean:.2f}×" if lean else "-")


def _aim(what: str, measured: str, *, met: bool) -> str:
    return line(what, "", measured, "met" if met else "NOT MET")


def line(*columns: str) -> str:
    """One line of the table: what it is about, and up to three columns."""
    first, *others = zip(columns, _WIDTHS, strict=False)
    return (first[0].ljust(first[1]) + "".join(column.rjust(width) for column, width in others)).rstrip()


def _number(value: float) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f}"
