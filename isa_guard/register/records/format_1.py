"""Records of format 1, as registers begun with isa-guard 0.1 hold them: read and replayed, no longer written."""

from __future__ import annotations

from typing import Final

from isa_guard.register.records.members import Members

DECISION_TYPE: Final = "https://isa-guard.org/decision/v1"
# What a replay compares; format 2 has it in one member.
DECISION_MEMBERS: Final = frozenset(
    {
        "agreement", "asOf", "decision", "dispensations", "findings", "findingsDigest", "findingsTruncated",
        "inputs", "kind", "legalBasis", "notApplicable", "obligations", "parties", "position", "purpose", "readings",
        "reference", "rulePack",
    }
)  # fmt: skip


def decision(predicate: Members) -> Members:
    """Answer what a record of format 1 says of its decision."""
    found = {name: value for name, value in predicate.found.items() if name in DECISION_MEMBERS}
    return Members(found, "the decision")


def standing(predicate: Members) -> Members:
    """Answer where and when a record of format 1 stands, under the names of format 2."""
    register = predicate.object("register")
    return Members(
        {
            "clock": predicate.object("clock").found,
            "decidedAt": predicate.text("decidedAt"),
            "epoch": register.number("epoch"),
            "id": predicate.text("decisionId"),
            "index": register.number("index"),
            "operator": predicate.text("operator"),
            "origin": register.text("origin"),
            "previous": predicate.found.get("previous"),
            "supersedes": None,
        },
        "the standing",
    )
