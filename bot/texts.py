"""Every sentence of the bot's own that a person reads (the model's failures bring theirs: `bot.errors`)."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.choices import AnswerMode
from bot.commands import known
from bot.personal import Spent
from bot.sentences import Sentence, counted, joined, sentence, verbatim

HELP = joined(
    "\n\n",
    [
        sentence("I'm Glimpse. I look at pictures and answer questions."),
        joined(
            "\n",
            [
                sentence("- Send me a photo, with or without a question."),
                sentence("- In a group, mention me or reply to me. Reply so to anybody's photo, and I see it too."),
                sentence("- I remember this conversation, and only here."),
            ],
        ),
        joined(
            "\n",
            [
                sentence("Ask: {commands}", commands=known.in_words(known.ASK, known.DESCRIBE, known.ALT)),
                sentence("My answer: {commands}", commands=known.in_words(known.STOP, known.RETRY, known.CONTINUE)),
                sentence(
                    "How I am here: {commands}",
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

LENGTH_NOTE = sentence('*(My answer reached its length limit. Say "go on" and I continue.)*')

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


GOES_ON_PRIVATELY = sentence(
    "This takes longer than Discord lets me answer here. My answer comes in our private chat. If it does not, please "
    "ask me again."
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

INLINE_TITLE = sentence("Ask Glimpse")

INLINE_HINT = sentence("Type your question")

TAKEN_BACK = sentence("This answer was taken back.")

FILE_REFUSED = sentence("*(I may not send files here, so the file is missing. Whoever runs this place can allow it.)*")

ALT_MARK = sentence("**Described by AI:** ")

ALT_NEEDS_PICTURE = sentence("Which picture? Reply to it with `/alt`, or send `/alt` together with it.")

ALT_NOT_SEEN = sentence("There is nothing here that I can describe.")

ALT_ON = sentence(
    "From now on I describe every picture posted here, for people who can't see it. `/alt off` ends that."
)

ALT_OFF = sentence("I no longer describe every picture posted here. `/alt` still describes a single one.")


CUT_OFF_NOTE = sentence(
    '*(My answer breaks off here: the connection to the model was lost. Say "go on" and I continue.)*'
)


def broke_off(why: Sentence) -> Sentence:
    """The note under an answer that ends too early, with the sentence of what happened."""
    return sentence('*(My answer breaks off here. {why} Or say "go on", and I continue from here.)*', why=why)


def held_back(why: Sentence) -> Sentence:
    """The same where going on would not help."""
    return sentence("*(My answer breaks off here. {why})*", why=why)


HIDDEN = sentence(
    "*(I am not allowed to see the message you replied to. Its menu shows it to me: "
    "press and hold it, or right-click it, then Apps. Or send the picture together with your question.)*"
)


def not_seen(number: int, reason: Sentence) -> Sentence:
    """The note about one picture of the question that the model did not get."""
    return sentence("*(I could not look at picture {number}: {reason}.)*", number=number, reason=reason)


def seen_in_part(number: int, left_out: Sentence) -> Sentence:
    """The note about a file of which the model got only a part."""
    return sentence(
        "*(I looked only at a part of picture {number}; left out: {left_out}.)*", number=number, left_out=left_out
    )


def only_still(reason: Sentence) -> Sentence:
    """What is left out of a file that is shown by the platform's still picture of it."""
    return sentence("the file itself ({reason}); I saw its preview picture", reason=reason)


def only_first(count: int, total: int) -> Sentence:
    """What is left out of a file whose parts do not fit into one request."""
    return counted(
        "all but the first of {total} parts", "all but the first {count} of {total} parts", count=count, total=total
    )


def not_a_picture(media_type: str) -> Sentence:
    """The reason for a file that is no picture by the platform's own word."""
    if media_type.startswith("audio/"):
        return sentence("it is a sound recording, and I can only look at things")
    return sentence("it is no picture, and I can only look at things")


