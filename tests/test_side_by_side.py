"""Where each person has a conversation of their own: nobody waits for somebody else's answer, and orders are kept."""

import asyncio

from tests.emulators.common import eventually
from tests.emulators.model import Call, Script
from tests.emulators.model_script import pieces_of
from tests.home import Home
from tests.people import Place, TelegramPeople


async def group_of_people_apart(home: Home) -> Place:
    """A group where each person has a conversation of their own. The bot has said one thing there."""
    group = home.people.hearing_group()
    home.people.make_manager(group, "Ann")
    await home.people.command(group, "settings", "sharing own")
    await home.next(group, 1, beginning="Each person")
    return group


def whole(call: Call) -> str:
    return f"To {call.text.split()[-1]}."


async def test_a_slow_answer_holds_up_only_who_asked_for_it(home: Home) -> None:
    people, hold = home.people, asyncio.Event()
    group = await group_of_people_apart(home)
    home.model.reply_with(whole)
    home.model.reply(Script(pieces=pieces_of("Slowly, but surely."), hold=hold, hold_after=1), when="slow")
    slow = await people.say(group, "slow", mention=True)
    await home.asked(1)
    second = await people.say(group, "second", mention=True)
    quick = await people.say(group, "quick", who="Bob", mention=True)
    await eventually(lambda: "To quick." in home.shown(group), what="Bob's answer")
    await home.asked(2)
    hold.set()
    await eventually(lambda: home.shown(group)[-1] == "To second.", what="what Ann asked next")
    assert set(home.shown(group)[1:]) == {"Slowly, but surely.", "To quick.", "To second."}
    replied_to = dict(zip(home.shown(group), people.replied_to(group), strict=True))
    assert replied_to["Slowly, but surely."] == people.id_of(slow)
    assert replied_to["To quick."] == people.id_of(quick)
    assert replied_to["To second."] == people.id_of(second)


async def test_after_a_kill_each_goes_on_in_order_and_nobody_waits_for_somebody_elses_answer(home: Home) -> None:
    people, hold = home.people, asyncio.Event()
    group = await group_of_people_apart(home)
    held = Script(pieces=pieces_of("Slowly, but surely."), hold=hold, hold_after=1)
    home.model.reply_with(lambda call: held)
    for who in ("Ann", "Bob"):
        for number in (1, 2):
            await people.say(group, f"{who}{number}", who=who, mention=True)
    await home.asked(2)
    await home.bot.kill()
    if isinstance(people, TelegramPeople):
        people.telegram.bot_forgot()
    home.model.reply_with(lambda call: held if call.text.endswith("Ann1") else whole(call))
    await home.bot.start()
    await people.ready()
    await eventually(lambda: "To Bob2." in home.shown(group), what="all that Bob asked")
    assert "To Ann2." not in home.shown(group)
    hold.set()
    await eventually(lambda: "To Ann2." in home.shown(group), what="what Ann asked next")
    answers = {"Slowly, but surely.", "To Bob1.", "To Bob2.", "To Ann2."}
    assert sorted(home.shown(group)[1:]) == sorted(answers)
    assert [text for text in home.shown(group) if "Bob" in text] == ["To Bob1.", "To Bob2."]
    assert [text for text in home.shown(group)[1:] if "Bob" not in text] == ["Slowly, but surely.", "To Ann2."]
