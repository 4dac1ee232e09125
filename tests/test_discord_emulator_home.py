"""The rules of menus, forms, private answers, threads and shards on the emulated Discord."""

from collections.abc import AsyncIterator
from typing import Any

import discord as dpy
import pytest

from tests.emulators.common import eventually
from tests.emulators.discord import ChannelKind, DiscordEmulator, Permission
from tests.emulators.discord_client import RecordingClient, connected
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_world import Channel, Guild, Person

ASK: dict[str, Any] = {
    "name": "ask",
    "description": "Ask",
    "options": [{"type": 3, "name": "words", "description": "Words", "autocomplete": True}],
    "contexts": [0, 1, 2],
    "integration_types": [0, 1],
}
MENU: dict[str, Any] = {"name": "About", "type": 3, "contexts": [0], "integration_types": [0]}


@pytest.fixture
async def discord() -> AsyncIterator[DiscordEmulator]:
    async with DiscordEmulator() as emulator:
        yield emulator


@pytest.fixture
async def client(discord: DiscordEmulator) -> AsyncIterator[RecordingClient]:
    async with connected(discord) as client:
        await client.http.bulk_upsert_global_commands(discord.application_id, [ASK, MENU])
        yield client


@pytest.fixture
def ann(discord: DiscordEmulator) -> Person:
    return discord.add_person("Ann")


@pytest.fixture
def channel(discord: DiscordEmulator) -> Channel:
    return discord.add_channel()


async def used(client: RecordingClient, count: int = 1) -> dpy.Interaction:
    await eventually(lambda: len(client.commands) >= count)
    return client.commands[count - 1]


def was_violated(discord: DiscordEmulator, what: str = "") -> None:
    assert len(discord.violations) == 1
    assert what in discord.violations[0]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"name": "Ask"}, "name"),
        ({"description": ""}, "description"),
        ({"options": [{"type": 3, "name": "a", "description": "A"}] * 26}, "options"),
        ({"options": [{"type": 99, "name": "a", "description": "A"}]}, "name"),
        ({"options": [{"type": 3, "name": "a", "description": ""}]}, "description"),
        (
            {
                "options": [
                    {"type": 3, "name": "a", "description": "A"},
                    {"type": 3, "name": "b", "description": "B", "required": True},
                ]
            },
            "REQUIRED",
        ),
        ({"options": [{"type": 11, "name": "a", "description": "A", "autocomplete": True}]}, "autocomplete"),
        (
            {"options": [{"type": 3, "name": "a", "description": "A", "choices": [{"name": "x" * 101, "value": "x"}]}]},
            "choices",
        ),
        ({"contexts": [7]}, "contexts"),
        ({"integration_types": [0]}, "contexts"),
        ({"type": 3, "name": "x" * 33, "description": "", "options": []}, "name"),
    ],
)
async def test_a_command_that_discord_would_refuse_is_refused(
    discord: DiscordEmulator, client: RecordingClient, change: dict[str, Any], what: str
) -> None:
    with pytest.raises(dpy.HTTPException, match="50035"):
        await client.http.bulk_upsert_global_commands(discord.application_id, [ASK | change])

    was_violated(discord, what)


async def test_too_many_or_equal_commands_are_refused(discord: DiscordEmulator, client: RecordingClient) -> None:
    for commands in ([MENU | {"name": f"Entry {number}"} for number in range(16)], [ASK, ASK]):
        with pytest.raises(dpy.HTTPException, match="50035"):
            await client.http.bulk_upsert_global_commands(discord.application_id, commands)

    assert len(discord.violations) == 2


