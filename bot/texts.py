"""Every sentence of the bot's own that a person reads (the model's failures bring theirs: `bot.errors`)."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.choices import AnswerMode
from bot.commands.known import COMMANDS
from bot.personal import Spent

HELP = "\n".join(
    [
        "I'm Glimpse. I look at pictures and answer questions.",
        "",
        "- Write to me privately, mention me, or reply to one of my messages.",
        "- Send a photo, with or without a question. Without one I describe it.",
        '- Reply to anybody\'s photo, mention me and ask: "what is this?"',
        "- I remember this conversation, and only here.",
        "",
        *(f"`/{name}` {description}" for name, description in COMMANDS.items()),
    ]
)

WAS_RESET = "Done: I start over. What was said here before is no longer part of our conversation."

INTERNAL = "Something went wrong on my side. Please ask me again."

GAVE_UP = "I tried several times and could not finish this answer. Please ask me again."

EMPTY_ANSWER = "The model gave me no answer to this. Please ask again, perhaps in other words."

TOOL_ASKED = "The model wanted to use a tool that I don't have. Please ask again, perhaps in other words."

FILTERED = "The model's provider held this answer back. Please ask in other words."

LENGTH_NOTE = '*(My answer reached its length limit. Say "go on" and I continue.)*'

STOP_LABEL = "Stop"

STOPPED = "Stopped, before I had said anything."

STOPPED_NOTE = "*(Stopped.)*"

STOPS = "I stop."

NOTHING_TO_STOP = "I'm not answering anything here right now."

TOO_SLOW = "This took too long. Please ask again, perhaps in a simpler way."

REPETITION_NOTE = "*(I began to repeat myself, so I stopped here.)*"

UNREADABLE = "I could not read that message. Please send it again, perhaps in another form."

MISSED = "I was away, and more was said here than I can catch up with. Please ask again what you still need."


def may_not_write(where: str) -> str:
    """Said privately to whoever asked where the bot may not write."""
    return f"I saw your message in {where}, but I may not write there. Whoever runs that place can allow it."


def picture_refused(caption: str) -> str:
    """What stands in place of a picture that the platform did not take."""
    words = "*(I may not post pictures here, so the marked picture is missing. Whoever runs this place can allow it.)*"
    return f"{caption}\n\n{words}" if caption else words


REST_IN_FILE = "*(This answer is long. All of it is in the attached file.)*"

FILE_REFUSED = "*(I may not send files here, so the file is missing. Whoever runs this place can allow it.)*"

ALT_MARK = "**Described by AI:** "

ALT_NEEDS_PICTURE = "Which picture? Reply to it with `/alt`, or send `/alt` together with it."

ALT_NOT_SEEN = "There is nothing here that I can describe."

ALT_ON = "From now on I describe every picture posted here, for people who can't see it. `/alt off` ends that."

ALT_OFF = "I no longer describe every picture posted here. `/alt` still describes a single one."


CUT_OFF_NOTE = '*(My answer breaks off here: the connection to the model was lost. Say "go on" and I continue.)*'


def broke_off(sentence: str) -> str:
    """The note under an answer that ends too early, with the sentence of what happened."""
    return f'*(My answer breaks off here. {sentence} Or say "go on", and I continue from here.)*'


HIDDEN = (
    "*(I am not allowed to see the message you replied to. Its menu shows it to me: "
    "press and hold it, or right-click it, then Apps. Or send the picture together with your question.)*"
)


def not_seen(number: int, reason: str) -> str:
    """The note about one picture of the question that the model did not get."""
    return f"*(I could not look at picture {number}: {reason}.)*"


def seen_in_part(number: int, left_out: str) -> str:
    """The note about a file of which the model got only a part."""
    return f"*(I looked only at a part of picture {number}; left out: {left_out}.)*"


def only_still(reason: str) -> str:
    """What is left out of a file that is shown by the platform's still picture of it."""
    return f"the file itself ({reason}); I saw its preview picture"


