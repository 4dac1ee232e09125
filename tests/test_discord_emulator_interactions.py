"""The rules of commands, menus, forms, suggestions and private answers on the emulated Discord."""

from collections.abc import AsyncIterator
from typing import Any

import discord as dpy
import pytest

from tests.emulators.common import eventually
from tests.emulators.discord import DiscordEmulator
from tests.emulators.discord_client import RecordingClient, connected
from tests.emulators.discord_kinds import MessageFlag
from tests.emulators.discord_world import Channel, Person

ASK: dict[str, Any] = {
    "name": "ask",
    "description": "Ask",
    "options": [{"type": 3, "name": "words", "description": "Words", "autocomplete": True}],
    "contexts": [0, 1, 2],
    "integration_types": [0, 1],
}
MENU: dict[str, Any] = {"name": "About", "type": 3, "contexts": [0], "integration_types": [0]}


@pytest.fixture
async def client(discord: DiscordEmulator) -> AsyncIterator[RecordingClient]:
    async with connected(discord) as client:
        await client.http.bulk_upsert_global_commands(discord.application_id, [ASK, MENU])
        yield client


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
