"""What the model of the transcript says: answers as a vision-language model writes them."""

ONIONS = """\
Cutting breaks the onion's cells. An enzyme then makes a **gas with sulphur** in it, and where that gas meets your \
eyes it turns into a little sulphuric acid. Your eyes wash it out: tears.

What helps:

1. **A sharp knife.** It crushes fewer cells.
2. **Cold.** Half an hour in the fridge slows the enzyme down.
3. **Moving air.** A fan or an open window carries the gas away.
4. Leave the root end for last: most of the enzyme sits there.

Breathing through the mouth helps nobody, but it looks funny."""

LEAF = """\
That is a leaf of a **Norway maple** (*Acer platanoides*): pointed lobes, and milky sap would run out of the stalk if \
you broke it."""

SPOTS = """\
**Tar spot**, a fungus. It looks worse than it is: rake up the leaves in autumn and the tree will be fine."""

DESK = """\
A wooden desk, seen from above. On it: a mug of black coffee, a lined notebook, a phone lying face up, a pair of round \
glasses, and a bunch of two keys, half under a newspaper."""

BOARD = """\
With the delays counted in:

| Leaves | To | Platform | Delay |
|---|---|---:|---|
| 14:02 | Harbour | 3 | – |
| 14:15 | Old Town | 1 | 5 min |
| 14:17 | Airport | 7 | – |
| 14:25 | Lake Shore | 2 | – |
| 14:43 | Harbour | 3 | 12 min |

So the **Airport** train now leaves only two minutes after the one to the Old Town."""

ALBUM = """\
The **third one**. The dusk gives it two strong colours that a print can show, and the sun just behind the ridge leads \
the eye.

The first is softer and would be my second choice; the second is bright, but has little contrast."""

KEYS = "There: beside the glasses, half under the newspaper."

FORMATTED = """\
# A first vegetable bed

Start **small**: about 1 × 3 m is plenty. *Sun* matters more than soil.

## What to plant

- Easy from seed
  - radishes, ready in four weeks
  - lettuce
    - sow a little every two weeks
- Better bought as plants
  - tomatoes
  - courgettes (one is enough, ~~two~~ really)

## In this order

1. Dig over in **March**, and add compost.
2. Sow the radishes.
3. Wait for the last frost before the tomatoes go out:
   - cover them at night
   - or keep them inside

> Plant thyme between the rows.
> It keeps the soil cool.

### To do

- [x] choose a sunny place
- [ ] order seeds
- [ ] build a fence

#### More

See the [sowing calendar](https://example.org/calendar_(north)) or ask me about `mulch`.

---

Good luck!"""

CODE = """\
Here it is, in one pass:

```python
from collections import deque


def moving_average(values, size):
    \"\"\"Yield the average of the last `size` values.\"\"\"
    window, total = deque(maxlen=size), 0.0
    for value in values:
        if len(window) == size:
            total -= window[0]
        window.append(value)
        total += value
        if len(window) == size:
            yield total / size
```

Use it like `list(moving_average([1, 2, 3, 4], 2))`, which gives `[1.5, 2.5, 3.5]`.

| Values | This one | Adding up each window |
|-------:|---------:|----------------------:|
| 1,000 | 0.2 ms | 4 ms |
| 100,000 | 21 ms | 410 ms |
| 1,000,000 | 212 ms | 4,150 ms |

And a list with a step in code:

- install it:

  ```sh
  pip install numpy

  python -c "import numpy"
  ```
- done"""

SYMBOLS = """\
`List<String>` is a list of texts; without backticks it is still List<String>, not a <b>tag</b>.

Compound interest: after \\(n\\) years

$$K_n = K_0 \\cdot \\left(1 + \\frac{p}{100}\\right)^n$$

In code that is K_n = K_0 * (1 + p/100) ** n, and my_variable_name stays as it is. It costs $5 or $6, 2 * 3 * 4 = 24, \
C:\\new\\dir is a path, and @everyone may sleep on."""

ARABIC = """\
## الشاي بالنعناع

تحتاج إلى:

- **ملعقة** شاي أخضر
- حزمة نعناع طازج
- 3 ملاعق سكر

1. اغلِ الماء.
2. أضف الشاي وانتظر 4 دقائق.
3. أضف النعناع والسكر (English words in between are fine)."""

CHINESE = """\
泡绿茶用 **75–80 °C** 的水最合适:

1. 水烧开后放凉约五分钟。
2. 每 200 毫升水放 3 克茶叶。
3. 泡 2 分钟即可,*不要超过* 3 分钟,否则会苦。"""