def too_large(limit_bytes: int) -> Sentence:
    """The reason for a file over the byte cap."""
    for unit, size in ((sentence("MB"), 1_000_000), (sentence("KB"), 1_000)):
        if limit_bytes >= size:
            return sentence("it is larger than {size} {unit}", size=limit_bytes // size, unit=unit)
    return counted("it is larger than {count} byte", "it is larger than {count} bytes", count=limit_bytes)


def busy(ahead: int) -> Sentence:
    """The sentence for a full queue; `ahead` is how many questions wait in this conversation."""
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


def privacy_mode(username: str) -> Sentence:
    """What a Telegram group is told that the bot joins in privacy mode. `username` is the bot's."""
    return sentence(
        "Hi! Mention me (@{username}), reply to me or use a command, and I answer. I can't see anything else that is "
        "written here, nor the other pictures of an album: if you want me to, make me an administrator, or turn "
        "privacy mode off at @BotFather (/setprivacy) and add me again.",
        username=username,
    )


RETRY_LABEL = sentence("Try again")

CONTINUE_LABEL = sentence("Go on")

FORGET_LABEL = sentence("Forget")

RETRIES = sentence("I answer that again.")

NOTHING_TO_RETRY = sentence("There is no question here that I could answer again. Please ask it.")

NOT_ALLOWED = sentence("Only those who manage this chat can change that. Please ask one of them.")

RIGHTS_UNKNOWN = sentence("I could not find out whether you may change that. Please try again in a minute.")

NOT_A_CHOICE = sentence("I don't know that choice. These are the ones I know.")

FORGET = sentence("What shall I forget? It can't be brought back.")

FORGET_LAST_LABEL = sentence("My last question")

FORGET_THAT_LABEL = sentence("That question")

FORGET_HERE_LABEL = sentence("This conversation")

FORGET_EVERYTHING_LABEL = sentence("Everything of mine")

FORGOTTEN_EXCHANGE = sentence("Done: that question and my answer are forgotten.")

FORGOTTEN_HERE = sentence("Done: I have forgotten this conversation. What I wrote here stays until you delete it.")

FORGOTTEN_OWN_HERE = sentence(
    "Done: I have forgotten what you said here and what I answered you. What I wrote here stays in the chat."
)

FORGOTTEN_EVERYTHING = sentence(
    "Done: I have forgotten all that you ever said to me here and elsewhere, and what I answered you. "
    "What I wrote stays in the chats."
)

NOTHING_TO_FORGET = sentence(
    "I remember no question of yours like that. Reply to one of yours, or to my answer, with `/forget message`."
)

EXPORT_PRIVATELY = sentence(
    "That is for your eyes only. Write `/export` to me in a private chat, and I send you the file."
)

EXPORTED = sentence("This is all that I keep of what you said to me, and of what I answered.")

NOTHING_KEPT = sentence("I keep nothing of you.")

SETTINGS = sentence("This is how I behave here. Choose what you want to change.")

BACK_LABEL = sentence("‹ Back")

ON_LABEL = sentence("Yes")

OFF_LABEL = sentence("No")

USUAL_LABEL = sentence("As usual")

EACH_LABEL = sentence("Each person's own")

APART_LABEL = sentence("One for each person")

TOGETHER_LABEL = sentence("One for all")

PAGE_LABELS: Mapping[str, Sentence] = MappingProxyType(
    {
        "answers": sentence("When I answer"),
        "pictures": sentence("Pictures"),
        "listening": sentence("Listening"),
        "sharing": sentence("Sharing"),
        "memory": sentence("Memory"),
        "language": sentence("Language"),
        "persona": sentence("Manner"),
        "model": sentence("Model"),
    }
)

PAGE_HINTS: Mapping[str, Sentence] = MappingProxyType(
    {
        "answers": sentence("When shall I answer? For a wake word of your own, write `/settings wake` and the word."),
        "pictures": sentence("Shall I describe every picture that is posted here, for people who can't see it?"),
        "listening": sentence("Shall I also remember what is said here to others, to know what you talk about?"),
        "sharing": sentence("Shall all people here share one conversation with me, or have one each?"),
        "memory": sentence("How many earlier questions and answers shall I look back at?"),
        "language": sentence("Which language shall I speak here?"),
        "persona": sentence(
            "In which manner shall I speak here? For one of your own, write `/persona` and describe it."
        ),
        "model": sentence("Which model shall answer here?"),
    }
)

ANSWER_LABELS: Mapping[AnswerMode, Sentence] = MappingProxyType(
    {
        AnswerMode.MENTION: sentence("When mentioned"),
        AnswerMode.WAKE_WORD: sentence("At a wake word"),
        AnswerMode.EVERY: sentence("Every message"),
    }
)

DESCRIBES_ALL = sentence("I describe every picture that is posted here.")

DESCRIBES_ASKED = sentence("I describe pictures when somebody asks me.")

LISTENS = sentence("I remember what is said here to others, too.")

LISTENS_NOT = sentence("I remember only what is said to me.")

APART = sentence("Each person has a conversation of their own with me.")

TOGETHER = sentence("All people here share one conversation with me.")

HEARS_EVERYTHING = sentence(
    "From now on I remember everything that is written here, also what is not meant for me, to know what you talk "
    "about. It is kept for a limited time, and goes to the model together with your questions. `/settings` ends that."
)

ANSWERS_EVERYTHING = sentence(
    "From now on I read and answer every message that is written here. It goes to the model and is kept for a limited "
    "time. `/settings` ends that."
)


_MANNERS: Mapping[str, Sentence] = MappingProxyType(
    {
        "brief": sentence("brief"),
        "thorough": sentence("thorough"),
        "simple": sentence("simple"),
        "formal": sentence("formal"),
    }
)


def answers_to(mode: AnswerMode, wake_word: str) -> Sentence:
    """When the bot answers in a group."""
    match mode:
        case AnswerMode.MENTION:
            return sentence("I answer when somebody mentions me or replies to me.")
        case AnswerMode.WAKE_WORD:
            return sentence('I answer when somebody mentions me, replies to me or says "{word}".', word=wake_word)
        case AnswerMode.EVERY:
            return sentence("I answer every message.")


def remembers(exchanges: int) -> Sentence:
    """How far the bot looks back."""
    if exchanges == 0:
        return sentence("I answer each question for itself, without looking back.")
    return counted(
        "I look back at up to {count} earlier question and its answer.",
        "I look back at up to {count} earlier questions and answers.",
        count=exchanges,
    )


def memory_label(exchanges: int) -> Sentence:
    """The button of a length of memory."""
    return sentence("Nothing") if exchanges == 0 else sentence("Up to {number}", number=exchanges)


def speaks(language: str) -> Sentence:
    """Which language the bot speaks; empty: each person's own."""
    if not language:
        return sentence("I speak the language of whoever asks me.")
    return sentence("I speak this language here: {language}.", language=language)


_PERSONA_SHOWN = 300
"""Characters of a manner in people's own words that a menu shows: it is to fit on a screen."""


def in_manner(persona: str, *, is_named: bool) -> Sentence:
    """In which manner the bot speaks."""
    if not persona:
        return sentence("I speak in my usual manner.")
    if is_named:
        return sentence('I speak in the manner "{manner}".', manner=manner_label(persona))
    shown = persona if len(persona) <= _PERSONA_SHOWN else persona[: _PERSONA_SHOWN - 1].rstrip() + "…"
    return sentence("I speak as somebody here described it: {words}", words=shown)


def manner_label(name: str) -> Sentence:
    """The button of a manner: those that come with Glimpse are translated."""
    return _MANNERS.get(name, verbatim(name))


def answered_by(model: str) -> Sentence:
    """Which model answers."""
    return sentence("The model `{model}` answers.", model=model)


def usage_everywhere(today: Spent, month: Spent) -> Sentence:
    """What one person used, anywhere on the platform. For nobody else to read."""
    return _usage(sentence("**You, in all our conversations**"), today, month)


def usage_of_person(today: Spent, month: Spent) -> Sentence:
    """What one person used in one conversation."""
    return _usage(sentence("**You, in this conversation**"), today, month)


def usage_here(today: Spent, month: Spent) -> Sentence:
    """What all people used in one conversation."""
    return _usage(sentence("**Everybody, in this conversation**"), today, month)


def _usage(whose: Sentence, today: Spent, month: Spent) -> Sentence:
    days = sentence("- Today: {spent}", spent=_spent(today)), sentence("- This month: {spent}", spent=_spent(month))
    return joined("\n", [whose, *days])


def _spent(spent: Spent) -> Sentence:
    tokens = spent.prompt_tokens + spent.completion_tokens
    if spent.cost_usd is None:
        return sentence(
            "answers {answers}, pictures {pictures}, tokens {tokens}",
            answers=spent.questions,
            pictures=spent.pictures,
            tokens=tokens,
        )
    return sentence(
        "answers {answers}, pictures {pictures}, tokens {tokens}, cost ${cost}",
        answers=spent.questions,
        pictures=spent.pictures,
        tokens=tokens,
        cost=float(spent.cost_usd),
    )
