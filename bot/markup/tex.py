"""What the commands and signs of TeX look like in Unicode."""

from collections.abc import Mapping
from types import MappingProxyType


def _pairs(text: str) -> Mapping[str, str]:
    words = text.split()
    return MappingProxyType(dict(zip(words[::2], words[1::2], strict=True)))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SYMBOLS = _pairs("""
alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ
nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω
Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcup ⋃ bigcap ⋂ bigoplus ⨁ bigotimes ⨂ bigvee ⋁ bigwedge ⋀
cdot · times × div ÷ pm ± mp ∓ ast ∗ star ⋆ circ ∘ bullet • oplus ⊕ ominus ⊖ otimes ⊗ odot ⊙ wedge ∧ land ∧ vee ∨
lor ∨ cap ∩ cup ∪ setminus ∖ sqcup ⊔ sqcap ⊓ amalg ⨿ dagger † ddagger ‡
leq ≤ le ≤ leqslant ≤ geq ≥ ge ≥ geqslant ≥ neq ≠ ne ≠ equiv ≡ approx ≈ sim ∼ simeq ≃ cong ≅ propto ∝ ll ≪ gg ≫
prec ≺ succ ≻ preceq ≼ succeq ≽ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ in ∈ ni ∋ notin ∉ mid ∣ nmid ∤
parallel ∥ perp ⊥ vdash ⊢ dashv ⊣ models ⊨ asymp ≍ doteq ≐ triangleq ≜ coloneqq ≔ lesssim ≲ gtrsim ≳
to → rightarrow → longrightarrow ⟶ leftarrow ← gets ← longleftarrow ⟵ leftrightarrow ↔ Rightarrow ⇒ Longrightarrow ⟹
implies ⟹ Leftarrow ⇐ impliedby ⟸ Leftrightarrow ⇔ Longleftrightarrow ⟺ iff ⟺ mapsto ↦ uparrow ↑ downarrow ↓
updownarrow ↕ nearrow ↗ searrow ↘ hookrightarrow ↪ rightleftharpoons ⇌ rightharpoonup ⇀ leadsto ⇝
infty ∞ partial ∂ nabla ∇ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ emptyset ∅ varnothing ∅ aleph ℵ hbar ℏ ell ℓ wp ℘
Re ℜ Im ℑ angle ∠ measuredangle ∡ triangle △ square □ Box □ blacksquare ■ diamond ⋄ degree ° prime ′ top ⊤ bot ⊥
therefore ∴ because ∵ ldots … dots … cdots ⋯ dotsc … dotsb ⋯ vdots ⋮ ddots ⋱ surd √ checkmark ✓ copyright © pounds £
euro € lbrace { rbrace } lbrack [ rbrack ] langle ⟨ rangle ⟩ lceil ⌈ rceil ⌉ lfloor ⌊ rfloor ⌋ lvert | rvert | vert |
lVert ‖ rVert ‖ Vert ‖ | ‖ backslash \\ colon : lt < gt > imath ı jmath ȷ complement ∁ clubsuit ♣ diamondsuit ♢
heartsuit ♡ spadesuit ♠ AA Å S § P ¶ bmod mod mod mod
{ { } } % % $ $ # # & & _ _
""")
SYMBOLS: Mapping[str, str] = MappingProxyType({**_SYMBOLS, "\\": "\n", "newline": "\n"})

FUNCTIONS = _words("""
arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min
Pr sec sin sinh sup tan tanh argmax argmin rank sgn tr
""")
"""Shown by their names."""

TEXTS = _words("""
text textbf textit textrm textsf texttt mathrm mathbf mathit mathsf mathtt mathnormal boldsymbol bm mbox emph
operatorname operatorname* mathcal mathscr mathfrak mathop mathbin mathrel boxed underbrace overbrace underline
phantom vphantom hphantom smash
""")
"""Shown as what is in them."""

NOTHING = _words("""
left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr middle limits nolimits displaystyle
textstyle scriptstyle nonumber notag ! - allowbreak
""")
"""Not shown: sizes and narrow spaces."""

SPACES = frozenset(["quad", "qquad", " ", ",", ";", ":", ">", "enspace", "thinspace", "medspace", "thickspace", "\n"])

ACCENTS = MappingProxyType(
    {
        "hat": "\u0302",
        "widehat": "\u0302",
        "bar": "\u0304",
        "overline": "\u0305",
        "vec": "\u20d7",
        "overrightarrow": "\u20d7",
        "dot": "\u0307",
        "ddot": "\u0308",
        "tilde": "\u0303",
        "widetilde": "\u0303",
        "check": "\u030c",
        "breve": "\u0306",
        "acute": "\u0301",
        "grave": "\u0300",
        "mathring": "\u030a",
    }
)

DOUBLE_STRUCK = _pairs("C ℂ H ℍ N ℕ P ℙ Q ℚ R ℝ Z ℤ E 𝔼 F 𝔽 1 𝟙 K 𝕂 A 𝔸 B 𝔹 D 𝔻 S 𝕊 T 𝕋")

SUPERSCRIPTS = _pairs("""
0 ⁰ 1 ¹ 2 ² 3 ³ 4 ⁴ 5 ⁵ 6 ⁶ 7 ⁷ 8 ⁸ 9 ⁹ + ⁺ - ⁻ − ⁻ = ⁼ ( ⁽ ) ⁾ a ᵃ b ᵇ c ᶜ d ᵈ e ᵉ f ᶠ g ᵍ h ʰ i ⁱ j ʲ k ᵏ l ˡ m ᵐ n ⁿ
o ᵒ p ᵖ r ʳ s ˢ t ᵗ u ᵘ v ᵛ w ʷ x ˣ y ʸ z ᶻ A ᴬ B ᴮ D ᴰ E ᴱ G ᴳ H ᴴ I ᴵ J ᴶ K ᴷ L ᴸ M ᴹ N ᴺ O ᴼ P ᴾ R ᴿ T ᵀ U ᵁ V ⱽ
W ᵂ α ᵅ β ᵝ γ ᵞ δ ᵟ θ ᶿ φ ᵠ χ ᵡ ∘ ° ° ° ′ ′ * * † †
""")

SUBSCRIPTS = _pairs("""
0 ₀ 1 ₁ 2 ₂ 3 ₃ 4 ₄ 5 ₅ 6 ₆ 7 ₇ 8 ₈ 9 ₉ + ₊ - ₋ − ₋ = ₌ ( ₍ ) ₎ a ₐ e ₑ h ₕ i ᵢ j ⱼ k ₖ l ₗ m ₘ n ₙ o ₒ p ₚ r ᵣ s ₛ
t ₜ u ᵤ v ᵥ x ₓ β ᵦ γ ᵧ ρ ᵨ φ ᵩ χ ᵪ
""")
