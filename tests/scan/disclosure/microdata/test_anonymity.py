"""k, l and t are what a plain count gives."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from isa_guard.errors import UsageError
from isa_guard.scan.disclosure.checks import Claim, check_records
from isa_guard.scan.disclosure.finding import Check, Severity
from isa_guard.scan.disclosure.limits import Limits
from isa_guard.scan.disclosure.microdata import anonymity
from isa_guard.scan.disclosure.microdata.anonymity import (
    class_sizes,
    closeness,
    diversity,
    k_anonymity,
    l_diversity,
    t_closeness,
    uniqueness,
)
from isa_guard.scan.disclosure.microdata.records import Records, records_of

Row = tuple[str, int | None, str | None, int | None]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["north", "south"]),
        st.sampled_from([30, 40, None]),
        st.sampled_from(["flu", "cold", "none", None]),
        st.sampled_from([1, 2, 5, 9, None]),
    ),
    min_size=1,
    max_size=14,
)


def made(rows: list[Row]) -> Records:
    frame = pl.DataFrame(rows, schema={"size": pl.String, "rank": pl.Int64, "class": pl.String, "n": pl.Int64}, orient="row")  # fmt: skip
    return records_of(frame, quasi=("size", "rank"), sensitive=("class", "n"))


def classes(rows: list[Row], column: int) -> list[list[object]]:
    found: defaultdict[tuple[object, object], list[object]] = defaultdict(list)
    for row in rows:
        found[row[0], row[1]].append(row[column])
    return list(found.values())


@given(ROWS)
@settings(max_examples=50, deadline=None)
def test_classes_and_their_values_are_counted(rows: list[Row]) -> None:
    records = made(rows)
    assert list(class_sizes(records)) == sorted(len(one) for one in classes(rows, 2))
    for column, name in ((2, "class"), (3, "n")):
        assert list(diversity(records, name)) == sorted(len(set(one)) for one in classes(rows, column))


@given(ROWS)
@settings(max_examples=50, deadline=None)
def test_words_are_as_far_apart_as_their_shares_differ(rows: list[Row]) -> None:
    overall = Counter(row[2] for row in rows)
    distances = []
    for one in classes(rows, 2):
        within = Counter(one)
        distances.append(
            sum(abs(within[value] / len(one) - overall[value] / len(rows)) for value in overall) / 2
        )
    measured = closeness(made(rows), "class", Limits())
    assert measured is not None
    assert measured.farthest == pytest.approx(max(distances))


@given(ROWS)
@settings(max_examples=50, deadline=None)
def test_numbers_are_as_far_apart_as_moving_their_ranks_costs(rows: list[Row]) -> None:
    """Against another library's earth mover's distance between ranks, over the longest move."""
    values = sorted({row[3] for row in rows}, key=lambda value: (value is None, value))
    rank = {value: place for place, value in enumerate(values)}
    everyone = [rank[row[3]] for row in rows]
    distances = [
        wasserstein_distance([rank[value] for value in one], everyone) / max(1, len(values) - 1)  # type: ignore[index]
        for one in classes(rows, 3)
    ]
    limit = 0.3
    measured = closeness(made(rows), "n", Limits(closeness=limit))
    assert measured is not None
    assert measured.farthest == pytest.approx(max(distances), abs=1e-9)
    assert measured.too_far == sum(distance > limit + 1e-9 for distance in distances)


SAFE: list[Row] = [
    *(("north", 30, "flu", 1), ("north", 30, "cold", 9)) * 3,
    *(("south", 40, "cold", 1), ("south", 40, "flu", 9)) * 3,
]


def test_records_that_are_alike_pass() -> None:
    records, limits = made(SAFE), Limits(k=6)
    assert k_anonymity(records, limits) == l_diversity(records, limits) == t_closeness(records, limits) == ()
    assert uniqueness(records, limits) == ()


def test_one_person_too_few_is_blocked_with_the_numbers() -> None:
    (found,) = k_anonymity(made(SAFE[1:]), Limits(k=6))
    assert found.severity is Severity.BLOCK
    assert found.what.startswith("5 of 11 people share their size, rank with fewer than 5 others")
    assert [at.column for at in found.cells] == [1, 2]


def test_somebody_alone_is_blocked_whatever_k() -> None:
    (found,) = uniqueness(made([*SAFE, ("north", 40, "flu", 1)]), Limits(k=1))
    assert (found.check, found.severity) == (Check.UNIQUENESS, Severity.BLOCK)


def test_a_group_with_one_illness_gives_it_away() -> None:
    rows = [*SAFE, *[("north", 40, "flu", 5)] * 6]
    found = l_diversity(made(rows), Limits())
    assert [at.column for one in found for at in one.cells] == [3, 4]
    assert t_closeness(made(rows), Limits(closeness=0.1))


def test_what_depends_on_names_is_not_passed_without_them() -> None:
    records = records_of(made(SAFE).frame, quasi=())
    for check in (k_anonymity, uniqueness, l_diversity, t_closeness):
        assert [one.severity for one in check(records, Limits())] == [Severity.UNCHECKED]
    records = records_of(made(SAFE).frame, quasi=("size",))
    for check in (l_diversity, t_closeness):
        assert [one.severity for one in check(records, Limits())] == [Severity.UNCHECKED]


def test_too_many_values_and_groups_are_said_to_be_unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anonymity, "MOST_PAIRS", 3)
    (found,) = [one for one in t_closeness(made(SAFE), Limits()) if one.severity is Severity.UNCHECKED]
    assert "3 pairs" in found.what


@pytest.mark.parametrize(
    ("quasi", "sensitive", "message"),
    [(("age",), (), "'age'"), (("size",), ("size",), "once")],
)
def test_columns_must_exist_and_be_named_once(
    quasi: tuple[str, ...], sensitive: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        records_of(made(SAFE).frame, quasi=quasi, sensitive=sensitive)


def test_no_records_are_no_pass() -> None:
    with pytest.raises(UsageError, match="no records"):
        records_of(made(SAFE).frame.clear(), quasi=("size",))


def test_a_pseudonymised_export_may_hold_people_unlike_each_other() -> None:
    records = made([*SAFE, ("north", 40, "flu", 1)])
    assert check_records(records, Claim.PSEUDONYMISED, Limits()) == ()
    checks = {one.check for one in check_records(records, Claim.ANONYMISED, replace(Limits(), k=6))}
    assert {Check.K_ANONYMITY, Check.UNIQUENESS, Check.L_DIVERSITY} <= checks
