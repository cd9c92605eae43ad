"""Cases of a rule over logs: short logs beside it with the outcomes that each must have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import LoadError, Problem
from isa_guard.frozen import dataclass
from isa_guard.language.outcome import Outcome
from isa_guard.language.values import from_datetime
from isa_guard.load.agreement import load_around
from isa_guard.load.cases import CASES_FILE, CaseReader, ground
from isa_guard.load.packs import read_file
from isa_guard.load.problems import shaped
from isa_guard.load.shapes_beside import LogRuleCasesDocument
from isa_guard.load.yaml import read_document
from isa_guard.model.facts import FactKind
from isa_guard.model.log import LogEvent, LogPlace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path as FilePath

    from isa_guard.errors import Place
    from isa_guard.load.packs import UnboundRule
    from isa_guard.load.yaml import Path
    from isa_guard.model.agreement import Agreement


@dataclass(frozen=True, slots=True)
class LogCase:
    """A short log and how often the rule must come to each outcome on it."""

    name: str
    events: tuple[LogEvent, ...]
    until: int | None
    expect: Mapping[Outcome, int]
    place: Place


@dataclass(frozen=True, slots=True)
class LogRuleCases:
    """A rule over logs alone in its agreement, with its cases."""

    agreement: Agreement
    cases: tuple[LogCase, ...]


def read_log_rule_cases(folder: FilePath, rule: UnboundRule) -> LogRuleCases:
    """Answer the cases in a rule's folder, the rule bound to its ground. Raises LoadError with every problem."""
    document = read_document(read_file(folder / CASES_FILE), str(folder / CASES_FILE))
    shape = shaped(document, LogRuleCasesDocument)
    agreement = load_around(rule, ground(document, rule.shape.id))
    reader = CaseReader(document, agreement.schemas, "2000-01-01T00:00:00Z")
    cases = []
    for index, case in enumerate(shape.cases):
        path: Path = ("cases", index)
        events = []
        for number, given in enumerate(case.events):
            here: Path = (*path, "events", number)
            fact = reader.fact(FactKind.EVENT, [shape.given, given], (), (), here)
            if fact is None:
                continue
            at = fact.values.get("at")
            if not isinstance(at, int):
                reader.fault("an event of a log has a time", here, "add `at`")
                continue
            events.append(LogEvent(at, LogPlace(0, number + 1), fact.values))
        until = from_datetime(reader.moment(case.until, path)) if case.until else None
        expect = {Outcome(word): number for word, number in case.expect.items() if number}
        cases.append(LogCase(case.name, tuple(events), until, expect, document.place(path)))
    reader.finish()
    if not agreement.log_rules:
        raise LoadError((Problem("the rule is not over logs", document.place(()), "", "case"),))
    return LogRuleCases(agreement, tuple(cases))
