"""The bot's own sentences that people read about answers: beside them, under them, and in their place.

Others stand with what they are about: `bot.commands.settings_texts`, `bot.commands.data_texts`, `bot.pictures`, and
what only one platform or server has to say in its adapter.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bot.commands import known
from bot.records.attachments import Medium
from bot.sentences import Sentence, counted, joined, sentence, verbatim

HELP = joined(
    "\n\n",
    [
        sentence("I'm Glimpse. I look at pictures and answer questions."),
        joined(
            "\n",
            [
                sentence("- Send me a photo, with or without a question."),
                sentence(
                    "- In a group, mention me or reply to me. Do so in a reply to anybody's photo, and I see it too."
                ),
                sentence("- I remember this conversation, and only here."),
            ],
        ),
        joined(
            "\n",
            [
                sentence("Ask: {commands}", commands=known.in_words(known.ASK, known.DESCRIBE, known.ALT)),
                sentence("My answer: {commands}", commands=known.in_words(known.STOP, known.RETRY, known.CONTINUE)),
                sentence(
                    "How I behave here: {commands}",
                    commands=known.in_words(known.SETTINGS, known.PERSONA, known.MODEL, known.RESET),
                ),
                sentence("Your data: {commands}", commands=known.in_words(known.USAGE, known.EXPORT, known.FORGET)),
            ],
        ),
    ],
)
"""For a phone's screen: what each command does stands in the platform's own menu of them."""


def no_such_command(near: str) -> Sentence:
    """Said to a slip of the finger; `near` is the command that may be meant, as Markdown."""
    return sentence("I don't know that command. Did you mean {command}?", command=near)


WAS_RESET = sentence("Done: I start over. What was said here before is no longer part of our conversation.")

INTERNAL = sentence("Something went wrong on my side. Please ask me again.")

GAVE_UP = sentence("I tried several times and could not finish this answer. Please ask me again.")

EMPTY_ANSWER = sentence("The model gave me no answer to this. Please ask again, perhaps in other words.")

TOOL_ASKED = sentence("The model wanted to use a tool that I don't have. Please ask again, perhaps in other words.")

FILTERED = sentence("The model's provider held this answer back. Please ask in other words.")

LENGTH_NOTE = sentence('*(My answer reached its length limit. Reply "go on" and I continue.)*')

STOP_LABEL = sentence("Stop")

STOPPED = sentence("Stopped, before I had said anything.")

STOPPED_NOTE = sentence("*(Stopped.)*")

STOPS = sentence("I stop.")

NOTHING_TO_STOP = sentence("There is no answer here right now that I could stop for you.")

TOO_SLOW = sentence("This took too long. Please ask again, perhaps in a simpler way.")

REPETITION_NOTE = sentence("*(I began to repeat myself, so I stopped here.)*")

UNREADABLE = sentence("I could not read that message. Please send it again, perhaps in another form.")

MISSED = sentence("I was away, and more was said here than I can catch up with. Please ask again what you still need.")


def may_not_write(where: str) -> Sentence:
    """Said privately to whoever asked where the bot may not write."""
    return sentence(
        "I saw your message in {place}, but I may not write there. Whoever runs that place can allow it.", place=where
    )


def picture_refused(caption: str) -> Sentence:
    """What stands in place of a picture that the platform did not take."""
    words = sentence(
        "*(I may not post pictures here, so the marked picture is missing. Whoever runs this place can allow it.)*"
    )
    return joined("\n\n", [verbatim(caption), words]) if caption else words


REST_IN_FILE = sentence("*(This answer is long. All of it is in the attached file.)*")

REST_MISSING = sentence("*(The rest does not fit into this one message. Ask me in a private chat for all of it.)*")

ONLY_TEXT = sentence("*(Here I can only write. Ask me in a private chat for pictures and files.)*")

ONE_MOMENT = sentence("One moment… *(If this stays, please ask me again.)*")

TAKEN_BACK = sentence("This answer was taken back.")

BUTTON_IS_FORGOTTEN = sentence("I no longer know what this button belongs to. Please ask me again.")
"""Said to who pressed it, as is the next. A platform shows 200 characters (Bot API, answerCallbackQuery)."""

BUTTON_OF_ANOTHER = sentence("Only the person who asked can use these buttons. Ask me yourself, and you get your own.")

FILE_REFUSED = sentence("*(I may not send files here, so the file is missing. Whoever runs this place can allow it.)*")

ALT_MARK = sentence("**Described by AI:** ")

ALT_NEEDS_PICTURE = sentence("Which picture? Reply to it with `/alt`, or send `/alt` together with it.")

ALT_NOT_SEEN = sentence("There is nothing here that I can describe.")

ALT_ON = sentence(
    "From now on I describe every picture posted here, for people who can't see it. `/alt off` ends that."
)

ALT_OFF = sentence("I no longer describe every picture posted here. `/alt` still describes a single one.")


CUT_OFF_NOTE = sentence(
    '*(My answer breaks off here: the connection to the model was lost. Reply "go on" and I continue.)*'
)


def broke_off(why: Sentence) -> Sentence:
    """The note under an answer that ends too early, with the sentence of what happened."""
    return sentence('*(My answer breaks off here. {why} Or reply "go on", and I continue from here.)*', why=why)


def held_back(why: Sentence) -> Sentence:
    """The same where going on would not help."""
    return sentence("*(My answer breaks off here. {why})*", why=why)


HIDDEN = sentence(
    "*(I am not allowed to see the message you replied to. Its menu shows it to me: "
    "press and hold it, or right-click it, then Apps. Or send the picture together with your question.)*"
)


_THE_ONLY: Mapping[Medium, Sentence] = MappingProxyType(
    {
        Medium.PICTURE: sentence("the picture"),
        Medium.VIDEO: sentence("the video"),
        Medium.RECORDING: sentence("the sound recording"),
        Medium.FILE: sentence("the file"),
    }
)


def called(medium: Medium, number: int | None) -> Sentence:
    """What people call an attachment: by its number among those of its medium, or None for the only one."""
    if number is None:
        return _THE_ONLY[medium]
    match medium:
        case Medium.PICTURE:
            return sentence("picture {number}", number=number)
        case Medium.VIDEO:
            return sentence("video {number}", number=number)
        case Medium.RECORDING:
            return sentence("sound recording {number}", number=number)
        case Medium.FILE:
            return sentence("file {number}", number=number)


def not_seen(what: Sentence, reason: Sentence) -> Sentence:
    """The note about an attachment of the question that the model did not get; `what` as `called`."""
    return sentence("*(I could not look at {what}: {reason}.)*", what=what, reason=reason)


_ONLY_STILL = "the file itself ({reason}); only its preview is shown"


def seen_in_part(what: Sentence, left_out: Sentence) -> Sentence:
    """The note about an attachment of which the model got only a part."""
    if left_out.msgid == _ONLY_STILL:
        return sentence(
            "*(I could see only the preview of {what}, because {reason}.)*",
            what=what,
            reason=left_out.arguments["reason"],
        )
    return sentence("*(I looked only at a part of {what}; left out: {left_out}.)*", what=what, left_out=left_out)


def only_still(reason: Sentence) -> Sentence:
    """What is left out of a file that is shown by the platform's still picture of it: as the model is told."""
    return Sentence(_ONLY_STILL, {"reason": reason})


