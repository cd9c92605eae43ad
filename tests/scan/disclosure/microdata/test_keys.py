"""Keys that can be undone, or that keep an order; and columns that single people out."""

from __future__ import annotations

import hashlib
import random
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.scan.disclosure.finding import Severity
from isa_guard.scan.disclosure.limits import Limits
from isa_guard.scan.disclosure.microdata import singling_out as singling
from isa_guard.scan.disclosure.microdata.digests import (
    NHS_NUMBERS,
    NINOS,
    Digest,
    KeySpace,
    digest_columns,
    reversible_keys,
)
from isa_guard.scan.disclosure.microdata.keys import ordered_keys
from isa_guard.scan.disclosure.microdata.records import Records, records_of
from isa_guard.scan.disclosure.microdata.singling_out import singled_out, singling_out

# The range 999 is kept for tests and never given to a person.
NUMBERS = ["9990000018", "9990000026", "9990000034", "9990000042", "9990000050"]
TEST_NUMBERS = KeySpace(NHS_NUMBERS.title, NHS_NUMBERS.size, tuple(NUMBERS))


def keyed(keys: list[object], **columns: list[object]) -> Records:
    return records_of(pl.DataFrame({"key": keys, **columns}), quasi=(), keys=("key",))


def digest(algorithm: str, text: str) -> str:
    return hashlib.new(algorithm, text.encode()).hexdigest()


@pytest.mark.parametrize("algorithm", list(Digest))
@pytest.mark.parametrize("spelling", ["{}", "{0:.3} {0}"])
def test_a_column_of_digests_is_known_by_its_shape(algorithm: Digest, spelling: str) -> None:
    records = keyed([digest(algorithm, spelling.format(number)).upper() for number in NUMBERS])
    assert digest_columns(records) == (("key", algorithm),)


@pytest.mark.parametrize("algorithm", list(Digest))
def test_plain_digests_of_known_identifiers_are_blocked(algorithm: Digest) -> None:
    (found,) = reversible_keys(keyed([digest(algorithm, number) for number in NUMBERS]), [TEST_NUMBERS])
    assert found.severity is Severity.BLOCK
    assert found.what.startswith(f"5 keys in key are plain {algorithm} digests of NHS numbers")
    assert "909,090,909" in found.what
    assert not any(number in found.what for number in NUMBERS)


@pytest.mark.parametrize("written", ["999 000 0018", "999-000-0018", "9990000018"])
def test_the_usual_spellings_of_an_identifier_are_tried(written: str) -> None:
    (found,) = reversible_keys(keyed([digest("sha256", written)]), [TEST_NUMBERS])
    assert found.severity is Severity.BLOCK


def test_a_national_insurance_number_is_tried_in_either_case() -> None:
    space = KeySpace(NINOS.title, NINOS.size, ("QQ 12 34 56 C",))
    (found,) = reversible_keys(keyed([digest("md5", "qq123456c")]), [space])
    assert found.severity is Severity.BLOCK
    assert "1,492,000,000" in found.what


def test_digests_of_row_numbers_are_blocked_without_any_candidate() -> None:
    (found,) = reversible_keys(keyed([digest("md5", str(number)) for number in range(1, 20)]))
    assert found.severity is Severity.BLOCK
    assert "row numbers" in found.what


def test_digests_of_something_unknown_are_weighed_by_a_person() -> None:
    (found,) = reversible_keys(
        keyed([digest("sha256", f"a secret {number}") for number in NUMBERS]), [TEST_NUMBERS]
    )
    assert found.severity is Severity.WARN
    assert "none of 5 candidates" in found.what


@pytest.mark.parametrize("keys", [["a", "b"], ["f" * 31, "e" * 31], ["g" * 32, "h" * 32], [1, 2]])
def test_other_keys_are_no_digests(keys: list[object]) -> None:
    assert digest_columns(keyed(keys)) == ()


def test_a_stray_word_hides_no_column_of_digests() -> None:
    assert digest_columns(keyed([*(digest("md5", number) for number in NUMBERS * 2), "unknown", None]))


@pytest.mark.parametrize(
    ("keys", "severities"),
    [
        (list(range(100, 120)), [Severity.BLOCK]),
        (list(range(120, 100, -1)), [Severity.BLOCK]),
        ([f"P-{number:05}" for number in range(20)], [Severity.BLOCK]),
        (random.Random(1).sample(range(100, 120), 20), [Severity.BLOCK]),
        ([number * number * 7 for number in range(20)], [Severity.WARN]),
        (random.Random(1).sample(range(10**9), 20), []),
        (sorted(digest("md5", str(number)) for number in range(20)), []),
        (list(range(5)), []),
    ],
)
def test_keys_that_keep_an_order_are_found(keys: list[object], severities: list[Severity]) -> None:
    assert [one.severity for one in ordered_keys(keyed(keys))] == severities


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 4), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_singling_out_is_what_counting_each_set_of_columns_gives(rows: list[tuple[int, ...]]) -> None:
    records = records_of(pl.DataFrame(rows, schema=list("abcd"), orient="row"), quasi=())
    expected = {
        columns: sum(
            sum(all(row["abcd".index(c)] == other["abcd".index(c)] for c in columns) for other in rows) == 1
            for row in rows
        )
        for size in (2, 3)
        for columns in combinations("abcd", size)
    }
    assert {one.columns: one.alone for one in singled_out(records)} == expected


def test_sets_beyond_the_limit_are_said_to_be_untried(monkeypatch: pytest.MonkeyPatch) -> None:
    records = records_of(pl.DataFrame({name: [1, 1, 2] for name in "abcde"}), quasi=())
    assert all(one.severity is Severity.WARN for one in singling_out(records, Limits()))
    monkeypatch.setattr(singling, "MOST_SETS", 4)
    assert singling_out(records, Limits())[-1].severity is Severity.UNCHECKED
    monkeypatch.setattr(singling, "MOST_SETS", 400)
    monkeypatch.setattr(singling, "MOST_ROWS", 12)
    assert "4 of 20 sets" in singling_out(records, Limits())[-1].what
