"""Columns judged by their heading, by a vote of their distinct values, and cell by cell."""

from __future__ import annotations

import builtins
import re
from datetime import UTC, date, datetime
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.errors import UsageError
from isa_guard.scan.identifiers import NOBODY, Confidence, Evidence, Found, Known, Table, find, scan_table
from isa_guard.scan.identifiers.cells import FIGURELESS
from isa_guard.uk.identifiers import BY_ENTITY, IDENTIFIERS, Identifier
from tests.uk.identifiers.issued import MAKERS, digits


def made(entity: str, count: int, seed: int = 1) -> list[str]:
    random = Random(seed)
    return [MAKERS[entity](random) for _ in range(count)]


def scan(known: Known = NOBODY, /, **columns: object) -> dict[tuple[str, str], Found]:
    found = scan_table(Table("export", pl.DataFrame(columns, strict=False)), known)
    assert len({(each.column, each.entity) for each in found}) == len(found)
    return {(each.column, each.entity): each for each in found}


def test_a_headed_column_is_counted_by_rows_distinct_values_and_first_places() -> None:
    one, two = made("nhs-number", 2)
    found = scan(patient_nhs_number=[None, one, two, one, "", one])
    (only,) = found.values()
    assert (only.table, only.column, only.entity) == ("export", "patient_nhs_number", "nhs-number")
    assert (only.rows, only.distinct, only.places) == (4, 2, (1, 2, 3, 5))
    assert (only.confidence, only.shape) == (Confidence.CERTAIN, "9999999999")
    assert only.evidence == {Evidence.SHAPE, Evidence.CHECK, Evidence.HEADING}


@pytest.mark.parametrize(
    ("heading", "entity"),
    [
        ("nhs_number", "nhs-number"), ("NHSNo", "nhs-number"), ("CHI", "chi-number"), ("hcn", "health-and-care-number"),
        ("NINO", "national-insurance-number"), ("pnc", "pnc-id"), ("CRO No", "cro-number"), ("asn", "arrest-summons-number"),
        ("URN", "police-urn"), ("crime_ref", "crime-reference"), ("NOMIS ID", "prison-number"),
        ("driverNumber", "driving-licence"), ("passport_no", "passport"), ("utr", "utr"), ("UPN", "upn"), ("uln", "uln"),
        ("VRM", "vehicle-registration"), ("postcode", "postcode"), ("Post Code", "postcode"), ("home_address", "address"),
        ("uprn", "uprn"), ("mobile_phone", "phone"), ("email", "email"), ("IBAN", "iban"),
        ("sort code and account number", "bank-account"), ("card_number", "payment-card"), ("dateOfBirth", "date-of-birth"),
        ("DOB", "date-of-birth"), ("ip_address", "ip-address"),
    ],
)  # fmt: skip
def test_a_heading_names_what_stands_below(heading: str, entity: str) -> None:
    found = scan(**{heading: made(entity, 3)})
    assert list(found) == [(heading, entity)]
    assert found[heading, entity].rows == 3
    assert found[heading, entity].confidence >= Confidence.LIKELY


CHECKED = ["nhs-number", "utr", "uln", "payment-card"]


@pytest.mark.parametrize("entity", CHECKED)
def test_enough_distinct_values_that_pass_are_no_chance(entity: str) -> None:
    found = scan(reference=made(entity, 8), order_no=made(entity, 8))
    assert found["reference", entity].confidence == Confidence.LIKELY
    assert Evidence.COLUMN in found["reference", entity].evidence
    assert found["order_no", entity].confidence == Confidence.LIKELY, (
        "numbers are hidden under other headings too"
    )


@pytest.mark.parametrize("entity", CHECKED)
def test_too_few_distinct_values_are_no_vote_however_often_they_stand_there(entity: str) -> None:
    assert scan(reference=made(entity, 7) * 50) == {}


