"""Markings found where markings stand, and not in prose that merely uses their words."""

from __future__ import annotations

import re
import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.uk.marking_grammar import HIDDEN, hidden
from isa_guard.uk.markings import (
    MAY_BE_MARKED,
    MarkingError,
    Tier,
    find_markings,
    highest,
    parse_marking,
)


def found(text: str) -> list[str]:
    return [str(each.marking) for each in find_markings(text)]


@pytest.mark.parametrize(
    ("text", "marking"),
    [
        ("OFFICIAL", "OFFICIAL"),
        ("Dear colleague,\nOFFICIAL-SENSITIVE\nthe figures follow", "OFFICIAL-SENSITIVE"),
        ("Subject: OFFICIAL-SENSITIVE - budget", "OFFICIAL-SENSITIVE"),
        ("Subject: RE: FW: [OFFICIAL] figures", "OFFICIAL"),
        ("Re: figures OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"),
        ("Subject: OFFICIAL figures for May", "OFFICIAL"),
        ("Subject: Official Sensitive: figures", "OFFICIAL-SENSITIVE"),
        ("Official Sensitive", "OFFICIAL-SENSITIVE"),
        ("OFFICIAL SENSITIVE", "OFFICIAL-SENSITIVE"),
        ("OFFICIAL - legal team update", "OFFICIAL"),
        ("OFFICIAL: minutes", "OFFICIAL"),
        ("> > OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"),
        ("*** SECRET - UK EYES ONLY ***", "SECRET - UK EYES ONLY"),
        ("SECRET - QUARTZ - UK EYES ONLY", "SECRET - QUARTZ - UK EYES ONLY"),
        ("<p>OFFICIAL-SENSITIVE [COMMERCIAL]</p>", "OFFICIAL-SENSITIVE - COMMERCIAL"),
        ("| June | OFFICIAL | 3 |", "OFFICIAL"),
        ("June\tOFFICIAL\t3", "OFFICIAL"),
        ("june,OFFICIAL-SENSITIVE,3", "OFFICIAL-SENSITIVE"),
        ("Classification: official sensitive", "OFFICIAL-SENSITIVE"),
        ("Report 7. Protective marking: Protect.", "PROTECT"),
        ("Page 3 of 9 - OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"),
        ("OFFICIAL-SENSITIVE. Please read.", "OFFICIAL-SENSITIVE"),
        ("OFFICIAL-SENSITIVE / page 3", "OFFICIAL-SENSITIVE"),
        ("The figures (OFFICIAL-SENSITIVE) follow", "OFFICIAL-SENSITIVE"),
        ("OFFICIAL‑SENSITIVE", "OFFICIAL-SENSITIVE"),
        ("OFFICIAL – SENSITIVE – COMMERCIAL", "OFFICIAL-SENSITIVE - COMMERCIAL"),
        ("OFFICIAL\u00a0SENSITIVE", "OFFICIAL-SENSITIVE"),
        ("\ufeffOFFICIAL", "OFFICIAL"),
        ("OFFICIAL - SECRET USE ONLY", "OFFICIAL"),
        ("NOT PROTECTIVELY MARKED", "NOT PROTECTIVELY MARKED"),
        ("PROTECT - COMMERCIAL", "PROTECT - COMMERCIAL"),
    ],
)
def test_a_marking_is_found_where_markings_stand(text: str, marking: str) -> None:
    assert found(text) == [marking]


@pytest.mark.parametrize(
    "text",
    [
        "the official-sensitive material we discussed",
        "the OFFICIAL-SENSITIVE material we discussed",
        "an official visit to the station",
        "Official figures show a fall",
        "Official: a statement by the board",
        "Top secret, the paper said",
        "official",
        "UNOFFICIAL",
        "Subject: UNOFFICIAL",
        "Subject: a non-OFFICIAL",
        "Subject: OFFICIALÉ",
        "Subject: official visit",
        "Subject: Official visit",
        "FOR OFFICIAL USE ONLY",
        "PRIVATE AND CONFIDENTIAL",
        "STRICTLY CONFIDENTIAL",
        "Confidential",
        "Restricted",
        "Protect",
        "The OFFICIAL, SECRET and TOP SECRET tiers",
        "report_OFFICIAL-SENSITIVE.pdf",
        "IL3",
        "",
    ],
)
def test_prose_is_left_alone(text: str) -> None:
    assert found(text) == []


def test_the_place_is_that_in_the_text_itself() -> None:
    text = "\u200bfirst line\nSubject: [OFFICIAL-SENSITIVE] caf\u00e9 \u200b\n"
    (only,) = find_markings(text)
    assert text[only.offset : only.end] == "OFFICIAL-SENSITIVE"


def test_the_highest_of_a_chain_of_replies_governs() -> None:
    chain = (
        "Subject: RE: OFFICIAL: figures\n\nOFFICIAL\nThanks\n\n"
        "> OFFICIAL-SENSITIVE - COMMERCIAL\n> > OFFICIAL-SENSITIVE\n"
    )
    assert len(find_markings(chain)) == 4
    assert str(highest(each.marking for each in find_markings(chain))) == "OFFICIAL-SENSITIVE - COMMERCIAL"


def test_without_a_marking_none_governs() -> None:
    assert highest([]) is None