def only_first(count: int, total: int) -> str:
    """What is left out of a file whose parts do not fit into one request."""
    return f"all but the first {count} of {total} parts"


def not_a_picture(media_type: str) -> str:
    """The reason for a file that is no picture by the platform's own word."""
    kind = "a sound recording" if media_type.startswith("audio/") else "no picture"
    return f"it is {kind}, and I can only look at things"


def too_large(limit_bytes: int) -> str:
    """The reason for a file over the byte cap."""
    for unit, size in (("MB", 1_000_000), ("KB", 1_000)):
        if limit_bytes >= size:
            return f"it is larger than {limit_bytes // size} {unit}"
    return f"it is larger than {limit_bytes} bytes"


def busy(ahead: int) -> str:
    """The sentence for a full queue; `ahead` is how many questions wait in this conversation."""
    waiting = f"{ahead} questions are ahead of yours here" if ahead > 1 else "I am very busy at the moment"
    return f"I can't take this one on: {waiting}. Please ask me again in a minute."


def not_shown(limit: int) -> str:
    """The reason for a picture that was left out of the request."""
    if limit == 0:
        return "the model that answers here can't see pictures"
    return "I can look at only one picture at once" if limit == 1 else f"I can look at only {limit} pictures at once"


def privacy_mode(username: str) -> str:
    """What a Telegram group is told that the bot joins in privacy mode. `username` is the bot's."""
    return (
        f"Hi! Mention me (@{username}), reply to me or use a command, and I answer. I can't see anything else that is "
        "written here, nor the other pictures of an album: if you want me to, make me an administrator, or turn "
        "privacy mode off at @BotFather (/setprivacy) and add me again."
    )


RETRY_LABEL = "Try again"

CONTINUE_LABEL = "Go on"

RETRIES = "I answer that again."

NOTHING_TO_RETRY = "There is no question here that I could answer again. Please ask it."

NOT_ALLOWED = "Only those who manage this chat can change that. Please ask one of them."

RIGHTS_UNKNOWN = "I could not find out whether you may change that. Please try again in a minute."

NOT_A_CHOICE = "I don't know that choice. These are the ones I know."

FORGET = "What shall I forget? It can't be brought back."

FORGET_LAST_LABEL = "My last question"

FORGET_THAT_LABEL = "That question"

FORGET_HERE_LABEL = "This conversation"

FORGET_EVERYTHING_LABEL = "Everything of mine"

FORGOTTEN_EXCHANGE = "Done: that question and my answer are forgotten."

FORGOTTEN_HERE = "Done: I have forgotten this conversation. What I wrote here stays until you delete it."

FORGOTTEN_OWN_HERE = (
    "Done: I have forgotten what you said here and what I answered you. What I wrote here stays in the chat."
)

FORGOTTEN_EVERYTHING = (
    "Done: I have forgotten all that you ever said to me here and elsewhere, and what I answered you. "
    "What I wrote stays in the chats."
)

NOTHING_TO_FORGET = (
    "I remember no question of yours like that. Reply to one of yours, or to my answer, with `/forget message`."
)

EXPORT_PRIVATELY = "That is for your eyes only. Write `/export` to me in a private chat, and I send you the file."

EXPORTED = "This is all that I keep of what you said to me, and of what I answered."

NOTHING_KEPT = "I keep nothing of you."

SETTINGS = "This is how I behave here. Choose what you want to change."

BACK_LABEL = "‹ Back"

ON_LABEL = "Yes"

OFF_LABEL = "No"

USUAL_LABEL = "As usual"

EACH_LABEL = "Each person's own"

APART_LABEL = "One for each person"

TOGETHER_LABEL = "One for all"

PAGE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "answers": "When I answer",
        "pictures": "Pictures",
        "listening": "Listening",
        "sharing": "Sharing",
        "memory": "Memory",
        "language": "Language",
        "persona": "Manner",
        "model": "Model",
    }
)

