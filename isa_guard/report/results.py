"""What stops, or advises, or could not be read, as one list: the formats for machines that place remarks on lines."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from isa_guard.decide.verdict import stopping
from isa_guard.frozen import dataclass
from isa_guard.language.outcome import Outcome
from isa_guard.model.observation import Seen, Weight
from isa_guard.model.rule import Otherwise
from isa_guard.report.words import clause_numbers, needs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.errors import Place, Problem
    from isa_guard.model.decision import Decision, Finding
    from isa_guard.model.log_rule import LogRule
    from isa_guard.model.observation import Observation
    from isa_guard.model.rule import Rule
    from isa_guard.report.run import Run


KINDS: Final = frozenset({Seen.IDENTIFIER, Seen.DISCLOSURE})  # those whose `what` is a name of ours


class Gravity(StrEnum):
    """How grave a result is: it refuses (or could not be read), a person must decide, it is advice."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Result:
    """One remark on one place. `fingerprint` stays the same when the fact is reformatted or its lines move."""

    rule_id: str
    title: str
    gravity: Gravity
    message: str
    place: Place
    fingerprint: str
    rule: Rule | LogRule | None


def results(run: Run) -> tuple[Result, ...]:
    """Answer every result of a run, in the order of the facts."""
    return (*(one for decision in run.decisions for one in _of(decision)), *map(_unread, run.problems))


def _of(decision: Decision) -> Iterator[Result]:
    for finding in decision.findings:
        gravity = _gravity(finding)
        if gravity is None:
            continue
        key = f"{finding.rule.id}\n{decision.fact.kind.value}\n{decision.fact.reference}\n{decision.agreement.id}"
        fingerprint = hashlib.sha256(key.encode()).hexdigest()
        place, rule = finding.place, finding.rule
        yield Result(rule.id, rule.title, gravity, _message(finding), place, fingerprint, rule)
    for one in decision.observations:
        if one.weight is not Weight.ALLOWED:
            yield _seen(one, decision)


def _seen(one: Observation, decision: Decision) -> Result:
    """What was seen in a file, at its own place. Its fingerprint names no line: rows may be put in before it."""
    key = f"{one.seen}\n{one.what}\n{one.place.source}\n{one.part}\n{one.column}\n{decision.fact.reference}"
    where = ", ".join(filter(None, (one.part, one.column)))
    shape = f", of the shape {one.shape}" if one.shape else ""
    return Result(
        f"seen/{one.seen.value}/{one.what}" if one.seen in KINDS else f"seen/{one.seen.value}",
        "Seen in a file of the export",
        Gravity.ERROR if one.weight is Weight.STOPS else Gravity.WARNING,
        f"{one.words}{shape}" + (f" ({where})" if where else ""),
        one.place,
        hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest(),
        None,
    )


def _gravity(finding: Finding) -> Gravity | None:
    stops = stopping(finding)
    if stops in {Otherwise.REFUSE, Otherwise.NOT_COVERED}:
        return Gravity.ERROR
    if stops is Otherwise.REFER:
        return Gravity.WARNING
    troubled = finding.outcome in {Outcome.NOT_MET, Outcome.CANNOT_TELL}
    return Gravity.NOTE if troubled else None  # advice, or a departure that a dispensation allows


def _message(finding: Finding) -> str:
    why = needs(finding)
    parts = [f"{finding.rule.title} ({clause_numbers(finding.clauses)})", f"seen: {finding.seen}"]
    if why:
        parts.append(why)
    if finding.dispensation:
        parts.append(f"departed from under dispensation {finding.dispensation.id}")
    parts.append(f"to satisfy: {finding.satisfy}")
    return ". ".join(parts)


def _unread(problem: Problem) -> Result:
    key = f"{problem.code}\n{problem.place.source}\n{problem.what}"
    # A file name need not be UTF-8 (PEP 383).
    fingerprint = hashlib.sha256(key.encode(errors="surrogateescape")).hexdigest()
    message = f"{problem.what}; {problem.hint}" if problem.hint else problem.what
    return Result(
        f"load/{problem.code}",
        "It could not be read",
        Gravity.ERROR,
        message,
        problem.place,
        fingerprint,
        None,
    )
