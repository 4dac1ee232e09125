"""What was measured, side by side, and whether it is good enough."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from bench.contest import Round, Timing

_WIDTHS = (58, 12, 12, 9)


@dataclass(kw_only=True)
class Results:
    """All rounds of one bot on one platform."""

    instant: list[Round] = field(default_factory=list)
    realistic: list[Round] = field(default_factory=list)
    shallow: list[Round] = field(default_factory=list)
    """Few earlier messages."""
    deep: list[Round] = field(default_factory=list)
    """Many. The lean bot knows no earlier messages: its rounds are the shallow ones."""
    resident_mb: float = 0.0
    peak_mb: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    lean: float
    glimpse: float

    def __str__(self) -> str:
        ratio = f"{self.glimpse / self.lean:.2f}×" if self.lean else "-"
        return _line(self.what, _number(self.lean), _number(self.glimpse), ratio)


def per_second(rounds: Sequence[Round]) -> float:
    """Answers, the median of the rounds."""
    return statistics.median(len(r.timings) / r.wall_s for r in rounds)


def cpu_per_thousand(rounds: Sequence[Round]) -> float:
    """Seconds of processor time for 1,000 answers, the median of the rounds."""
    return statistics.median(1000 * r.cpu_s / len(r.timings) for r in rounds)


def busy(rounds: Sequence[Round]) -> float:
    """How much of one core the bot used, the median of the rounds."""
    return statistics.median(r.cpu_s / r.wall_s for r in rounds)


def median_ms(rounds: Sequence[Round], of: Callable[[Timing], float]) -> float:
    """Over all answers of all rounds."""
    return 1000 * statistics.median(of(timing) for r in rounds for timing in r.timings)


def p99_ms(rounds: Sequence[Round], of: Callable[[Timing], float]) -> float:
    """As `median_ms`; with fewer than 100 answers this is the slowest."""
    slowest_first = sorted((of(timing) for r in rounds for timing in r.timings), reverse=True)
    return 1000 * slowest_first[len(slowest_first) // 100]


def rows(lean: Results, glimpse: Results, *, depths: tuple[int, int]) -> list[Row]:
    """The table, line by line."""
    few, many = depths
    return [
        Row("instant model: answers per second", per_second(lean.instant), per_second(glimpse.instant)),
        Row("  CPU seconds per 1,000 answers", cpu_per_thousand(lean.instant), cpu_per_thousand(glimpse.instant)),
        Row("  % of a core in use meanwhile", 100 * busy(lean.instant), 100 * busy(glimpse.instant)),
        Row(
            "realistic model: CPU seconds per 1,000 answers",
            cpu_per_thousand(lean.realistic),
            cpu_per_thousand(glimpse.realistic),
        ),
        *_latencies("realistic model", lean.realistic, glimpse.realistic),
        *_latencies(f"{few:,} earlier messages", lean.shallow, glimpse.shallow),
        *_latencies(f"{many:,} earlier messages", lean.deep, glimpse.deep),
        Row("memory: peak, MB", lean.peak_mb, glimpse.peak_mb),
        Row("memory: at the end, MB", lean.resident_mb, glimpse.resident_mb),
    ]


def aims(lean: Results, glimpse: Results) -> list[str]:
    """What Glimpse is meant to reach, beside what it did."""
    to_request = attrgetter("to_request")
    request_ms = {
        name: median_ms(rounds, to_request)
        for name, rounds in (("few", glimpse.shallow), ("many", glimpse.deep), ("realistic", glimpse.realistic))
    }
    growth_ms = request_ms["many"] - request_ms["few"]
    instant = cpu_per_thousand(glimpse.instant) / cpu_per_thousand(lean.instant)
    realistic = cpu_per_thousand(glimpse.realistic) / cpu_per_thousand(lean.realistic)
    throughput = per_second(glimpse.instant) / per_second(lean.instant)
    slowest_ms = max(request_ms.values())
    return [
        _aim("event to model request, median: under 5 ms", f"{slowest_ms:.1f} ms", met=slowest_ms < 5),
        _aim("the same, flat in history: under 1 ms more", f"{growth_ms:+.1f} ms", met=growth_ms < 1),
        _aim("CPU per answer, instant model: within 3×", f"{instant:.2f}×", met=instant <= 3),
        _aim("CPU per answer, realistic model: within 3×", f"{realistic:.2f}×", met=realistic <= 3),
        _aim("answers per second: at least a third", f"{throughput:.2f}×", met=throughput >= 1 / 3),
        _aim("resident memory: under 120 MB", f"{glimpse.peak_mb:.0f} MB", met=glimpse.peak_mb < 120),
    ]


def heading() -> str:
    """The table's first line."""
    return _line("", "lean", "Glimpse", "ratio")


def _latencies(when: str, lean: Sequence[Round], glimpse: Sequence[Round]) -> list[Row]:
    spans = (
        ("event → model request", attrgetter("to_request")),
        ("first token → first visible text", attrgetter("to_first_text")),
        ("last token → final text", attrgetter("to_final_text")),
    )
    return [
        Row(f"{when}: {what}, {kind} ms", of_all(lean, span), of_all(glimpse, span))
        for what, span in spans
        for kind, of_all in (("median", median_ms), ("p99", p99_ms))
    ]


def _aim(what: str, measured: str, *, met: bool) -> str:
    return _line(what, "", measured, "met" if met else "NOT MET")


def _line(what: str, *columns: str) -> str:
    first, *others = _WIDTHS
    return what.ljust(first) + "".join(column.rjust(width) for column, width in zip(columns, others, strict=True))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}" if value < 10 else f"{value:,.1f}"