@pytest.mark.parametrize("start", [4_000_000_000, 1_000_000_000, 3_200_000_000, 6_100_000_000])
def test_running_numbers_pass_by_chance_and_are_nothing(start: int) -> None:
    assert scan(id=[str(start + place) for place in range(2_000)]) == {}
    assert scan(id=list(range(start, start + 2_000))) == {}


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(9, 19))
def test_random_numbers_of_any_length_are_nothing(seed: int, length: int) -> None:
    random = Random(seed)
    assert scan(record=[digits(random, length) for _ in range(300)]) == {}


def test_below_sixty_in_a_hundred_it_is_chance_unless_a_word_is_near() -> None:
    random = Random(5)
    passing = made("nhs-number", 100)
    failing = [
        one
        for one in (f"4{digits(random, 9)}" for _ in range(300))
        if not BY_ENTITY["nhs-number"].canonical(one)
    ]
    assert scan(record=passing + failing[:60])["record", "nhs-number"].rows == 100
    assert scan(record=passing + failing[:80]) == {}
    cell = f"NHS number {passing[0]}"
    found = scan(record=[*passing, *failing[:80], cell])
    assert found["record", "nhs-number"].places == (180,)


def test_numbers_kept_as_numbers_are_read_as_such() -> None:
    numbers = [int(one) for one in made("nhs-number", 9)]
    found = scan(
        whole=numbers, with_gaps=[None, *map(float, numbers[1:])], measured=[0.5 + one for one in numbers]
    )
    assert set(found) == {("whole", "nhs-number"), ("with_gaps", "nhs-number")}


def test_dates_are_births_only_where_a_heading_says_so() -> None:
    days = [date(1980, 1, 1), date(1990, 2, 2), None]
    moments = [datetime(1980, 1, 1, tzinfo=UTC), datetime(1990, 2, 2, tzinfo=UTC), None]
    found = scan(
        date_of_birth=days, dob=moments, seen_on=days, updated=moments, born=["1/2/1980", "", "2 Feb 1990"]
    )
    assert set(found) == {(name, "date-of-birth") for name in ("date_of_birth", "dob", "born")}
    assert found["dob", "date-of-birth"].rows == 2


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Binary, pl.Object])
def test_every_kind_of_column_that_can_hold_text_is_read(kind: type[pl.DataType]) -> None:
    values = made("email", 3)
    series = (
        pl.Series("contact", [one.encode() for one in values], dtype=pl.Binary)
        if kind is pl.Binary
        else pl.Series("contact", values, dtype=kind)
    )
    (found,) = scan_table(Table("export", pl.DataFrame([series])))
    assert (found.entity, found.rows) == ("email", 3)


def test_lists_and_records_inside_cells_are_read() -> None:
    mail = made("email", 1)[0]
    found = scan(
        listed=[[mail, "nothing"], None],
        kept=[{"to": mail, "n": 1}, None],
        flag=[True, False],
        none=[None, None],
    )
    assert set(found) == {("listed", "email"), ("kept", "email")}


def test_free_text_is_reported_by_cell() -> None:
    nhs, phone = made("nhs-number", 1)[0], "07911 123456"
    notes = ["nothing here"] * 50 + [
        f"NHS number {nhs}, mobile {phone}",
        f"mobile {phone}",
        "order no 4010232137",
    ]
    found = scan(notes=notes)
    assert set(found) == {("notes", "nhs-number"), ("notes", "phone")}
    assert found["notes", "phone"].rows == 2
    assert found["notes", "phone"].distinct == 1
    assert found["notes", "phone"].places == (50, 51)


def test_cells_written_in_no_break_spaces_and_full_width_figures_are_read() -> None:
    wide = "\uff14\uff10\uff11\u00a0\uff10\uff12\uff13\u2009\uff12\uff11\uff13\uff17"
    found = scan(nhs_number=[wide, "401\u200b 023 2137", " 401-023\u20132137 "])
    assert (found["nhs_number", "nhs-number"].rows, found["nhs_number", "nhs-number"].distinct) == (3, 1)


