"""The menus of settings themselves: complete, and within the limits of all platforms."""

from dataclasses import replace

import pytest

from bot.choices import ConversationSettings
from bot.commands.menus import Menus
from bot.commands.pages import Offers, pages
from bot.languages import LANGUAGES
from bot.sentences import said as said_in
from tests.core import OFFERS

MANY = Offers(
    personas={f"manner-{number}": "?" for number in range(19)},
    models=[f"some/very/long-name-of-a-model-that-goes-on-and-on-{number}" for number in range(19)],
    model="usual/model",
    exchanges=50,
    defaults=OFFERS.defaults,
)


@pytest.mark.parametrize("is_private", [True, False])
def test_every_menu_is_within_the_limits_of_all_platforms(is_private: bool) -> None:
    menus = Menus(MANY)
    nothing = ConversationSettings()
    _, ways = menus.show("main", nothing, is_private=is_private)
    pages = [button.value.removeprefix("page:") for row in ways for button in row]
    for page in ("main", *pages):
        text, rows = menus.show(page, nothing, is_private=is_private)
        assert len(text) < 1000
        assert 1 <= len(rows) <= 5
        for button in (button for row in rows for button in row):
            assert 1 <= len(button.label) <= 40
            assert len(button.value) <= 40
            assert set(button.value) <= set("abcdefghijklmnopqrstuvwxyz0123456789_:.-")
        assert all(1 <= len(row) <= 5 for row in rows)


def test_long_names_stand_one_below_the_other() -> None:
    models = ["alibaba/qwen3-vl-8b-instruct", "alibaba/qwen3-vl-235b-instruct"]
    menus = Menus(replace(OFFERS, models=models))
    _, rows = menus.show("model", ConversationSettings(), is_private=True)
    assert [len(row) for row in rows] == [1, 1, 1, 1]
    _, rows = menus.show("memory", ConversationSettings(), is_private=True)
    assert max(len(row) for row in rows) == 2


def test_every_button_of_every_page_is_a_choice_and_shows_as_chosen() -> None:
    menus = Menus(MANY)
    settings = ConversationSettings()
    _, ways = menus.show("main", settings, is_private=False)
    for page in (button.value.removeprefix("page:") for row in ways for button in row):
        _, rows = menus.show(page, settings, is_private=False)
        for value in (button.value for row in rows[:-1] for button in row):
            changed = menus.choose(settings, value)
            assert changed is not None
            _, after = menus.show(page, changed, is_private=False)
            assert [button.value for row in after for button in row if button.label.startswith("✓")] == [value]


@pytest.mark.parametrize(
    "value", ["", "memory", "memory:-1", "memory:x", "nothing:5", "page:main", "persona:nobody", "model:"]
)
def test_what_is_no_choice_is_none(value: str) -> None:
    assert Menus(OFFERS).choose(ConversationSettings(), value) is None


_NARROW = 12
"""Letters that fit into a third of a bubble of Telegram's, on a screen of 390 px."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["main", *pages(OFFERS)])
def test_labels_are_not_cut_where_three_share_a_row(page: str, language: str) -> None:
    for chosen in (ConversationSettings(), ConversationSettings(language="uk")):
        _, rows = Menus(OFFERS).show(page, chosen, is_private=False)
        narrow = [said_in(button.label, language) for row in rows if len(row) >= 3 for button in row]
        assert [label for label in narrow if len(label) > _NARROW] == []
