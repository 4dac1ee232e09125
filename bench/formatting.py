"""What it takes to write an answer for each platform: whole, twice as long, and with one paragraph more."""

import itertools
import statistics
import time
from collections.abc import Callable, Mapping

from adapters.discord.render import render as for_discord
from adapters.telegram.render import render as for_telegram
from bench.table import line

_ROUNDS = 15
_PARAGRAPHS = 10
_SENTENCES = 11

_RENDERERS: Mapping[str, Callable[[str], object]] = {
    "Discord": lambda text: for_discord(text, final=False),
    "Telegram": lambda text: for_telegram(text, final=False),
}


def table() -> str:
    """All lines. What was parsed is remembered, so that no two answers have a paragraph in common."""
    numbers = itertools.count()
    size = len(_answer(_PARAGRAPHS, 0))
    lines = []
    for platform, render in _RENDERERS.items():
        whole, double, grown = [], [], []
        for _ in range(_ROUNDS):
            answer = _answer(_PARAGRAPHS, next(numbers))
            whole.append(_ms(render, answer))
            grown.append(_ms(render, answer + _answer(1, next(numbers))))
            double.append(_ms(render, _answer(2 * _PARAGRAPHS, next(numbers))))
        median = statistics.median(whole)
        for what, times in ((f"{size:,} characters", whole), ("twice as many", double), ("a paragraph more", grown)):
            ms = statistics.median(times)
            lines.append(line(f"{platform}: {what}", f"{ms:.1f}", f"{ms / median:.2f}×"))
    return "\n".join([line("", "median ms", "ratio"), *lines])


def _answer(paragraphs: int, number: int) -> str:
    code = "```py\n" + "x = 1\n" * 10 + "```\n\n"
    return "".join(
        f"Some **words** of answer {number}.{paragraph}, with `code` and [a link](https://example.org) in it. "
        * _SENTENCES
        + f"\n\n- one\n- two *of {number}*\n\n{code}"
        for paragraph in range(paragraphs)
    )


def _ms(render: Callable[[str], object], answer: str) -> float:
    began = time.perf_counter()
    render(answer)
    return 1000 * (time.perf_counter() - began)
