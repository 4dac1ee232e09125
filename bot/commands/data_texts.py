"""What people are told of their data: what is forgotten, what is kept, what was used."""

from bot.personal import Spent
from bot.sentences import Sentence, joined, sentence

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
