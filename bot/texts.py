"""Every sentence of the bot's own that a person reads (the model's failures bring theirs: `bot.errors`)."""

from bot.commands import COMMANDS

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


def picture_refused(caption: str) -> str:
    """What stands in place of a picture that the platform did not take."""
    words = "*(I may not post pictures here, so the marked picture is missing. Whoever runs this place can allow it.)*"
    return f"{caption}\n\n{words}" if caption else words


ALT_MARK = "**Described by AI:** "

ALT_NEEDS_PICTURE = "Which picture? Reply to it with `/alt`, or send `/alt` together with it."

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
