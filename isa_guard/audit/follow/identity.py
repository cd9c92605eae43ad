"""What a finding is called: the same whether it was found while the log grew or by an audit of the whole log."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from isa_guard.model.log_rule import Ceiling, LogRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isa_guard.language.outcome import Outcome
    from isa_guard.model.audit import AnyRule, LogFinding
    from isa_guard.model.log import LogPlace

FORM: Final = "isa-guard/finding/1"
_encoded: Final = json.JSONEncoder(separators=(",", ":")).encode  # made once: it is asked for every finding


def hashed(kind: str, outcome: str, evidence: Iterable[tuple[str, int]]) -> str:
    """Answer the SHA-256 over what a finding is about. A name of a file may hold anything: JSON keeps it apart."""
    text = _encoded([FORM, kind, outcome, list(evidence)])
    return hashlib.sha256(text.encode()).hexdigest()


def finding_id(
    rule: AnyRule, outcome: Outcome, places: Sequence[LogPlace], names: Sequence[str] | dict[int, str]
) -> str:
    """Answer the id of a finding: its rule, its outcome, and the lines that prove it, by file and number.

    A ceiling is known by the first event of its window alone: the rest of the window grows, and the finding stays one.
    """
    ceiling = isinstance(rule, LogRule) and isinstance(rule.pattern, Ceiling)
    proof = places[:1] if ceiling else places
    return hashed(rule.digest, outcome.value, ((names[place.file], place.line) for place in proof))


def id_of(finding: LogFinding, names: Sequence[str]) -> str:
    """Answer the id of a finding of an audit. `names` are those of its files, as they were given."""
    return finding_id(finding.rule, finding.outcome, finding.places, names)
