"""Ways in which a picture comes along with a question, on any platform: what people do, and what is to become of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from PIL import Image

from bot import texts
from tests.drawing import animation, encoded, hues
from tests.emulators.discord import File
from tests.filming import film
from tests.gallery import UPRIGHT
from tests.people import Place
from tests.picture_people import PicturePeople
from tests.seeing import PictureServer, not_seen

JPEG = encoded(UPRIGHT, "JPEG")
PNG = encoded(UPRIGHT, "PNG")
TILTED = UPRIGHT.rotate(180)
TILTED_JPEG = encoded(TILTED, "JPEG")
FRAMES = hues(5, 320, 208)
TIMES = ("at 0.0 s", "at 0.2 s", "at 0.4 s", "at 0.6 s", "at 0.8 s")
MP4 = film("mp4", FRAMES, rate=5, gop=2)
GIF = animation("GIF", FRAMES, frame_ms=200)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question that was asked, and what is to become of it."""

    place: Place
    about: str
    """Words of the question by which its request is found."""
    views: Sequence[Image.Image] = field(default=(UPRIGHT,), repr=False)
    """What the model is to see, in order."""
    told: Sequence[str] = ()
    """What the model is to be told with it."""
    note: str = ""
    """What the person is to read below the answer."""


OfEither: TypeAlias = Callable[[PicturePeople, PictureServer], Awaitable[Asked]]


async def photo(people: PicturePeople, _: PictureServer) -> Asked:
    place = people.group()
    await people.share_photo(place, JPEG, "what is my photo?", mention=True)
    return Asked(place=place, about="my photo", told=["Picture 1 [p", " (JPEG, 320×208):"])


async def album(people: PicturePeople, _: PictureServer) -> Asked:
    place, items = people.private("Album"), hues(10, 320, 208)
    await people.send_album(place, [encoded(item, "JPEG") for item in items], "what is my album?", who="Album")
    return Asked(place=place, about="my album", views=items)


async def replied_to(people: PicturePeople, _: PictureServer) -> Asked:
    place = people.group()
    photo = await people.share_photo(place, JPEG, "look", who="Bob")
    await people.say(place, "what is Bob's photo?", mention=True, reply_to=photo)
    return Asked(place=place, about="what is Bob's photo?", told=['[Ann, quoting Bob: "look"]', "in what is quoted"])


async def sibling(people: PicturePeople, _: PictureServer) -> Asked:
    place = people.hearing_group()
    item = await people.send_album(place, [JPEG, TILTED_JPEG], "", who="Bob")
    await people.say(place, "what else is in his album?", mention=True, reply_to=item)
    return Asked(place=place, about="what else is in his album?", views=[UPRIGHT, TILTED])


async def forwarded(people: PicturePeople, _: PictureServer) -> Asked:
    elsewhere, place = people.group(), people.private("Forwarder")
    photo = await people.share_photo(elsewhere, JPEG, "my garden", who="Bob")
    await people.forward(place, photo, who="Forwarder")
    return Asked(place=place, about="[Forwarder, quoting", told=["my garden", "in what is quoted"])


async def somebody_elses(people: PicturePeople, _: PictureServer) -> Asked:
    place = people.hearing_group()
    await people.share_photo(place, JPEG, "hm", who="Bob")
    await people.say(place, "what is in that picture?", mention=True)
    return Asked(place=place, about="in that picture?", told=["posted here shortly before by Bob"])


async def linked(people: PicturePeople, server: PictureServer) -> Asked:
    place = people.private("Linker")
    await people.say(place, f"what is {server.url}/rose.png?", who="Linker")
    return Asked(place=place, about="/rose.png?", told=["(from a link, PNG, 320×208):"])


async def linked_in_a_quote(people: PicturePeople, server: PictureServer) -> Asked:
    place = people.group()
    link = await people.say(place, f"see {server.url}/moved.png", who="Bob")
    await people.say(place, "what does he link to?", mention=True, reply_to=link)
    return Asked(place=place, about="what does he link to?", told=["(from a link, PNG, 320×208, in what is quoted):"])


async def not_there(people: PicturePeople, server: PictureServer) -> Asked:
    place = people.private("Misser")
    await people.say(place, f"what was {server.url}/gone.png?", who="Misser")
    reason = "it is not there, or its server does not let me have it"
    return Asked(place=place, about="/gone.png?", views=(), told=["You have not seen it."], note=not_seen(reason))


async def page(people: PicturePeople, server: PictureServer) -> Asked:
    place = people.private("Surfer")
    server.files["/page.png"] = b"<!doctype html><title>Not a picture</title>"
    await people.say(place, f"what is on {server.url}/page.png?", who="Surfer")
    reason = "its link leads to a web page, not to a picture"
    return Asked(place=place, about="/page.png?", views=(), told=["You have not seen it."], note=not_seen(reason))


async def too_large(people: PicturePeople, server: PictureServer) -> Asked:
    place = people.private("Sender")
    # Nothing that a platform could make a still picture of.
    data = b"%PDF-1.7\n" + bytes(2_500_000)
    await people.share_several(place, [JPEG, data], "what are my files?", who="Sender")
    note = not_seen(texts.too_large(2_000_000), 2)
    return Asked(place=place, about="what are my files?", told=["could not be looked at: it is larger"], note=note)


async def moving(people: PicturePeople, _: PictureServer) -> Asked:
    place = people.group()
    file = File(name="film.mp4", data=MP4, media_type="video/mp4")
    await people.share(place, file, "what happens in the film?", mention=True)
    return Asked(place=place, about="the film?", views=FRAMES, told=["(MP4 video, 320×208, 1.0 s)", *TIMES])


OF_EITHER: Sequence[OfEither] = (
    photo,
    album,
    replied_to,
    sibling,
    forwarded,
    somebody_elses,
    linked,
    linked_in_a_quote,
    not_there,
    page,
    too_large,
    moving,
)
