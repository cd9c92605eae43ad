"""The numbers that figures and records are held to, as the agreement states them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import LoadError, Problem
from isa_guard.scan.disclosure.limits import Comparison, Limits, Threshold, ZeroPolicy

if TYPE_CHECKING:
    from isa_guard.model.agreement import Agreement


def limits_of(agreement: Agreement) -> Limits:
    """Answer the numbers that the agreement states under `terms: statistics:`; the usual ones where it states none.

    `least-shown` is the smallest count of people that may be shown, which leaves no doubt about the operator;
    `zeros: withheld`; `rounded-to: 5`; `alike: 5` is k. Raises LoadError for a value that makes no sense, at its place.
    """
    usual = Limits()
    found = {"least_shown": usual.threshold.least_safe, "rounded_to": usual.rounding_base, "alike": usual.k}
    zeros, problems = usual.zeros, []
    for term in agreement.terms:
        group, _, name = term.path.partition(".")
        if group != "statistics":
            continue
        if name == "zeros" and term.value in set(ZeroPolicy):
            zeros = ZeroPolicy(str(term.value))
        elif name in found and type(term.value) is int and term.value >= 1:
            found[name] = term.value
        else:
            hint = f"{', '.join(found).replace('_', '-')}: a number from 1; zeros: {' or '.join(ZeroPolicy)}"
            problems.append(
                Problem(f"`{term.path}` says nothing that figures can be held to", term.place, hint, "term")
            )
    if problems:
        raise LoadError(tuple(problems))
    return Limits(
        threshold=Threshold(Comparison.FEWER_THAN, found["least_shown"]),
        zeros=zeros,
        rounding_base=found["rounded_to"],
        k=found["alike"],
    )
