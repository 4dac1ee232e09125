"""How much of a conversation goes into a request, and that it changes in blocks."""

from itertools import pairwise

from bot.answering.window import PromptBudget, fitting_views, shown_views, text_tokens, within_budget
from bot.records.attachments import AttachmentId, Place
from bot.records.history import History
from tests.prompt_records import exchange, picture, said

BUDGET = PromptBudget(exchanges=8, tokens=1000, pictures=4, picture_tokens=10_000)
ROOMY = PromptBudget(exchanges=50, tokens=100_000, pictures=50, picture_tokens=100_000)


def talk(first: int, last: int, *, words: int = 3) -> History:
    return History(exchanges=tuple(exchange(number, said("x" * words), answer="y") for number in range(first, last)))


def pictured(count: int) -> History:
    one_each = (exchange(n, said("?", pictures=(picture(f"sha {n}", number=n),))) for n in range(1, count + 1))
    return History(exchanges=tuple(one_each))


def shown(history: History) -> list[str]:
    return [view.sha256 for _, view in shown_views(history.exchanges, history.pixels_from)]


def test_what_fits_stays_whole() -> None:
    assert within_budget(talk(0, 9), BUDGET) == talk(0, 9)


def test_too_many_exchanges_are_cut_to_half_so_that_the_beginning_then_stays_for_many_turns() -> None:
    beginnings, first = [], 0
    for last in range(1, 40):
        kept = within_budget(talk(first, last), BUDGET)
        first = kept.exchanges[0].turn_id
        assert kept.exchanges[-1].turn_id == last - 1
        assert len(kept.exchanges) <= BUDGET.exchanges + 1
        beginnings.append(first)
    changes = [after - before for before, after in pairwise(beginnings) if after != before]
    assert changes == [5] * len(changes)
    assert len(changes) == 6


def test_too_many_words_are_cut_to_half_and_the_question_always_stays() -> None:
    kept = within_budget(talk(0, 8, words=600), BUDGET)
    assert [item.turn_id for item in kept.exchanges] == [6, 7]
    huge = talk(0, 3, words=30_000)
    assert [item.turn_id for item in within_budget(huge, BUDGET).exchanges] == [2]


def test_the_words_of_files_count() -> None:
    file = exchange(0, said("read", pictures=(picture(None, text="x" * 3000),)))
    history = History(exchanges=(file, exchange(1, said("and?"))))
    assert [item.turn_id for item in within_budget(history, BUDGET).exchanges] == [1]


def test_older_pictures_are_demoted_in_blocks() -> None:
    pixels_from, beginnings = AttachmentId(0), []
    for count in range(1, 14):
        history = History(exchanges=pictured(count).exchanges, pixels_from=pixels_from)
        kept = within_budget(history, BUDGET)
        pixels_from = kept.pixels_from
        beginnings.append(pixels_from)
        assert shown(kept)[-1] == f"sha {count}"
        assert len(shown(kept)) <= BUDGET.pictures
    assert beginnings == [0, 0, 0, 0, 4, 4, 4, 7, 7, 7, 10, 10, 10]


def test_pictures_over_the_token_budget_are_demoted_too() -> None:
    tight = PromptBudget(exchanges=50, tokens=1000, pictures=9, picture_tokens=4 * 102)
    assert shown(within_budget(pictured(4), tight)) == ["sha 1", "sha 2", "sha 3", "sha 4"]
    assert shown(within_budget(pictured(5), tight)) == ["sha 4", "sha 5"]


def test_all_pictures_of_the_question_stay_when_older_ones_go() -> None:
    album = tuple(picture(f"new {n}", number=10 + n) for n in range(4))
    history = History(exchanges=(*pictured(3).exchanges, exchange(9, said("these?", pictures=album))))
    assert shown(within_budget(history, BUDGET)) == ["new 0", "new 1", "new 2", "new 3"]


def test_a_picture_that_was_sent_twice_counts_once() -> None:
    same = tuple(exchange(n, said("?", pictures=(picture("same", number=n),))) for n in range(1, 9))
    assert within_budget(History(exchanges=same), BUDGET).pixels_from == 0


def test_a_blind_server_gets_no_pixels() -> None:
    none = PromptBudget(exchanges=8, tokens=1000, pictures=0, picture_tokens=10_000)
    history = History(exchanges=(*pictured(2).exchanges, exchange(3, said("and?"))))
    assert shown(within_budget(history, none)) == []


def test_of_a_question_its_own_pictures_fit_before_those_it_quotes() -> None:
    quoted = picture("q", number=1, place=Place.QUOTED)
    own = tuple(picture(f"o{n}", number=2 + n) for n in range(3))
    pages = picture("a", "b", "c", number=9)
    fitting = fitting_views(exchange(1, said("?", pictures=(quoted, *own, pages))), BUDGET)
    assert fitting == {1: 0, 2: 1, 3: 1, 4: 1, 9: 1}


def test_text_tokens_are_an_upper_estimate_in_any_script() -> None:
    english = "The quick brown fox jumps over the lazy dog."
    chinese = "敏捷的棕色狐狸跳过了懒狗身上。"
    assert text_tokens(english) >= len(english.split())
    assert text_tokens(chinese) >= len(chinese)
    assert text_tokens("😀😃😄") >= 3
