"""The reading of whole columns and the Python function of each identifier agree on every text."""

from __future__ import annotations

import re
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.scan.identifiers.cells import LETTERED, whole
from isa_guard.scan.identifiers.judging import in_columns
from isa_guard.scan.identifiers.readings import READINGS
from isa_guard.uk.identifiers import BY_ENTITY, Identifier
from tests.uk.identifiers.issued import MAKERS

READ = [BY_ENTITY[entity] for entity in [*READINGS, "email"]]


def by_python(text: str, identifier: Identifier) -> str | None:
    return identifier.canonical(text) if re.fullmatch(identifier.pattern, text) else None


def by_column(texts: list[str], identifier: Identifier) -> list[str | None]:
    values = pl.Series(texts, dtype=pl.String)
    written = whole(values, identifier)
    found: list[str | None] = [None] * len(texts)
    for place, one in zip(
        written.arg_true().to_list(), in_columns(values.filter(written), identifier).to_list(), strict=True
    ):
        found[place] = one
    return found


def issued(identifier: Identifier) -> st.SearchStrategy[str]:
    """Values of the kind, some with one character changed, some in small letters or with other separators."""
    value = st.integers(0, 2**32).map(lambda seed: MAKERS[identifier.entity](Random(seed)))
    changed = st.tuples(value, st.integers(0, 40), st.sampled_from("0123456789AKOZa -/.")).map(
        lambda drawn: drawn[0][: drawn[1]] + drawn[2] + drawn[0][drawn[1] + 1 :]
    )
    return value | changed | value.map(str.lower) | value.map(lambda one: one.replace(" ", ""))


@pytest.mark.parametrize("identifier", READ, ids=lambda one: one.entity)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_columns_and_python_agree_on_what_is_written_so(identifier: Identifier, data: st.DataObject) -> None:
    patterned = st.from_regex(re.compile(identifier.pattern, re.ASCII), fullmatch=True)
    texts = data.draw(st.lists(patterned | issued(identifier), min_size=1, max_size=30))
    assert by_column(texts, identifier) == [by_python(text, identifier) for text in texts]


@pytest.mark.parametrize("identifier", READ, ids=lambda one: one.entity)
@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=24) | st.text("0123456789 -/.+()ABGKNTZ", max_size=24), max_size=20))
def test_columns_and_python_agree_on_any_text(identifier: Identifier, texts: list[str]) -> None:
    plain = [text.replace("\n", " ") for text in texts]
    assert by_column(plain, identifier) == [by_python(text, identifier) for text in plain]


@pytest.mark.parametrize("identifier", READ, ids=lambda one: one.entity)
def test_columns_and_python_agree_on_many_numbers_of_the_same_length(identifier: Identifier) -> None:
    random = Random(identifier.entity)
    values = [MAKERS[identifier.entity](random) for _ in range(300)]
    spoilt = [re.sub("[0-9]", lambda _: random.choice("0123456789"), value) for value in values * 5]
    spoilt += [re.sub("[A-Z]", lambda _: random.choice("ABCDEFGNTZ"), value) for value in values * 5]
    texts = values + spoilt
    expected = [by_python(text, identifier) for text in texts]
    assert by_column(texts, identifier) == expected
    assert None not in expected[:300]
    assert None in expected[300:] or identifier.entity == "email", "a mailbox has no check"


@pytest.mark.parametrize(
    ("entity", "text"),
    [
        ("nhs-number", "0000000000"), ("nhs-number", "4444444444"), ("uln", "9999999999"), ("utr", "1111111111"),
        ("national-insurance-number", "TN290200F"), ("national-insurance-number", "TN300200F"),
        ("national-insurance-number", "PP999999P"), ("national-insurance-number", "AB111111A"),
        ("date-of-birth", "29/02/1900"), ("date-of-birth", "29/02/2000"), ("date-of-birth", "31/4/31"),
        ("date-of-birth", "1/2/30"), ("date-of-birth", "1 Feb 1980"), ("date-of-birth", "1/2-80"), ("date-of-birth", "1899-12-31"),
        ("cro-number", "SF39/12F"), ("pnc-id", "1812/1A"), ("phone", "07700 900123"), ("phone", "0300 123 4567"),
        ("phone", "01223 111111"), ("payment-card", "4111 1111 1111 1111"), ("iban", "DE89370400440532013000"),
        ("iban", "gb29 NWBK 6016 1331 9268 19"), ("upn", "A801200001001"), ("upn", "A80120000100A"), ("postcode", "M1 1AA"),
        ("postcode", "QQ1 1AA"), ("postcode", "BL0 9AA"), ("postcode", "AB1 1AA"), ("utr", "1955839661K"),
    ],
)  # fmt: skip
def test_columns_and_python_agree_on_the_edges(entity: str, text: str) -> None:
    identifier = BY_ENTITY[entity]
    assert by_column([text], identifier) == [by_python(text, identifier)]


@pytest.mark.parametrize("entity", sorted(LETTERED))
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_is_never_written_without_a_letter_is_not(entity: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(BY_ENTITY[entity].pattern, re.ASCII), fullmatch=True))
    assert re.search("[A-Za-z]", text)