STORY = """\
Once upon a time there was a lighthouse keeper who was afraid of the dark. Every evening he lit the great lamp, and \
every evening he told himself that it was for the ships. One night a small boat came in with no light at all, and in \
it sat a girl who rowed as if she had somewhere to be."""

MARS = """\
Cold, dry and dusty. A day on Mars lasts **24 hours and 37 minutes**, the air is a hundredth of ours and almost all \
carbon dioxide, and the sky is butterscotch by day and *blue at sunset*. In a good summer it gets to 20 °C at noon on \
the equator, and to minus 70 °C in the same night."""

ALT = """\
Dusk over three ranges of dark hills: an orange sky turns violet towards the top, and a yellow sun sets behind a ridge \
on the right."""

_MONTHS = {
    "February": ("Sow indoors, a centimetre deep, at a bright window.", 18, 22, "nothing yet"),
    "March": ("Prick out as soon as the second pair of leaves shows.", 18, 22, "nothing yet"),
    "April": ("Pot on, and give them air on mild days.", 16, 22, "a little compost"),
    "May": ("Plant out after the last frost, deep, with a stake.", 16, 24, "compost in the hole"),
    "June": ("Pinch out the side shoots and tie the stem up.", 18, 28, "nettle brew"),
    "July": ("The first ones ripen; keep pinching out.", 20, 30, "tomato feed"),
    "August": ("Pick every second day, and top the plants.", 20, 32, "tomato feed"),
    "September": ("Take off new flowers: they won't ripen any more.", 15, 25, "nothing"),
    "October": ("Bring the green ones in and let them ripen beside an apple.", 12, 18, "nothing"),
}

LONG = "# Tomatoes, month by month\n\n" + "\n".join(
    f"""\
## {month}

{what} Water in the morning and only at the roots: wet leaves invite blight. Look at the undersides of the leaves once \
a week, and take off what turns yellow.

- **Temperature:** {low} to {high} °C by day, and never a cold night
- **Feed:** {feed}
"""
    for month, (what, low, high, feed) in _MONTHS.items()
)
LONG += """
If you keep your notes on a computer, this finds out when to water:

```python
"""
LONG += "\n".join(
    f"""\
def litres_in_{month.lower()}(plants: int, rain_mm: float) -> float:
    \"\"\"Litres a week for all plants, less what the rain brings.\"\"\"
    return max(0.0, plants * {high / 4:.1f} - rain_mm * 0.8)

"""
    for month, (_, _, high, _) in _MONTHS.items()
)
LONG += """
```

Good luck with them!"""

SKY_GERMAN = """\
Blaues Licht wird in der Luft **stärker gestreut** als rotes. Deshalb kommt es aus allen Richtungen zu uns, und der \
Himmel sieht blau aus."""

SKY_JAPANESE = """\
青い光は赤い光より空気の中で**強く散乱**されるからです。そのため青い光がいろいろな方向から目に届き、空が青く見えます。"""

SKY_ARABIC = """\
لأن الضوء الأزرق **يتشتت** في الهواء أكثر من الأحمر، فيصل إلى أعيننا من كل الجهات."""

VERY_LONG = "\n\n".join(LONG.replace("# Tomatoes", f"# Part {part}: tomatoes") for part in range(1, 4))

TABLES = """\
Narrow enough for a phone:

| Tea | Water | Time | Per cup |
|---|---:|---:|---:|
| green | 75 °C | 2 min | 2.5 g |
| white | 80 °C | 4 min | 3 g |
| oolong | 90 °C | 3 min | 3 g |

And with more in it:

| Tea | Where it grows | Water | Time | What it tastes of |
|---|---|---|---|---|
| Sencha | Shizuoka, Kagoshima | 75 °C | 2 min | grass, sea |
| Bai Mu Dan | Fujian | 80 °C | 4 min | hay, honey |
| Assam | the Brahmaputra valley | 95 °C | 3 min | malt |

All of it is in [this guide](https://example.org/tea)."""

FORMULAS = r"""
The roots of \(ax^2 + bx + c = 0\) are

$$x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}$$

If \(b^2 < 4ac\), they are complex. For $a = 1$, $b = -3$, $c = 2$ that gives $x_1 = 2$ and $x_2 = 1$.

And the area under the bell:

$$\int_{-\infty}^{\infty} e^{-x^2}\,dx = \sqrt{\pi}$$
"""

HEBREW = """\
**חומוס** ביתי:

1. להשרות 500 גרם חומוס ללילה.
2. לבשל כשעה, עם `1/2` כפית סודה לשתייה.
3. לטחון עם טחינה, לימון ושום.

| מצרך | כמות |
|---|---|
| טחינה | 150 גרם |
| לימון | 2 |

בתיאבון!"""