PAGE_HINTS: Mapping[str, str] = MappingProxyType(
    {
        "answers": "When shall I answer? For a wake word of your own, write `/settings wake` and the word.",
        "pictures": "Shall I describe every picture that is posted here, for people who can't see it?",
        "listening": "Shall I also remember what is said here to others, to know what you talk about?",
        "sharing": "Shall all people here share one conversation with me, or have one each?",
        "memory": "How many earlier questions and answers shall I look back at?",
        "language": "Which language shall I speak here?",
        "persona": "In which manner shall I speak here? For one of your own, write `/persona` and describe it.",
        "model": "Which model shall answer here?",
    }
)

ANSWER_LABELS: Mapping[AnswerMode, str] = MappingProxyType(
    {
        AnswerMode.MENTION: "When mentioned",
        AnswerMode.WAKE_WORD: "At a wake word",
        AnswerMode.EVERY: "Every message",
    }
)

DESCRIBES_ALL = "I describe every picture that is posted here."

DESCRIBES_ASKED = "I describe pictures when somebody asks me."

LISTENS = "I remember what is said here to others, too."

LISTENS_NOT = "I remember only what is said to me."

APART = "Each person has a conversation of their own with me."

TOGETHER = "All people here share one conversation with me."

HEARS_EVERYTHING = (
    "From now on I remember everything that is written here, also what is not meant for me, to know what you talk "
    "about. It is kept for a limited time, and goes to the model together with your questions. `/settings` ends that."
)

ANSWERS_EVERYTHING = (
    "From now on I read and answer every message that is written here. It goes to the model and is kept for a limited "
    "time. `/settings` ends that."
)


def answers_to(mode: AnswerMode, wake_word: str) -> str:
    """When the bot answers in a group."""
    match mode:
        case AnswerMode.MENTION:
            return "I answer when somebody mentions me or replies to me."
        case AnswerMode.WAKE_WORD:
            return f'I answer when somebody mentions me, replies to me or says "{wake_word}".'
        case AnswerMode.EVERY:
            return "I answer every message."


def remembers(exchanges: int) -> str:
    """How far the bot looks back."""
    if exchanges == 0:
        return "I answer each question for itself, without looking back."
    return f"I look back at up to {exchanges} earlier questions and answers."


def memory_label(exchanges: int) -> str:
    """The button of a length of memory."""
    return "Nothing" if exchanges == 0 else f"Up to {exchanges}"


def speaks(language: str) -> str:
    """Which language the bot speaks; empty: each person's own."""
    return f"I speak {language}." if language else "I speak the language of whoever asks me."


def in_manner(persona: str, *, is_named: bool) -> str:
    """In which manner the bot speaks."""
    if not persona:
        return "I speak in my usual manner."
    return f'I speak in the manner "{persona}".' if is_named else f"I speak as somebody here described it: {persona}"


def answered_by(model: str) -> str:
    """Which model answers."""
    return f"The model `{model}` answers."


def usage(today: Spent, month: Spent) -> str:
    """What one person used, or one conversation."""
    return f"- {_spent('Today', today)}\n- {_spent('This month', month)}"


def usage_of_person(today: Spent, month: Spent) -> str:
    """What one person used, anywhere on the platform."""
    return f"**You, in all our conversations**\n{usage(today, month)}"


def usage_here(today: Spent, month: Spent) -> str:
    """What all people used in one conversation."""
    return f"**Everybody, in this conversation**\n{usage(today, month)}"


def _spent(when: str, spent: Spent) -> str:
    tokens = spent.prompt_tokens + spent.completion_tokens
    counted = f"{when}: answers {spent.questions}, pictures {spent.pictures}, tokens {tokens:,}"
    return counted if spent.cost_usd is None else f"{counted}, cost ${spent.cost_usd:.4f}"
