"""Formulas that people can read in a chat."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.markup.formulas import readable
from tests.work import GROWS_AS_ITS_TEXT, growth

READABLE = {
    r"\frac{-b \pm \sqrt{b^2-4ac}}{2a}": "(-b ± √(b²-4ac))/2a",
    r"\sum_{i=1}^{n} i = \frac{n(n+1)}{2}": "∑ᵢ₌₁ⁿ i = n(n+1)/2",
    r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}": "∫₀^∞ e^(-x²) dx = √π/2",
    r"\frac{d}{dx}\sin x = \cos x": "d/dx sin x = cos x",
    r"\frac{\frac{a}{b}}{c+1}": "(a/b)/(c+1)",
    r"\frac12": "1/2",
    r"x_{max} \in \mathbb{R}^n": "xₘₐₓ ∈ ℝⁿ",
    r"a_{i,j}^{(k)}": "a_(i,j)⁽ᵏ⁾",
    r"\sqrt[3]{x+1} \neq \sqrt[n]{x}": "∛(x+1) ≠ ⁿ√x",
    r"\lim_{x \to 0} \frac{\sin x}{x} = 1": "lim_(x → 0) (sin x)/x = 1",
    r"90^\circ, f'(x), 10\%": "90°, f′(x), 10%",
    r"\left( \frac{a}{b} \right)^2": "( a/b )²",
    r"\vec{v} \cdot \hat{n} \leq \|v\|": "v⃗ · n̂ ≤ ‖v‖",
    r"\text{if } x \geq 0, \mathrm{d}x": "if x ≥ 0, dx",
    r"A \not\in B, \binom{n}{k}": "A ∉ B, C(n, k)",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}": "(a b; c d)",
    r"\begin{cases} 1 & x > 0 \\ 0 & \text{else} \end{cases}": "{1, x > 0; 0, else",
    "\\begin{aligned} a &= b \\\\\n &= c \\end{aligned}": "a = b\n= c",
    r"2H_2 + O_2 \rightarrow 2H_2O": "2H₂ + O₂ → 2H₂O",
}


@pytest.mark.parametrize("tex", READABLE)
def test_a_formula_is_readable(tex: str) -> None:
    assert readable(tex) == READABLE[tex]


@pytest.mark.parametrize("tex", [r"\foo{x} + 1", r"\foo{a}{b}", r"\begin{foo} x \end{foo}", "a}b", "x", "{" * 30 + "x"])
def test_what_is_not_known_stays_as_written(tex: str) -> None:
    assert readable(tex) == tex


PIECES = ["a", "1", "+", "{", "}", "^", "_", " ", "\\frac", "\\sqrt", "\\", "&", "(", "["]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_no_formula_breaks_reading_nor_loses_a_letter_or_digit(tex: str) -> None:
    letters = [letter for letter in unicodedata.normalize("NFKC", readable(tex)) if letter in "a1"]
    written = [letter for letter in tex.replace("\\frac", "").replace("\\sqrt", "") if letter in "a1"]

    assert letters == written or "\\" in tex
    assert len(letters) >= len(written)


@pytest.mark.parametrize("tex", ["\\frac{", "a_{b^{", "\\sqrt[", "\\begin{matrix}"])
def test_the_work_of_reading_a_formula_grows_as_the_formula_does(tex: str) -> None:
    assert growth(readable, lambda times: tex * times, 150) < GROWS_AS_ITS_TEXT
