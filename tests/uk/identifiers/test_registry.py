"""The table of identifiers: complete, honest about its sources, and every maker's value accepted by its row."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.uk.identifiers import BY_ENTITY, IDENTIFIERS, Identifier, Strength
from tests.uk.identifiers.issued import MAKERS, ONE_ERROR_SHOWS

ENTITIES = [one.entity for one in IDENTIFIERS]


def test_every_entity_stands_once_and_has_a_maker() -> None:
    assert len(set(ENTITIES)) == len(ENTITIES) == len(BY_ENTITY)
    assert sorted(MAKERS) == sorted(ENTITIES)


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda one: one.entity)
def test_every_row_says_its_source_its_check_and_the_words_that_name_it(identifier: Identifier) -> None:
    assert identifier.sources
    assert identifier.check
    assert identifier.keywords
    assert identifier.forms
    assert all(keyword == keyword.lower() for keyword in identifier.keywords)
    assert not re.search(
        r"\(\?[=!<]|\*|(?<!\\)\+(?!\\|44|')", re.sub(r"\[[^]]*\]", "x", identifier.pattern)
    ), "patterns keep to what an engine without backtracking reads, and to bounded repeats"


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda one: one.entity)
@given(st.integers(0, 2**32))
def test_what_is_issued_is_cut_out_and_accepted(identifier: Identifier, seed: int) -> None:
    value = MAKERS[identifier.entity](Random(seed))
    assert re.fullmatch(identifier.pattern, value)
    canonical = identifier.canonical(value)
    assert canonical
    if identifier.entity != "person-name":  # its canonical form leaves the title out
        assert identifier.canonical(canonical) == canonical


@pytest.mark.parametrize("entity", ONE_ERROR_SHOWS)
@given(st.integers(0, 2**32), st.data())
def test_one_wrong_digit_is_noticed(entity: str, seed: int, data: st.DataObject) -> None:
    value = MAKERS[entity](Random(seed))
    place = data.draw(st.sampled_from([at for at, one in enumerate(value) if one.isdigit()]))
    wrong = data.draw(st.sampled_from([one for one in "0123456789" if one != value[place]]))
    changed = value[:place] + wrong + value[place + 1 :]
    assert BY_ENTITY[entity].canonical(changed) is None


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda one: one.entity)
@given(st.text(max_size=40) | st.text("0123456789AB/- .@+", max_size=30))
def test_any_text_is_judged_without_an_error(identifier: Identifier, text: str) -> None:
    assert identifier.canonical(text) is None or isinstance(identifier.canonical(text), str)


@pytest.mark.parametrize("identifier", [one for one in IDENTIFIERS if one.entity != "person-name"])
@pytest.mark.parametrize(
    "text",
    ["", "0", "\u0664\u0660\u0661 \u0660\u0662\u0663 \u0662\u0661\u0663\u0667", "²" * 10, "0" * 10, "x"],
)
def test_fillers_and_foreign_figures_are_nothing(identifier: Identifier, text: str) -> None:
    assert identifier.canonical(text) is None


def test_only_what_has_a_check_is_called_checked() -> None:
    for one in IDENTIFIERS:
        if one.strength in {Strength.CHECKED, Strength.STRONG}:
            assert re.search("check|mod|Luhn|postcode", one.check), one.entity