def only_first(count: int, total: int) -> Sentence:
    """What is left out of a file whose parts do not fit into one request."""
    return counted(
        "all but the first of {total} parts", "all but the first {count} of {total} parts", count=count, total=total
    )


def not_a_picture(media_type: str) -> Sentence:
    """The reason for a file that is no picture by the platform's own word."""
    if media_type.startswith("audio/"):
        return sentence("I can only look at things, not listen")
    return sentence("it is no picture, and I can only look at things")


def too_large(limit_bytes: int) -> Sentence:
    """The reason for a file over the byte cap."""
    for unit, size in ((sentence("MB"), 1_000_000), (sentence("KB"), 1_000)):
        if limit_bytes >= size:
            return sentence("it is larger than {size} {unit}", size=limit_bytes // size, unit=unit)
    return counted("it is larger than {count} byte", "it is larger than {count} bytes", count=limit_bytes)


def busy(ahead: int) -> Sentence:
    """The sentence for a full queue; `ahead` is how many questions must be answered before this one."""
    if ahead <= 1:
        return sentence("I can't take this one on: I am very busy at the moment. Please ask me again in a minute.")
    return counted(
        "I can't take this one on: {count} question is ahead of yours here. Please ask me again in a minute.",
        "I can't take this one on: {count} questions are ahead of yours here. Please ask me again in a minute.",
        count=ahead,
    )


def not_shown(limit: int) -> Sentence:
    """The reason for a picture that was left out of the request."""
    if limit == 0:
        return sentence("the model that answers here can't see pictures")
    return counted("I can look at only one picture at once", "I can look at only {count} pictures at once", count=limit)


RETRY_LABEL = sentence("Try again")

CONTINUE_LABEL = sentence("Go on")

FORGET_LABEL = sentence("Forget")

RETRIES = sentence("I answer that again.")

NOTHING_TO_RETRY = sentence("There is no question here that I could answer again. Please ask it.")

NOT_ALLOWED = sentence("Only those who manage this chat can change that. Please ask one of them.")

NOT_A_MEMBER = sentence(
    "I can't do that here: I am not in this chat, so I get to see only what is said to me. Whoever manages it can "
    "add me."
)

RIGHTS_UNKNOWN = sentence("I could not find out whether you may change that. Please try again in a minute.")

NOT_A_CHOICE = sentence("I don't know that choice. These are the ones I know.")