async def test_an_installation_that_the_application_does_not_have_is_refused(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    discord.installations = (0,)
    with pytest.raises(dpy.HTTPException, match="50035"):
        await client.http.bulk_upsert_global_commands(discord.application_id, [ASK])


@pytest.mark.usefixtures("client")
async def test_commands_are_offered_only_where_they_are_installed(discord: DiscordEmulator, ann: Person) -> None:
    foreign = discord.add_guild(with_bot=False)
    discord.join(foreign, ann)
    there, group = discord.add_channel(guild=foreign), discord.add_group(ann, discord.add_person("Ben"))
    for place in (there, group):
        with pytest.raises(AssertionError, match="installed by nobody"):
            await discord.use_command(place, ann, "ask")
    said = await discord.say(discord.dm(ann), ann, "hello")
    with pytest.raises(AssertionError, match="this kind of place"):
        await discord.use_menu(said, ann, "About")
    discord.install(ann)
    for place in (there, group):
        await discord.use_command(place, ann, "ask")


async def test_what_is_said_where_the_bot_is_not_does_not_reach_it(
    discord: DiscordEmulator, client: RecordingClient, ann: Person, channel: Channel
) -> None:
    foreign = discord.add_guild(with_bot=False)
    discord.join(foreign, ann)
    there = discord.add_channel(guild=foreign)
    await discord.say(there, ann, f"{discord.bot.mention} hello")
    await discord.say(discord.add_group(ann, discord.add_person("Ben")), ann, "hello")
    heard = await discord.say(channel, ann, "hello")
    assert (await client.hears()).id == heard.id
    with pytest.raises(dpy.Forbidden, match="50001"):
        await client.get_partial_messageable(there.id).send("hello")


async def test_somebody_else_s_installation_allows_five_further_messages_that_only_they_see(
    discord: DiscordEmulator, client: RecordingClient, ann: Person
) -> None:
    foreign = discord.add_guild(with_bot=False)
    discord.join(foreign, ann)
    discord.install(ann)
    there = discord.add_channel(guild=foreign)
    record = await discord.use_command(there, ann, "ask")
    interaction = await used(client)
    assert (interaction.is_user_integration(), interaction.is_guild_integration()) == (True, False)
    await interaction.response.send_message("0", ephemeral=True)
    for number in range(5):
        await interaction.followup.send(str(number), ephemeral=True)
    with pytest.raises(dpy.HTTPException, match="40094"):
        await interaction.followup.send("5", ephemeral=True)

    was_violated(discord, "40094")
    assert len(record.followups) == 5
    assert all(MessageFlag.EPHEMERAL in message.flags for message in discord.visible(there))


async def test_buttons_of_a_private_answer_are_for_nobody_else(
    discord: DiscordEmulator, client: RecordingClient, ann: Person, channel: Channel
) -> None:
    await discord.use_command(channel, ann, "ask")
    view = dpy.ui.View()
    view.add_item(dpy.ui.Button(label="Stop", custom_id="stop"))
    await (await used(client)).response.send_message("Hello", view=view, ephemeral=True)
    [answer] = discord.visible(channel)
    with pytest.raises(AssertionError, match="somebody else's"):
        await discord.press(answer, discord.add_person("Ben"))
    await discord.press(answer, ann)
    pressed = await used(client, 2)
    await pressed.response.defer()
    await pressed.edit_original_response(content="Stopped")

    assert answer.text == "Stopped"


@pytest.mark.parametrize("change", [{"title": "x" * 46}, {"label": "x" * 46}, {"custom_id": "x" * 101}, {"max": 4001}])
async def test_a_form_that_discord_would_refuse_is_refused(
    discord: DiscordEmulator, client: RecordingClient, ann: Person, channel: Channel, change: dict[str, Any]
) -> None:
    await discord.use_command(channel, ann, "ask")
    form = dpy.ui.Modal(title=change.get("title", "Form"), custom_id=change.get("custom_id", "form"))
    form.add_item(dpy.ui.TextInput(label=change.get("label", "Words"), max_length=change.get("max")))
    with pytest.raises(dpy.HTTPException, match="50035"):
        await (await used(client)).response.send_modal(form)

    was_violated(discord)


async def test_a_form_is_filled_in_as_it_allows(
    discord: DiscordEmulator, client: RecordingClient, ann: Person, channel: Channel
) -> None:
    opened = await discord.use_command(channel, ann, "ask")
    form = dpy.ui.Modal(title="Form", custom_id="form")
    form.add_item(dpy.ui.TextInput(label="Words", custom_id="words", max_length=3))
    with pytest.raises(AssertionError, match="no form"):
        await discord.submit(opened, {"Words": "abc"})
    await (await used(client)).response.send_modal(form)
    for words, objection in (("", "required"), ("abcd", "too long")):
        with pytest.raises(AssertionError, match=objection):
            await discord.submit(opened, {"Words": words})
    await discord.submit(opened, {"Words": "abc"})
    sent = await used(client, 2)
    await sent.response.send_message("Thanks")

    assert (sent.type, [message.text for message in discord.visible(channel)]) == (
        dpy.InteractionType.modal_submit,
        ["Thanks"],
    )


async def test_a_response_of_the_wrong_kind_is_refused(
    discord: DiscordEmulator, client: RecordingClient, ann: Person, channel: Channel
) -> None:
    await discord.use_command(channel, ann, "ask")
    interaction = await used(client)
    with pytest.raises(dpy.HTTPException, match="50035"):
        await client.http.request(
            dpy.http.Route("POST", f"/interactions/{interaction.id}/{interaction.token}/callback"),
            json={"type": 8, "data": {"choices": []}},
        )

    was_violated(discord)


async def test_more_suggestions_than_discord_shows_are_refused(
    discord: DiscordEmulator, client: RecordingClient, ann: Person, channel: Channel
) -> None:
    async def offer_too_many() -> None:
        typed = await used(client)
        with pytest.raises(dpy.HTTPException, match="50035"):
            await typed.response.autocomplete([dpy.app_commands.Choice(name=str(n), value=str(n)) for n in range(26)])
        was_violated(discord)
        await typed.response.autocomplete([dpy.app_commands.Choice(name="1", value="1")])

    offering = client.loop.create_task(offer_too_many())
    assert await discord.suggestions(channel, ann, "ask", "words", "x") == ["1"]
    await offering


async def test_buttons_with_the_same_id_are_refused(
    discord: DiscordEmulator, client: RecordingClient, channel: Channel
) -> None:
    view = dpy.ui.View()
    for label in ("One", "Two"):
        view.add_item(dpy.ui.Button(label=label, custom_id="same"))
    with pytest.raises(dpy.HTTPException, match="50035"):
        await client.get_partial_messageable(channel.id).send("Hello", view=view)

    was_violated(discord, "DUPLICATED")


@pytest.mark.parametrize(
    ("kind", "denied", "code"),
    [
        (ChannelKind.TEXT, Permission.CREATE_PUBLIC_THREADS, 50013),
        (ChannelKind.VOICE, None, 50024),
        (ChannelKind.TEXT, None, 160004),
    ],
)
async def test_a_thread_is_started_only_where_and_once_it_can_be(
    discord: DiscordEmulator, client: RecordingClient, ann: Person, kind: ChannelKind, denied: Permission, code: int
) -> None:
    channel = discord.add_channel(kind=kind)
    said = await discord.say(channel, ann, "hello")
    if denied:
        discord.deny(channel, denied)
    message = client.get_partial_messageable(channel.id, guild_id=discord.guild.id).get_partial_message(said.id)
    if code == 160004:
        await message.create_thread(name="first")
        assert said.thread is not None
        assert said.thread.owner is discord.bot
    with pytest.raises(dpy.HTTPException, match=str(code)):
        await message.create_thread(name="thread")


async def test_a_reaction_needs_its_permission(
    discord: DiscordEmulator, client: RecordingClient, ann: Person, channel: Channel
) -> None:
    said = await discord.say(channel, ann, "hello")
    message = client.get_partial_messageable(channel.id).get_partial_message(said.id)
    await message.add_reaction("👀")
    discord.deny(channel, Permission.ADD_REACTIONS)
    with pytest.raises(dpy.Forbidden):
        await message.add_reaction("🔇")

    assert said.reactions == ["👀"]


async def test_the_chat_of_a_voice_channel_is_closed_to_who_may_not_connect(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    voice = discord.add_channel(kind=ChannelKind.VOICE)
    await client.get_partial_messageable(voice.id).send("hello")
    discord.deny(voice, Permission.CONNECT)
    with pytest.raises(dpy.Forbidden):
        await client.get_partial_messageable(voice.id).send("hello")


async def test_nobody_is_written_to_who_does_not_know_the_bot(
    discord: DiscordEmulator, client: RecordingClient
) -> None:
    stranger = discord.add_person("Cem", guild=discord.add_guild(with_bot=False))
    private = discord.dm(stranger)
    with pytest.raises(dpy.Forbidden, match="50007"):
        await client.get_partial_messageable(private.id).send("hello")
    discord.install(stranger)
    await client.get_partial_messageable(private.id).send("hello")


def of_shard(discord: DiscordEmulator, number: int) -> Guild:
    while True:
        guild = discord.add_guild()
        if (guild.id >> 22) % 2 == number:
            return guild


async def test_a_shard_is_told_of_its_own_guilds_and_only_the_first_of_private_chats(
    discord: DiscordEmulator, ann: Person
) -> None:
    channels = [discord.add_channel(guild=of_shard(discord, number)) for number in range(2)]
    async with (
        connected(discord, shard_id=0, shard_count=2) as first,
        connected(discord, shard_id=1, shard_count=2) as second,
    ):
        for client, number in ((first, 0), (second, 1)):
            assert {(guild.id >> 22) % 2 for guild in client.guilds} == {number}
        for channel in [*channels, discord.dm(ann)]:
            await discord.say(channel, ann, str(channel.id))
        await first.hears(2)
        await second.hears(1)

    assert [message.content for message in second.heard] == [str(channels[1].id)]
    assert {message.content for message in first.heard} == {str(channels[0].id), str(discord.dm(ann).id)}


@pytest.mark.parametrize(("shard", "code"), [((3, 2), 4010), ((0, 2), 4011)])
async def test_shards_that_are_wrong_or_too_few_are_refused(
    discord: DiscordEmulator, shard: tuple[int, int], code: int
) -> None:
    of_shard(discord, 0)
    discord.recommend(shards=2, guilds_per_shard=0 if code == 4011 else 2500)
    with pytest.raises(dpy.ConnectionClosed) as closed:
        async with connected(discord, shard_id=shard[0], shard_count=shard[1]):
            pass

    assert closed.value.code == code
