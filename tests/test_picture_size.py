"""The arithmetic of picture sizes, against the model's published numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.size import lay_out, picture_tokens

MODEL_REFUSES_RATIO = 200


@pytest.mark.parametrize(
    ("size", "tokens"),
    [
        ((512, 512), 258),
        ((640, 480), 302),
        ((1024, 768), 770),
        ((1280, 960), 1202),
        ((1280, 1280), 1602),
        ((1920, 1080), 2042),
        ((2048, 1536), 3074),
        ((4032, 3024), 11_846),
        ((100, 100), 66),
        ((256, 256), 66),
    ],
)
def test_tokens_are_counted_as_the_model_counts_them(size: tuple[int, int], tokens: int) -> None:
    assert picture_tokens(*size) == tokens


def test_a_picture_within_the_budget_keeps_its_size() -> None:
    assert lay_out(1279, 961, max_tokens=1280).canvas == (1279, 961)


def test_a_large_photo_takes_the_budget_in_whole_tiles_and_keeps_its_shape() -> None:
    width, height = lay_out(4032, 3024, max_tokens=1280).canvas

    assert (width % 32, height % 32) == (0, 0)
    assert 1200 < picture_tokens(width, height) <= 1280
    assert width / height == pytest.approx(4 / 3, rel=0.02)


def test_a_tiny_picture_is_enlarged_to_one_tile() -> None:
    assert lay_out(1, 1, max_tokens=1280).canvas == (32, 32)
    assert lay_out(10, 300, max_tokens=1280).canvas == (32, 960)


def test_an_extreme_strip_is_padded_to_a_ratio_that_the_model_takes() -> None:
    layout = lay_out(1, 30_000, max_tokens=1280)

    assert max(layout.canvas) / min(layout.canvas) < MODEL_REFUSES_RATIO
    assert layout.content[0] == 1


@given(width=st.integers(1, 70_000), height=st.integers(1, 70_000), max_tokens=st.integers(140, 16_384))
def test_any_size_fits_into_any_sensible_budget(width: int, height: int, max_tokens: int) -> None:
    layout = lay_out(width, height, max_tokens=max_tokens)
    canvas, content = layout.canvas, layout.content

    assert picture_tokens(*canvas) <= max_tokens
    assert min(canvas) >= 32
    assert max(canvas) / min(canvas) < MODEL_REFUSES_RATIO
    assert all(1 <= inner <= outer for inner, outer in zip(content, canvas, strict=True))


@pytest.mark.parametrize("max_tokens", [1, 4, 30])
def test_a_budget_under_the_models_own_minimum_still_gives_a_picture(max_tokens: int) -> None:
    width, height = lay_out(4032, 3024, max_tokens=max_tokens).canvas

    assert (width // 32) * (height // 32) <= max(1, max_tokens - 2)
