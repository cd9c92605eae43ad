"""Identifiers in sentences: found with their place, told apart from what only looks like them, never repeated."""

from __future__ import annotations

import time
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.scan.identifiers import Confidence, Context, Evidence, Known, find, shape
from isa_guard.uk.identifiers import BY_ENTITY, IDENTIFIERS, Strength
from tests.uk.identifiers.issued import MAKERS, ONE_ERROR_SHOWS

SEEDS = st.integers(0, 2**32)
WORDS = {
    "nhs-number": "NHS number",
    "chi-number": "CHI",
    "health-and-care-number": "H&C number",
    "national-insurance-number": "NI number",
    "pnc-id": "PNC ID",
    "cro-number": "CRO",
    "arrest-summons-number": "ASN",
    "police-urn": "URN",
    "crime-reference": "crime ref",
    "prison-number": "prison number",
    "driving-licence": "driving licence",
    "passport": "passport no",
    "utr": "UTR",
    "upn": "UPN",
    "uln": "ULN",
    "vehicle-registration": "vehicle",
    "postcode": "postcode",
    "address": "lives at",
    "uprn": "UPRN",
    "phone": "mobile",
    "email": "e-mail",
    "iban": "IBAN",
    "bank-account": "sort code and account number",
    "payment-card": "card number",
    "date-of-birth": "DOB",
    "ip-address": "IP address",
    "person-name": "the officer was",
}


def entities(text: str, context: Context | None = None) -> list[str]:
    return [hit.entity for hit in find(text, context or Context())]


@pytest.mark.parametrize("entity", WORDS)
@given(SEEDS, st.sampled_from([" ", ": ", " - ", " (", "\n"]))
def test_what_is_named_is_found_at_its_place(entity: str, seed: int, join: str) -> None:
    value = MAKERS[entity](Random(seed))
    text = f"Noted today. {WORDS[entity]}{join}{value}, no more."
    (hit,) = find(text)
    assert (hit.entity, text[hit.start : hit.end]) == (entity, value)
    assert hit.confidence >= (Confidence.POSSIBLE if entity == "person-name" else Confidence.LIKELY)


FULL_WIDTH = str.maketrans(
    {chr(code): chr(code + 0xFEE0) for code in (*range(0x30, 0x3A), *range(0x41, 0x5B))}
)
GROUPED = {
    "nhs-number": (3, 6),
    "national-insurance-number": (2, 4, 6, 8),
    "payment-card": (4, 8, 12),
    "iban": (4, 8, 12, 16, 20),
}


@pytest.mark.parametrize("entity", GROUPED)
@given(
    SEEDS,
    st.sampled_from(" \u00a0\u2009\u202f\u2007"),
    st.booleans(),
    st.sampled_from(["", "\u200b", "\u00ad"]),
)
def test_no_break_spaces_full_width_figures_and_invisible_characters_hide_nothing(
    entity: str, seed: int, space: str, wide: bool, hidden: str
) -> None:
    value = MAKERS[entity](Random(seed))
    edges = [0, *GROUPED[entity], len(value)]
    written = (hidden + space).join(value[a:b] for a, b in pairwise(edges))
    written = written.translate(FULL_WIDTH) if wide else written
    text = f"Zoë\u2019s \u00a0{WORDS[entity]}\u00a0\u2013 {written}."
    (hit,) = find(text)
    assert (hit.entity, text[hit.start : hit.end]) == (entity, written)


@pytest.mark.parametrize("entity", ONE_ERROR_SHOWS)
@given(SEEDS, st.data())
def test_one_wrong_digit_is_not_reported_as_that(entity: str, seed: int, data: st.DataObject) -> None:
    value = MAKERS[entity](Random(seed))
    place = data.draw(st.sampled_from([at for at, one in enumerate(value) if one.isdigit()]))
    wrong = data.draw(st.sampled_from([one for one in "0123456789" if one != value[place]]))
    assert entity not in entities(f"{WORDS[entity]}: {value[:place]}{wrong}{value[place + 1 :]}")