def test_a_marking_only_its_originator_can_place_goes_before_what_may_be_lower() -> None:
    protect, sensitive, secret = map(parse_marking, ["PROTECT", "OFFICIAL-SENSITIVE", "SECRET"])
    assert highest([sensitive, protect]) is protect
    assert highest([protect, secret, sensitive]) is secret


@pytest.mark.parametrize(
    "text", ["OFF\u200bICIAL", "a\nOFFICIAL\u202e-SENSITIVE", "SEC\x00RET", "[OFFICIAL\u2060-SENSITIVE]"]
)
def test_characters_nobody_sees_inside_a_marking_are_an_error(text: str) -> None:
    with pytest.raises(MarkingError, match="invisible characters"):
        find_markings(text)


@given(
    st.text(),
    st.sampled_from(["OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET - UK EYES ONLY", "PROTECT"]),
    st.text(),
)
def test_a_marking_on_a_line_of_its_own_is_found_in_any_text(before: str, marking: str, after: str) -> None:
    try:
        all_found = find_markings(f"{before}\n{marking}\n{after}")
    except MarkingError:
        pytest.fail("nothing was hidden inside a marking")
    assert (len(before) + 1, marking) in [(each.offset, str(each.marking)) for each in all_found]


@given(st.text("OFICALSENTVRUK -:[]()\n\u2013,|.x", max_size=60))
def test_any_text_is_searched_and_what_is_found_is_readable(text: str) -> None:
    last = 0
    for each in find_markings(text):
        assert last <= each.offset < each.end <= len(text)
        assert parse_marking(text[each.offset : each.end]) == each.marking
        last = each.end


HOSTILE = [
    "OFFICIAL ",
    "OFFICIAL - LPP",
    "SECRET - AA ",
    "OFFICIAL- - ",
    "[OFFICIAL]",
    "SECRET - A AA AA AA ",
    " EYES ONLY",
    "Subject: re: ",
    "\u200b",
    " ",
    "A",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_the_work_grows_with_the_text_and_no_faster(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        begun = time.process_time()
        find_markings(text)
        return time.process_time() - begun

    small = min(seconds(10_000) for _ in range(3))
    # Ten times the text; a quadratic search would take a hundred times as long.
    assert seconds(100_000) < max(40 * small, 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_takes_seconds(piece: str) -> None:
    begun = time.process_time()
    find_markings(piece * (1_000_000 // len(piece)))
    assert time.process_time() - begun < 20


def test_tiers_are_written_as_in_markings() -> None:
    assert [tier.words for tier in Tier] == ["OFFICIAL", "OFFICIAL-SENSITIVE", "SECRET", "TOP SECRET"]


def test_what_nobody_sees_is_one_class_of_characters() -> None:
    """In a pattern and by itself; a version of Unicode that hides others is noticed here."""
    inside = re.compile(f"[{HIDDEN}]")
    differ = [
        code
        for code in range(sys.maxunicode + 1)
        if not 0xD800 <= code <= 0xDFFF and bool(inside.fullmatch(chr(code))) is not hidden(chr(code))
    ]
    assert [code for code in differ if unicodedata.category(chr(code)) != "Cn"] == []


HEADS = (
    "OFFICIAL",
    "SECRET",
    "TOP SECRET",
    "NOT PROTECTIVELY MARKED",
    "UNCLASSIFIED",
    "PROTECT",
    "RESTRICTED",
    "CONFIDENTIAL",
)


@given(
    st.sampled_from(HEADS),
    st.integers(0, 9),
    st.sampled_from(["", "\u200b", "\u00ad", " ", "\u2060"]),
    st.booleans(),
)
def test_every_text_that_is_marked_is_one_that_may_be(head: str, at: int, between: str, lower: bool) -> None:
    """Where it is split by what nobody sees too; what is split by what people see is no marking."""
    text = head[:at] + between + head[at:]
    text = text.title() if lower else text
    try:
        marked = bool(find_markings(text))
    except MarkingError:
        marked = True
    assert re.search(MAY_BE_MARKED, text) or not marked
    assert marked or between or lower


@pytest.mark.parametrize(
    "text",
    [
        "\u041eFFICIAL-SENSITIVE",  # a Cyrillic O
        "OFFICI\u0391L - SENSITIVE",  # a Greek Alpha
        "\uff33\uff25\uff23\uff32\uff25\uff34",  # full width
        "\u13daECRET",  # a Cherokee letter
        "Subject: \u0405ECRET plans",
    ],
)
def test_a_marking_in_letters_of_another_alphabet_is_told_and_never_passed_over(text: str) -> None:
    assert re.search(MAY_BE_MARKED, text)
    with pytest.raises(MarkingError, match="another alphabet"):
        find_markings(text)


@pytest.mark.parametrize(
    "text", ["\u041c\u043e\u0441\u043a\u0432\u0430", "\u0391\u03b8\u03ae\u03bd\u03b1", "caf\u00e9 \u041e"]
)
def test_words_of_another_alphabet_are_no_markings(text: str) -> None:
    assert find_markings(text) == ()


def test_an_ordinary_marking_beside_another_alphabet_is_found() -> None:
    (found,) = find_markings("OFFICIAL-SENSITIVE - \u041c\u043e\u0441\u043a\u0432\u0430")
    assert found.marking.tier is Tier.OFFICIAL_SENSITIVE
