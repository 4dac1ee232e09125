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

BUSY = "There are too many questions waiting here. Please ask me again in a minute."

EMPTY_ANSWER = "The model gave me no answer to this. Please ask again, perhaps in other words."

TOOL_ASKED = "The model wanted to use a tool that I don't have. Please ask again, perhaps in other words."

FILTERED = "The model's provider held this answer back. Please ask in other words."

LENGTH_NOTE = '*(My answer reached its length limit. Say "go on" and I continue.)*'


def broke_off(sentence: str) -> str:
    """The note under an answer that ends too early, with the sentence of what happened."""
    return f"*(My answer breaks off here. {sentence})*"


def not_seen(number: int, reason: str) -> str:
    """The note about one picture of the question that the model did not get."""
    return f"*(I could not look at picture {number}: {reason}.)*"


TOO_MANY_PICTURES = "there are more pictures here than I can look at together"


def not_a_picture(media_type: str) -> str:
    """The reason for a file that is no picture by the platform's own word."""
    kinds = {"video": "a video", "audio": "a sound recording", "text": "a text file"}
    kind = kinds.get(media_type.partition("/")[0], "not a picture")
    return f"it is {kind}, and I can only look at still pictures so far"


def too_large(limit_bytes: int) -> str:
    """The reason for a file over the byte cap."""
    for unit, size in (("MB", 1_000_000), ("KB", 1_000)):
        if limit_bytes >= size:
            return f"it is larger than {limit_bytes // size} {unit}"
    return f"it is larger than {limit_bytes} bytes"
