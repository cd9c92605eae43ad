"""Where countries stand, and the traps in "EU or EEA"."""

from __future__ import annotations

from datetime import date

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.uk.territories import (
    TERRITORY_IDS,
    Member,
    Territory,
    TerritoryError,
    country,
    in_territory,
    membership,
    territory,
)

EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"


@pytest.mark.parametrize("code", ["GB", "CH", "JE", "NZ", "GG", "IM"])
def test_eu_or_eea_shuts_out_the_uk_itself_and_its_neighbours(code: str) -> None:
    assert not in_territory(code, "eu")
    assert not in_territory(code, "eea")


@pytest.mark.parametrize("code", ["CH", "JE", "NZ", "GI", "AR", "IL", "KR", "FO"])
def test_adequate_in_law_is_another_list(code: str) -> None:
    assert in_territory(code, "uk-adequacy")


def test_the_union_has_twenty_seven_members_and_the_area_three_more() -> None:
    union = {member.code for member in territory("eu").members if member.until is None}
    area = {member.code for member in territory("eea").members if member.until is None}
    assert union == set(EU.split())
    assert area - union == {"IS", "LI", "NO"}
    assert all(in_territory(code, "uk-adequacy") for code in area)


def test_the_uk_is_only_itself() -> None:
    assert in_territory("GB", "uk")
    assert not in_territory("JE", "uk")
    assert not in_territory("GB", "uk-adequacy"), "at home there is no transfer to judge"


def test_an_agreement_of_2018_had_the_uk_in_the_union_until_it_left() -> None:
    assert in_territory("GB", "eu", date(2018, 5, 1))
    assert in_territory("GB", "eea", date(2020, 1, 31))
    assert not in_territory("GB", "eea", date(2020, 2, 1))


@pytest.mark.parametrize(
    ("code", "last_day_without", "first_day"),
    [
        ("KR", date(2022, 12, 18), date(2022, 12, 19)),
        ("US", date(2023, 10, 11), date(2023, 10, 12)),
        ("FR", date(2020, 12, 31), date(2021, 1, 1)),
    ],
)
def test_a_country_is_adequate_from_its_day(code: str, last_day_without: date, first_day: date) -> None:
    assert membership(code, "uk-adequacy", last_day_without) is None
    assert membership(code, "uk-adequacy", first_day) is not None
    assert membership(code, "uk-adequacy") is not None


@pytest.mark.parametrize(("code", "condition"), [("CA", "pipeda"), ("JP", "appi"), ("US", "uk-extension")])
def test_a_conditional_place_counts_only_when_the_condition_is_shown(code: str, condition: str) -> None:
    member = membership(code, "uk-adequacy")
    assert member is not None
    assert member.condition == condition
    assert member.needs.startswith("the recipient is")
    assert not in_territory(code, "uk-adequacy")
    assert not in_territory(code, "uk-adequacy", shown=frozenset({"another"}))
    assert in_territory(code, "uk-adequacy", shown=frozenset({condition}))


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("UK", "write GB"),
        ("uk", "write GB"),
        ("EL", "write GR"),
        ("EU", "territory 'eu'"),
        ("XX", ""),
        ("GBR", ""),
        ("", ""),
    ],
)
def test_an_unknown_code_is_an_error_with_the_one_that_was_meant(code: str, hint: str) -> None:
    with pytest.raises(TerritoryError, match="no ISO 3166-1") as refusal:
        in_territory(code, "eu")
    assert hint in str(refusal.value)


def test_an_unknown_territory_names_those_there_are() -> None:
    with pytest.raises(TerritoryError, match="uk, eu, eea, uk-adequacy"):
        in_territory("FR", "europe")


def test_codes_are_the_assigned_ones_and_in_either_case() -> None:
    assert country("gb") == "GB"
    # XK is used by others for Kosovo, but is not assigned; some libraries list UK beside GB.
    theirs = {code for code in holidays.list_supported_countries() if len(code) == 2} - {"XK", "UK"}
    assert {country(code) for code in theirs} == theirs
    assigned = [a + b for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    assert sum(known(code) for code in assigned) == 249


def known(code: str) -> bool:
    try:
        return country(code) == code
    except TerritoryError:
        return False


def test_every_member_is_a_country() -> None:
    for each in map(territory, TERRITORY_IDS):
        assert all(known(member.code) for member in each.members)
        codes = [member.code for member in each.members]
        assert len(codes) == len(set(codes))


def test_a_digest_changes_with_anything_that_decides_an_answer() -> None:
    base = Territory("x", "X", "1", (Member("FR"),))
    others = [
        Territory("y", "X", "1", (Member("FR"),)),
        Territory("x", "X", "2", (Member("FR"),)),
        Territory("x", "X", "1", (Member("DE"),)),
        Territory("x", "X", "1", (Member("FR", since=date(2020, 1, 1)),)),
        Territory("x", "X", "1", (Member("FR", condition="c"),)),
    ]
    digests = {base.digest, *(other.digest for other in others)}
    assert len(digests) == 6
    assert base.digest == Territory("x", "X", "1", (Member("FR"),)).digest
    assert len({territory(each).digest for each in TERRITORY_IDS}) == 4


@given(st.text(max_size=4), st.sampled_from(TERRITORY_IDS), st.none() | st.dates())
def test_any_text_is_a_country_or_a_refusal(code: str, territory_id: str, on: date | None) -> None:
    try:
        inside = in_territory(code, territory_id, on)
    except TerritoryError:
        return
    assert inside == in_territory(code.lower(), territory_id, on)
