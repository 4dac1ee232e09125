"""Scenes of what only Discord has."""

from collections.abc import Sequence

from tests.emulators.discord import File, Permission
from tests.emulators.model import Asks, Script
from tests.people import Place
from tests.transcript import answers, pictures
from tests.transcript.scenes_answers import picture_in
from tests.transcript.screen import Composer, Form, Offer, View
from tests.transcript.stage import Stage


async def slash_command(stage: Stage) -> Sequence[View]:
    discord, place, ann = stage.discord, stage.people.private(), stage.person("Ann")
    found = [one for one in discord.commands if one["type"] == 1]
    offers = [Offer(name=f"/{one['name']}", hint=one["description"]) for one in found]
    views = [stage.view(place, "What is offered while one types.", composer=Composer(typed="/", offers=offers))]
    names = await discord.suggestions(place.chat, ann, "persona", "persona", "")
    composer = Composer(typed="/persona persona:", offers=[Offer(name=name) for name in names])
    views.append(stage.view(place, "And for its option.", composer=composer))
    await discord.use_command(place.chat, ann, "persona", {"persona": names[0]})
    await stage.answered(place)
    stage.model.reply("A leaf of a Norway maple, with tar spot.")
    photo = File(name="photo.jpg", data=pictures.leaf())
    await discord.use_command(place.chat, ann, "ask", {"question": "what is this?", "picture": photo})
    await stage.answered(place, 2)
    return [*views, stage.view(place, "Used.")]


async def message_menu(stage: Stage) -> Sequence[View]:
    people, discord, place = stage.people, stage.discord, stage.room("Photos")
    ann = stage.person("Ann")
    photo = await people.send_photo(place, pictures.landscapes()[2], "last evening", who="Ben")
    stage.model.reply("An orange sky over three dark ridges; the sun is just going down on the right.", "West.")
    await discord.use_menu(photo, ann, "Describe picture")
    await stage.answered(place)
    opened = await discord.use_menu(photo, ann, "Ask about this")
    await stage.until(lambda: opened.form, "a form")
    assert opened.form is not None
    labels = [field["label"] for row in opened.form["components"] for field in row["components"]]
    question = "which way was the camera looking?"
    form = Form(title=opened.form["title"], fields=[Offer(name=labels[0], hint=question)])
    views = [stage.view(place, "“Describe picture”; then “Ask about this”, which opens a form.", form=form)]
    await discord.submit(opened, {labels[0]: question})
    await stage.answered(place, 2)
    return [*views, stage.view(place, "Sent.")]


async def user_install(stage: Stage) -> Sequence[View]:
    discord = stage.discord
    server = discord.add_guild("Birdwatchers", with_bot=False)
    ann, ben = discord.add_person("Ann", guild=server), discord.add_person("Ben", guild=server)
    place = Place(discord.add_channel("sightings", guild=server))
    discord.install(ann)
    photo = await discord.say(place.chat, ben, "look", files=[File(name="photo.jpg", data=pictures.leaf())])
    stage.model.reply("No bird, but a leaf of a maple.", Script(status=503), Script(status=503))
    await discord.use_menu(photo, ann, "Describe picture")
    await stage.answered(place)
    await discord.use_command(place.chat, ann, "ask", {"question": "which birds live in maples?"})
    await stage.answered(place, 2)
    return [stage.view(place, "In a server that does not have the bot: for Ann alone.")]


async def permissions(stage: Stage) -> Sequence[View]:
    people, discord = stage.people, stage.discord
    boxes = [{"bbox_2d": list(pictures.KEYS_BOX), "label": "your keys"}]
    views = []
    for name, missing, caption in (
        ("no-files", Permission.ATTACH_FILES, "It may not send files: words instead of the picture."),
        ("no-history", Permission.READ_MESSAGE_HISTORY, "It may not read back: a message that replies to nothing."),
    ):
        place = stage.room(name)
        discord.deny(place.chat, missing)
        stage.model.reply(
            lambda call: Script(pieces=(), calls=[Asks("point_out", {"picture": picture_in(call), "boxes": boxes})]),
            answers.KEYS,
        )
        await people.send_photo(place, pictures.desk(), "where are my keys??", mention=True)
        await stage.answered(place, 2)
        views.append(stage.view(place, caption))
    return views


async def muted(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Announcements")
    stage.discord.deny(place.chat, Permission.SEND_MESSAGES)
    question = await people.say(place, "when is the next meeting?", mention=True)
    await stage.until(lambda: question.reactions, "a sign")
    private = people.private()
    await stage.answered(private)
    return [stage.view(place, "A sign."), stage.view(private, "And, once, a private word.")]


async def own_threads(stage: Stage) -> Sequence[View]:
    people, place = stage.people, stage.room("Questions")
    stage.model.reply("Roughly 384,400 km on average.", "About 1.3 seconds.")
    question = await people.say(place, "how far away is the moon?", mention=True)
    await stage.until(lambda: question.thread, "a thread")
    assert question.thread is not None
    thread = Place(question.thread)
    await stage.answered(thread)
    await people.say(thread, "and how long does light take?")
    await stage.answered(thread, 2)
    return [stage.view(place, "The channel."), stage.view(thread, "The thread, where nobody needs to mention it.")]
