"""What is left out of a good transfer stops it: nothing passes because somebody said nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from isa_guard.decide.decide import weigh
from isa_guard.decide.verdict import combined
from isa_guard.load.agreement import Shelf, load_version
from isa_guard.load.cases import CASES_FILE, read_agreement_cases
from isa_guard.model.decision import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isa_guard.language.values import Value
    from isa_guard.load.cases import AgreementCase
    from isa_guard.model.agreement import Agreement

FOLDER = Path(__file__).parents[2] / "policies" / "cambridgeshire-opcc" / "2018-05"
PERMITTED = {Verdict.PERMIT, Verdict.PERMIT_WITH_OBLIGATIONS}


@cache
def agreement() -> Agreement:
    return load_version(FOLDER, Shelf())


@cache
def cases() -> Mapping[str, AgreementCase]:
    return {case.name: case for case in read_agreement_cases(FOLDER / CASES_FILE, agreement())}


def verdict(case: AgreementCase, values: Mapping[str, Value]) -> Verdict:
    fact = replace(case.fact, values=values)
    findings, obligations = weigh(agreement(), fact, now=case.now)
    return combined(findings, obligations)


def without(values: Mapping[str, Value], path: str = "") -> Iterator[tuple[str, dict[str, Value]]]:
    """Every way of leaving one field out, however deep it stands."""
    for name, value in values.items():
        yield path + name, {key: other for key, other in values.items() if key != name}
        if isinstance(value, dict):
            for inner, changed in without(value, f"{path}{name}."):
                yield inner, {**values, name: changed}
        if isinstance(value, tuple) and value and isinstance(value[0], dict):
            for inner, changed in without(value[0], f"{path}{name}[]."):
                yield inner, {**values, name: (changed, *value[1:])}


@pytest.mark.parametrize(
    ("name", "silent"),
    [
        # `originator` and posts are said for the reader; being within reach and a policy on file are only advised on.
        # An unmarked document is presumed OFFICIAL; without a marking nothing else is asked of it.
        ("figures on the tenth working day", {"originator", "already_accessible", "recipients[].post", "marking"}),
        (
            "the originator's permission is in evidence",
            {"originator", "already_accessible", "recipients[].post", "partner_security_policy",
             "treatment_practicable"},
        ),
        # Without `onward` it is a transfer between the parties, which is what it then says it is.
        (
            "consent and authority and permission are in evidence",
            {"originator", "already_accessible", "recipients[].post", "marking", "onward", "onward.organisation"},
        ),
        ("told in the last second of seventy-two hours", {"occurred_at", "aware_at"}),
        ("used for what it was shared for", {"at", "party"}),
        ("recorded with its reason", {"at", "party"}),
        ("held on the last day of the year", {"party", "medium"}),
        ("erased in time", {"party"}),
        ("the first on 1 November 2018", set()),
        ("answered on the twentieth working day with leave of owner and SPOC", set()),
    ],
)  # fmt: skip
def test_these_fields_alone_may_be_left_out_of_a_fact_that_passes(name: str, silent: set[str]) -> None:
    case = cases()[name]
    assert verdict(case, case.fact.values) in PERMITTED
    passing = {
        field
        for field, values in without(case.fact.values)
        if field != "reference" and verdict(case, values) in PERMITTED
    }
    assert passing == silent