CHECKED = [one.entity for one in IDENTIFIERS if one.strength in {Strength.CHECKED, Strength.WEAK}]


@pytest.mark.parametrize("entity", CHECKED)
@given(SEEDS)
def test_a_plain_number_without_words_is_nothing(entity: str, seed: int) -> None:
    value = MAKERS[entity](Random(seed))
    compact = value if entity == "date-of-birth" else value.replace(" ", "")
    assert entities(f"Seen on file {compact} as before.") == []


@pytest.mark.parametrize("entity", [one for one in CHECKED if one != "date-of-birth"])
@pytest.mark.parametrize("word", ["order no", "invoice", "product code", "serial", "tracking ref", "batch"])
@given(SEEDS)
def test_the_number_of_another_thing_is_nothing(entity: str, word: str, seed: int) -> None:
    value = MAKERS[entity](Random(seed))
    assert entities(f"{WORDS[entity]} unknown; {word} {value}.") == []


DECOYS = [
    "order no 4010232137 was sent",
    "the figure 4010232137 stands alone",
    "commit 4010232137abcdef0123456789abcdef01234567",
    "8f14e45f-ceea-467f-a0e6-040102321370",
    "ISBN 978-0-14-103579-6",
    "on 12/03/1980 and on 2024-05-14 we met",
    "seen 14/05/2024 at 09:30, again 2024-05-14T09:30:00",
    "budget £1,234,567.89 of 2024/25",
    "version 10.2.3.4 of the software",
    "part AB12CDE and product code AB123456C",
    "OFFICIAL-SENSITIVE paragraph 4.13 (see s.40(2))",
    "PC World sold it; the DS Team closed",
    "latitude 52.205337 longitude 0.121817",
    "NHS number 401 O23 2137",
    "NHS number 401 023 2138",
    "NHS number 943 476 5919",
    "NI number QQ123456C",
    "card number 4111 1111 1111 1111",
    "call 101 or 0800 555 111, or 07700 900123",
    "phone 01632 960123",
    "IP address 192.0.2.1 and 127.0.0.1",
    "the 2019/20 budget and 1999/1234567A",
    "1.2.3.4.5.6",
    "postcode QX1 1AA",
    "401 023 2137 5",
    "A1234BC and 123456789 and 12345678",
    "mail nobody@example.test",
    "Mr Mr and Dr Ms",
    "std::ab::cd at 10:20:30 from 00:1a:2b:3c:4d:5e",
]


@pytest.mark.parametrize("text", DECOYS)
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    assert [hit for hit in find(text) if hit.confidence > Confidence.POSSIBLE] == []


def test_nothing_but_a_grouping_makes_possible_and_no_more() -> None:
    (hit,) = find("so he wrote 401 023 2137 down")
    assert (hit.entity, hit.confidence) == ("nhs-number", Confidence.POSSIBLE)
    assert Evidence.FORM in hit.evidence


@pytest.mark.parametrize(
    "text", ["order 401 023 2137", "part no AB12 CDE", "serial 1999/1234567B", "batch AB123456C"]
)
def test_the_name_of_another_thing_outweighs_a_form(text: str) -> None:
    assert find(text) == ()
    assert find(text.split(maxsplit=1)[1].removeprefix("no ")) != ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("born 12/03/1980, last seen 14/05/2024", ["date-of-birth"]),
        ("DOB 12/03/1980, 13/04/1981 and 14/05/1982", ["date-of-birth"] * 3),
        ("12/03/1980 (DOB)", ["date-of-birth"]),
        ("Mr Jo Bloggs of 12 High Street, Cambridge, CB2 1TN", ["person-name", "address"]),
        ("UTR 1955839661", ["utr"]),
        ("IP address 2a00:1450:4009:0:0:0:0:200e", ["ip-address"]),
        ("host 2a00:1450::200e", ["ip-address"]),
        ("PS Doe rang 01223 358966 from 81.2.69.142", ["person-name", "phone", "ip-address"]),
        ("NHS numbers 401 023 2137, 4010232137", ["nhs-number", "nhs-number"]),
        ("01223 358966 999 is the tel", ["phone"]),
    ],
)
def test_words_name_the_values_they_stand_with(text: str, expected: list[str]) -> None:
    assert entities(text) == expected