@pytest.mark.parametrize(
    "heading", ["surname", "First Name", "FULL_NAME", "victim_name", "officer", "name", "nextOfKinName"]
)
def test_a_column_headed_as_names_holds_names(heading: str) -> None:
    found = scan(**{heading: ["Bloggs", "O\u2019Nobody", "Doe-Example", "Zoë", None, ""]})
    assert found[heading, "person-name"].rows == 4
    assert found[heading, "person-name"].confidence == Confidence.LIKELY


@pytest.mark.parametrize(
    "heading", ["station_name", "file name", "organisation", "product", "street_name", "username"]
)
def test_other_things_have_names_too(heading: str) -> None:
    assert scan(**{heading: ["Parkside", "Copse Court", "March"]}) == {}


def test_a_column_headed_as_names_that_holds_codes_holds_none() -> None:
    assert scan(name=["A1", "B2", "C3", "Parkside"]) == {}


def test_a_mixed_column_is_told_apart_cell_by_cell() -> None:
    values = [*made("email", 4), *made("iban", 3), *made("nhs-number", 9), "nothing", "PNC 1999/1234567B"]
    found = scan(identifier=values)
    assert {entity: each.rows for (_, entity), each in found.items()} == {
        "email": 4,
        "iban": 3,
        "nhs-number": 9,
        "pnc-id": 1,
    }


def test_codes_that_look_like_marks_are_nothing_under_the_heading_of_a_product() -> None:
    marks = made("vehicle-registration", 20)
    assert scan(product_code=marks) == {}
    assert scan(vehicle=marks)["vehicle", "vehicle-registration"].confidence == Confidence.CERTAIN


def test_what_is_the_organisations_own_is_not_counted() -> None:
    known = Known.of(domains=["cambs.police.uk"], postcodes=["PE29 6NP"])
    mail = made("email", 2)
    found = scan(
        known, email=["spoc@cambs.police.uk", *mail], postcode=["PE29 6NP"] * 3, note=["at PE29 6NP", "", ""]
    )
    assert {key: each.rows for key, each in found.items()} == {("email", "email"): 2}


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.sampled_from(sorted(MAKERS)))
def test_no_value_is_ever_in_what_is_shown(seed: int, entity: str) -> None:
    value = MAKERS[entity](Random(seed))
    for found in scan(
        **{BY_ENTITY[entity].keywords[0]: [value], "note": [f"{BY_ENTITY[entity].keywords[0]}: {value}"]}
    ).values():
        assert value not in repr(found) + str(found)
        assert (BY_ENTITY[entity].canonical(value) or value) not in repr(found) + str(found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40) | st.text("0123456789 -/.AB@:,", max_size=40), min_size=1, max_size=8))
def test_what_a_sentence_holds_for_certain_a_column_of_sentences_holds_too(cells: list[str]) -> None:
    expected = {hit.entity for cell in cells for hit in find(cell) if hit.confidence is Confidence.CERTAIN}
    assert expected <= {entity for _, entity in scan(text=cells)}


def test_without_polars_the_way_to_get_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: object) -> object:
        if name == "polars":
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    table = Table("export", pl.DataFrame({"a": ["x"]}))
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError, match=r"pip install 'isa-guard\[scan\]'"):
        scan_table(table)


def test_an_empty_table_holds_nothing() -> None:
    assert scan_table(Table("export", pl.DataFrame())) == ()
    assert scan_table(Table("export", pl.DataFrame({"nhs_number": pl.Series([], dtype=pl.String)}))) == ()


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda one: one.entity)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_what_is_not_kept_as_figureless_is_never_written_without_a_figure(
    identifier: Identifier, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(re.compile(identifier.pattern, re.ASCII), fullmatch=True))
    assert identifier.entity in FIGURELESS or re.search("[0-9]", text)


@pytest.mark.parametrize("rows", [3, 1_001, 5_000])
def test_one_cell_that_is_like_no_other_is_found_wherever_it_stands(rows: int) -> None:
    nino = "AB123456C"
    for at in (0, rows // 2, rows - 1):
        cells = [f"order 4{place:09}" for place in range(rows)]
        cells[at] = nino
        (found,) = scan_table(Table("export", pl.DataFrame({"notes": cells})))
        assert (found.entity, found.places) == ("national-insurance-number", (at,))
