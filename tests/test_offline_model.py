"""The built-in offline model is honest: it says what it is, what arrived, and what it was asked."""

import io

from PIL import Image, ImageDraw

from adapters.model.offline import OfflineModel
from bot.answering.tools import TOOLS, LookCloser, PointOut, read_call
from bot.ports.model import (
    Content,
    Finished,
    FinishReason,
    ModelEvent,
    PictureContent,
    PromptMessage,
    TextContent,
    TextDelta,
)
from tests.model_world import asks, result, says
from tests.model_world import listen as listen_to


def jpeg(width: int, height: int, *bands: str) -> bytes:
    """Vertical bands of equal width."""
    picture = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(picture)
    for number, colour in enumerate(bands):
        draw.rectangle((number * width // len(bands), 0, (number + 1) * width // len(bands), height), fill=colour)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def shown(text: str, *pictures: tuple[str, bytes], notes: tuple[str, ...] = ()) -> PromptMessage:
    content: list[Content] = [TextContent(text)]
    for label, data in pictures:
        content += [TextContent(f"{label}:"), PictureContent(jpeg=data, width_px=64, height_px=64)]
    return PromptMessage("user", (*content, *map(TextContent, notes)))


async def listen(*prompt: PromptMessage) -> list[ModelEvent]:
    return [event async for event in OfflineModel().stream(prompt, request_id="r")]


async def answer(*prompt: PromptMessage) -> str:
    return "".join(event.text for event in await listen(*prompt) if isinstance(event, TextDelta))


async def test_it_says_that_it_is_offline_and_how_to_connect_a_real_model() -> None:
    text = await answer(says("be kind", role="system"), says("[Ann] hello"))

    assert "offline model" in text
    assert "MODEL_API_KEY" in text
    assert "MODEL_API_URL" in text


async def test_it_reports_what_it_can_see_of_each_picture() -> None:
    text = await answer(
        shown(
            "[Ann] what are these?",
            ("Picture 1 (PNG, 4032×3024)", jpeg(120, 80, "blue", "blue", "white")),
            ("Picture 2 (HEIC, 300×400, in what is quoted)", jpeg(60, 80, "green", "brown")),
            ("Picture 3 (GIF, 9×9)", jpeg(64, 64, "black")),
        )
    )

    assert "Picture 1 (PNG, 4032×3024): it reached me as a JPEG of 120×80 pixels, landscape." in text
    assert "blue 67%, white 33%" in text
    assert "Picture 2 (HEIC, 300×400, in what is quoted): it reached me as a JPEG of 60×80 pixels, portrait." in text
    assert "green 5" in text
    assert "64×64 pixels, square. Main colours: black 100%." in text


async def test_common_colours_have_their_names() -> None:
    for colour, name in {
        "#e02020": "red",
        "#ff8c00": "orange",
        "#7a4a20": "brown",
        "#ffe000": "yellow",
        "#20a040": "green",
        "#00c8c8": "turquoise",
        "#2050e0": "blue",
        "#8020c0": "purple",
        "#ff60b0": "pink",
        "#808080": "grey",
        "#fafafa": "white",
        "#101010": "black",
    }.items():
        assert f"Main colours: {name} 100%" in await answer(shown("x", ("Picture 1 (PNG, 1×1)", jpeg(32, 32, colour))))


async def test_a_damaged_picture_costs_nothing_but_its_own_line() -> None:
    text = await answer(shown("[Ann] hi", ("Picture 1 (PNG, 1×1)", b"\xff\xd8\xff broken"), ("", jpeg(8, 8, "red"))))

    assert "Picture 1 (PNG, 1×1): it reached me, but I could not decode it." in text
    assert "A picture: it reached me as a JPEG of 8×8 pixels" in text


async def test_pictures_that_did_not_arrive_are_named() -> None:
    note = "(Picture 2 (PDF) could not be looked at: it is not a picture. You have not seen it.)"

    text = await answer(shown("[Ann] hi", notes=(note,)))

    assert "Picture 2 (PDF): I could not look at it: it is not a picture." in text


async def test_it_repeats_what_it_was_asked_now_and_before() -> None:
    text = await answer(
        says('[Ann, quoting Bob: "a [strange] one"] what is this?'),
        says("an answer", role="assistant"),
        says("[Bob] " + "long " * 100),
        says("another answer", role="assistant"),
        says("[Ann] first part"),
        says("[Ann] second part"),
    )

    assert "You wrote: Ann: “first part”; Ann: “second part”" in text
    assert "Before that you wrote: Ann: " in text
    assert "what is this?" in text
    assert "long…”" in text
    assert "an answer" not in text


async def test_it_finishes_with_a_rough_count_and_always_says_the_same() -> None:
    prompt = shown("[Ann] hi", ("Picture 1 (PNG, 1×1)", jpeg(64, 64, "red", "blue")))

    events = await listen(prompt)

    assert events == await listen(prompt)
    assert len(events) > 20
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.STOP
    assert last.usage.image_tokens == 6
    assert last.usage.completion_tokens


async def test_odd_prompts_are_no_trouble() -> None:
    assert "offline model" in await answer()
    assert "offline model" in await answer(says("only a system prompt", role="system"))
    assert "“no name”" in await answer(says("no name"))
    assert "A picture: it reached me" in await answer(says("", jpeg(8, 8, "red")))


async def test_it_does_not_claim_that_a_photo_without_words_had_some() -> None:
    photo = shown("[Ann] (sent without words: describe what you see)", ("Picture 1", jpeg(64, 64, "red")))
    assert "You wrote" not in await answer(photo)


PHOTO = ("Picture 1 [p12] (PNG, 64×64)", jpeg(64, 64, "red", "blue"))


async def test_asked_to_look_closer_it_uses_the_tool_and_tells_what_came_of_it() -> None:
    question = shown("[Ann] please look closer", PHOTO)

    heard = await listen_to(OfflineModel(), question, tools=TOOLS)

    (call,) = heard.calls
    request = read_call(call)
    assert isinstance(request, LookCloser)
    assert request.name == "p12"
    assert heard.finished.reason is FinishReason.TOOL_CALLS
    crop = PromptMessage(
        "user",
        (
            TextContent("(The region [250, 250, 750, 750] of p12, which you asked for:)"),
            PictureContent(jpeg=jpeg(32, 32, "red"), width_px=32, height_px=32),
        ),
    )
    answered = await listen_to(OfflineModel(), question, asks(call), result(call, "It is here."), crop, tools=TOOLS)
    assert answered.calls == ()
    assert "It told me: It is here." in answered.text
    assert "Picture 1 (PNG, 64×64): it reached me as a JPEG of 64×64 pixels" in answered.text
    assert "The region [250, 250, 750, 750] of p12: it reached me as a JPEG of 32×32 pixels" in answered.text
    assert "You wrote: Ann: “please look closer”" in answered.text


async def test_asked_where_something_is_it_points_at_the_middle() -> None:
    heard = await listen_to(OfflineModel(), shown("[Ann] where is the cat?", PHOTO), tools=TOOLS)

    request = read_call(heard.calls[0])
    assert isinstance(request, PointOut)
    assert [box.label for box in request.boxes] == ["the middle"]


async def test_it_uses_no_tool_without_a_wish_a_picture_or_an_offer() -> None:
    for question, tools in (
        (shown("[Ann] what is this?", PHOTO), TOOLS),
        (shown("[Ann] look closer"), TOOLS),
        (shown("[Ann] look closer", PHOTO), ()),
        (shown("[Ann] look closer", PHOTO), TOOLS[1:]),
    ):
        assert (await listen_to(OfflineModel(), question, tools=tools)).calls == ()


async def test_an_earlier_wish_is_no_wish_now() -> None:
    prompt = (shown("[Ann] look closer", PHOTO), says("an answer", role="assistant"), says("[Ann] thanks"))

    assert (await listen_to(OfflineModel(), *prompt, tools=TOOLS)).calls == ()
