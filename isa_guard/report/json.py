"""The report as JSON for programs: `isa-guard/decision/1`, whose schema is docs/schemas/decision.json.

Keys are written in a fixed order. A new key may be added under the same version; none changes its meaning.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from isa_guard.report.words import needs, verdict_words
from isa_guard.version import __version__

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.errors import Place, Problem
    from isa_guard.model.decision import Decision, Finding, Obligation
    from isa_guard.model.observation import Observation
    from isa_guard.report.run import Run

FORMAT: Final = "isa-guard/decision/1"
Json = dict[str, object]


def render(run: Run) -> str:
    """Answer the report, one JSON object ending in a newline."""
    data: Json = {
        "format": FORMAT,
        "tool": {"name": "isa-guard", "version": __version__},
        "exit_code": run.exit_code,
        "decisions": [_decision(decision, index, run) for index, decision in enumerate(run.decisions)],
        "problems": [_problem(problem) for problem in run.problems],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _decision(decision: Decision, index: int, run: Run) -> Json:
    agreement, fact = decision.agreement, decision.fact
    return {
        "verdict": decision.verdict.value,
        "in_words": verdict_words(decision),
        "fact": {
            "kind": fact.kind.value,
            "reference": fact.reference,
            "sha256": fact.digest,
            "position": fact.position,
        },
        "agreement": {
            "id": agreement.id,
            "version": agreement.version,
            "sha256": agreement.digest,
            "rules_sha256": agreement.rules_digest,
        },
        "as_of": _instant(decision.now),
        "findings": [_finding(finding, decision) for finding in decision.findings],
        "obligations": [_obligation(one) for one in decision.obligations],
        "readings": [
            {"id": one.id, "question": one.question, "reading": one.reading} for one in decision.readings
        ],
        "observations": [observation_json(one) for one in decision.observations],
        "dispensations": [
            {"id": one.id, "rule": one.rule, "approved_by": one.approved_by, "expires": str(one.expires)}
            for one in decision.dispensations
        ],
        "record": run.recorded[index] if run.recorded else None,
    }


def observation_json(one: Observation) -> Json:
    """Answer what was seen in a file, for programs."""
    return {
        "seen": one.seen.value,
        "weight": one.weight.value,
        "what": one.what,
        "words": one.words,
        "place": _place(one.place),
        "part": one.part,
        "column": one.column,
        "shape": one.shape,
        "many": one.many,
    }


def _finding(finding: Finding, decision: Decision) -> Json:
    return {
        "rule": finding.rule.id,
        "title": finding.rule.title,
        "outcome": finding.outcome.value,
        "otherwise": finding.rule.otherwise.value,
        "clauses": [clause.number for clause in finding.clauses],
        "seen": finding.seen,
        "needs": needs(finding),
        "missing": list(finding.missing),
        "asserted": list(finding.asserted),
        "satisfy": finding.satisfy,
        "readings": [reading.id for reading in decision.agreement.readings_of(finding.rule.id)],
        "dispensation": finding.dispensation.id if finding.dispensation else None,
        "place": _place(finding.place),
    }


def _obligation(one: Obligation) -> Json:
    return {
        "rule": one.rule.id,
        "clauses": [clause.number for clause in one.clauses],
        "do": one.do,
        "by": _instant(one.by) if one.by else None,
    }


def _problem(problem: Problem) -> Json:
    return {"code": problem.code, "what": problem.what, "hint": problem.hint, "place": _place(problem.place)}


def _place(place: Place) -> Json:
    return {"source": place.source, "line": place.line, "column": place.column}


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