def test_the_word_decides_between_numbers_that_pass_two_checks() -> None:
    both = next(
        text
        for seed in range(10_000)
        if BY_ENTITY["utr"].canonical(text := MAKERS["nhs-number"](Random(seed))) is not None
    )
    assert entities(f"NHS number {both}") == ["nhs-number"]
    assert entities(f"UTR {both}") == ["utr"]


def test_the_heading_of_a_cell_names_it_too() -> None:
    assert entities("4010232137", Context(heading="nhs_number")) == ["nhs-number"]
    assert entities("4010232137", Context(heading="NHSNumber")) == ["nhs-number"]
    assert entities("401 023 2137", Context(heading="order_no")) == []


KNOWN = Known.of(
    postcodes=["pe296np"],
    phones=["01480 456111"],
    mailboxes=["press@other.org.uk"],
    domains=["cambs.police.uk"],
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postcode PE29 6NP", []),
        ("call 01480 456111 or +44 1480 456111", []),
        ("spoc@cambs.police.uk and foi@mail.cambs.police.uk", []),
        ("Press@other.org.uk", []),
        ("jo@other.org.uk", ["email"]),
        ("jo@notcambs.police.uk", ["email"]),
        ("1 Hinchingbrooke Park, Huntingdon, PE29 6NP", []),
        ("postcode PE29 6NQ", ["postcode"]),
        ("call 01480 456112", ["phone"]),
    ],
)
def test_what_is_the_organisations_own_is_allowed(text: str, expected: list[str]) -> None:
    assert entities(text, Context(known=KNOWN)) == expected


@given(SEEDS, st.sampled_from(sorted(WORDS)))
def test_no_value_is_ever_in_what_is_shown(seed: int, entity: str) -> None:
    value = MAKERS[entity](Random(seed))
    for hit in find(f"{WORDS[entity]}: {value}"):
        shown = repr(hit) + str(hit)
        assert value not in shown
        assert (BY_ENTITY[entity].canonical(value) or value) not in shown


def test_a_shape_tells_the_class_of_each_character_and_is_cut() -> None:
    assert shape("AB123456c") == "AA999999A"
    assert shape("Zoë\u00a0O'Neil, \u0663\u5b57\n!") == "AAA A'AAAA, 9A ?"
    assert shape("x" * 100) == "A" * 40 + "\u2026"


@given(st.text(max_size=200) | st.text("0123456789 -/.ABnhsNHS:@,\n", max_size=200))
def test_hits_lie_in_the_text_in_order_and_apart(text: str) -> None:
    last = 0
    for hit in find(text):
        assert last <= hit.start < hit.end <= len(text)
        last = hit.end


HOSTILE = [
    "9", "1 ", "12-", "0", "07", "1/", "a.", "a@", "A", "A1", "Mr ", "Mr A", "1 A", "12 High Street ", "4010232137 ",
    "NHS 401 023 2137 ", "1.1.", "1:", ":", "4539 ", "GB82", "GB82 WEST ", "a@a.", "-", "12/03/1980 ", "\u200b", "£1,",
    "978-", "+44 ", "(01", "d.o.b ", "AB12 ", "1999/", "20-00-00 ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_work_grows_with_the_text_and_no_faster(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        begun = time.process_time()
        find(text)
        return time.process_time() - begun

    small = min(seconds(2_000) for _ in range(3))
    # Ten times the text; a quadratic search would take a hundred times as long.
    assert seconds(20_000) < max(40 * small, 0.2)
