"""Eyes for the picture of the self-test."""

from PIL import Image

from tests.drawing import alike

COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 160, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "black": (0, 0, 0),
    "white": (255, 255, 255),
}


def seen(image: Image.Image) -> list[str]:
    """What somebody with eyes reads from left to right."""
    names = []
    for place in range(4):
        pixel = image.getpixel((image.width // 8 + place * image.width // 4, image.height // 2))
        assert isinstance(pixel, tuple)
        names += [name for name, colour in COLOURS.items() if alike(pixel, colour)]
    return names
