"""All scenes, in the order of the page."""

from collections.abc import Sequence

from tests.transcript import (
    scenes_answers,
    scenes_commands,
    scenes_discord,
    scenes_groups,
    scenes_telegram,
    scenes_trouble,
)
from tests.transcript.scenario import Play, Scenario

_DISCORD, _TELEGRAM = "discord", "telegram"


def _scene(name: str, title: str, play: Play, only_on: str = "", **variables: str) -> Scenario:
    return Scenario(name=name, title=title, play=play, only_on=only_on, variables=variables)


SCENARIOS: Sequence[Scenario] = (
    _scene("growing", "A question, and the answer grows", scenes_answers.growing),
    _scene("photo", "Somebody's photo", scenes_answers.somebodys_photo),
    _scene("pointed-out", "Pointed out on the picture", scenes_answers.pointed_out),
    _scene("alone", "A photo without words, and one to work with", scenes_answers.photo_alone),
    _scene("album", "An album", scenes_answers.album),
    _scene("forwarded", "A forwarded message", scenes_groups.forwarded),
    _scene("alt", "Alt text", scenes_answers.described),
    _scene("formatted", "A well-formed answer", scenes_answers.formatted),
    _scene("code", "Code and a table", scenes_answers.code),
    _scene("tables", "Tables, narrow and wide", scenes_answers.tables),
    _scene("symbols", "Symbols and formulas", scenes_answers.plain_symbols),
    _scene("formulas", "More formulas", scenes_answers.formulas),
    _scene("scripts", "Arabic and Chinese", scenes_answers.other_scripts),
    _scene("rtl", "From right to left", scenes_answers.right_to_left),
    _scene("long", "A long answer", scenes_answers.long_answer),
    _scene("file", "An answer too long for a chat", scenes_answers.beyond_parts, ANSWER_PARTS="2"),
    _scene("edited", "An edited question", scenes_trouble.edited),
    _scene("deleted", "A deleted question", scenes_trouble.deleted, _DISCORD),
    _scene("stopped", "Stopped", scenes_trouble.stopped),
    _scene("failing", "When the model fails", scenes_trouble.failing),
    _scene("buttons", "Try again, and go on", scenes_commands.pressed),
    _scene("unseen", "A picture that can't be opened", scenes_trouble.unseen),
    _scene("busy", "Too many questions at once", scenes_trouble.busy),
    _scene("restarted", "Killed in the middle of an answer", scenes_trouble.restarted),
    _scene("help", "Help, and a new beginning", scenes_commands.helped),
    _scene("settings", "Settings of a group", scenes_commands.settings),
    _scene("settings-alone", "Settings in private", scenes_commands.settings_alone),
    _scene("persona", "The manner of speaking", scenes_commands.persona),
    _scene("model", "The model", scenes_commands.model),
    _scene("usage", "What was used", scenes_commands.usage),
    _scene("own-data", "One's own data: handed out, and forgotten", scenes_commands.own_data),
    _scene("wake-word", "A wake word", scenes_groups.wake_word),
    _scene("every-message", "Every message is answered", scenes_groups.every_message),
    _scene("listening", "Listening", scenes_groups.listening),
    _scene("side-room", "A thread or topic", scenes_groups.side_room),
    _scene("languages", "In people's own languages", scenes_groups.languages),
    _scene("slash", "A slash command, with suggestions", scenes_discord.slash_command, _DISCORD),
    _scene("menu", "From the menu of a message", scenes_discord.message_menu, _DISCORD),
    _scene("user-install", "Where the bot is not a member", scenes_discord.user_install, _DISCORD),
    _scene("permissions", "Where the bot may do less", scenes_discord.permissions, _DISCORD),
    _scene("muted", "Where the bot may not write", scenes_discord.muted, _DISCORD),
    _scene("own-threads", "A thread for each question", scenes_discord.own_threads, _DISCORD, DISCORD_THREADS="on"),
    _scene("quotes", "Quotes, also from other chats", scenes_telegram.quotes, _TELEGRAM),
    _scene("joined", "Added to a group", scenes_telegram.joined, _TELEGRAM),
    _scene("upgraded", "A group becomes a supergroup", scenes_telegram.upgraded, _TELEGRAM),
    _scene("commands", "The menu of commands", scenes_telegram.command_menu, _TELEGRAM),
    _scene("reactions", "Seen", scenes_telegram.reactions, _TELEGRAM, TELEGRAM_REACTIONS="on"),
    _scene("guest", "Where it is not a member", scenes_telegram.as_guest, _TELEGRAM),
    _scene("inline", "Asked inline", scenes_telegram.inline, _TELEGRAM, TELEGRAM_INLINE="on"),
    _scene("drafts", "An answer that grows as a draft", scenes_telegram.drafts, _TELEGRAM, TELEGRAM_DRAFTS="on"),
)
