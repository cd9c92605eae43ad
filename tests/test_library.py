"""The library as a program uses it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import isa_guard
from isa_guard.errors import UsageError
from isa_guard.library import typed
from isa_guard.load.facts import read_facts
from isa_guard.model.agreement import InForce, Versions

HEAD = "format: isa-guard/transfer/1\ntransfer:\n  reference: T-1\n"
TODAY = date(2026, 11, 23)


def two_versions() -> Versions:
    """An old version without an end, as signed agreements often are, and the one that came after it."""
    old = isa_guard.load_agreement("cambridgeshire-opcc").agreements[0]
    new = replace(old, version="2026", in_force=InForce(date(2026, 1, 1), None, "day"))
    return Versions((old, new))


def judged_by(text: str, today: date | None = TODAY) -> str:
    return typed(read_facts((HEAD + text).encode(), "t.yaml")[0], two_versions(), Path(), today).version


def test_a_request_dated_back_is_judged_by_the_terms_of_today() -> None:
    assert judged_by("  needed_by: 2025-06-01\n") == "2026"
    assert judged_by("  requested_on: 2019-01-01\n") == "2026"


def test_what_was_sent_is_judged_by_the_terms_of_that_day() -> None:
    assert judged_by("  sent_at: 2025-06-01T10:00:00Z\n  needed_by: 2026-06-01\n") == "2018-05"
    assert judged_by("  sent_at: 2026-06-01T10:00:00Z\n  needed_by: 2025-06-01\n") == "2026"


def test_a_request_for_later_is_judged_by_the_terms_of_that_day() -> None:
    assert judged_by("  needed_by: 2026-06-01\n", date(2025, 11, 23)) == "2026"


def test_without_today_the_day_in_the_fact_counts_or_the_newest_version() -> None:
    assert judged_by("  needed_by: 2025-06-01\n", None) == "2018-05"
    assert judged_by("", None) == "2026"


def test_two_versions_of_one_name_decide_nothing() -> None:
    old = isa_guard.load_agreement("cambridgeshire-opcc").agreements[0]
    both = Versions((old, replace(old, in_force=InForce(date(2026, 1, 1), None, "day"))))
    with pytest.raises(UsageError, match="has 2 versions '2018-05'"):
        both.version("2018-05")
    with pytest.raises(UsageError, match="has no version '1999'"):
        both.version("1999")
    assert two_versions().version("2026").version == "2026"
