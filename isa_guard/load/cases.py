"""Cases: facts beside rules and agreements with the outcome that each must have.

A rule's cases run under a small agreement of their own, so that a pack can be tested before anybody uses it.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

from isa_guard.errors import LoadError, Problem
from isa_guard.frozen import dataclass
from isa_guard.language.outcome import Outcome
from isa_guard.load.agreement import load_around
from isa_guard.load.dates import INSTANT_HINT, read_instant
from isa_guard.load.facts import UntypedFact, type_fact
from isa_guard.load.packs import read_file, read_rule
from isa_guard.load.problems import shaped
from isa_guard.load.shapes_beside import AgreementCasesDocument, RuleCasesDocument
from isa_guard.load.yaml import Document, read_document
from isa_guard.model.decision import Verdict
from isa_guard.model.facts import Evidence, Fact, FactKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path as FilePath

    from isa_guard.errors import Place
    from isa_guard.language.types import Record
    from isa_guard.load.packs import UnboundRule
    from isa_guard.load.yaml import Data, Path
    from isa_guard.model.agreement import Agreement

CASES_FILE: Final = "cases.yaml"
# What every rule's cases may count on; a pack's `agreement:` is laid over it.
GROUND: Final[Mapping[str, Data]] = {
    "format": "isa-guard/agreement/1",
    "id": "ground",
    "version": "1",
    "title": "the ground that a rule's cases stand on",
    "in-force": {"from": "2020-01-01", "until": "2027-12-31"},
    "parties": {
        "north": {"name": "Example North", "kind": "police-force", "mail": ["north.police.uk"]},
        "south": {"name": "Example South", "kind": "local-authority", "mail": ["south.gov.uk"]},
    },
    "spoc": {"post": "SPOC officer", "acts-for": "north"},
    "flows": [{"from": "north", "to": "south"}],
    "gateways": {"power": "an invented power", "other-power": "another invented power"},
    "categories": {
        "figures": {"title": "Figures"},
        "cases": {"title": "Cases", "fields": ["case_id", "opened_on"]},
    },
    "purposes": {
        "oversight": {"title": "Oversight", "gateways": ["power"], "categories": ["figures", "cases"]},
        "learning": {
            "title": "Learning",
            "basis": "non-statutory",
            "gateways": [],
            "categories": ["figures"],
        },
    },
    "terms": {},
    "uses": [],
}


@dataclass(frozen=True, slots=True)
class RuleCase:
    """One fact and the outcome that the rule must have on it."""

    name: str
    fact: Fact
    now: datetime
    expect: Outcome
    place: Place


@dataclass(frozen=True, slots=True)
class RuleCases:
    """A rule alone in its agreement, with its cases."""

    agreement: Agreement
    cases: tuple[RuleCase, ...]


@dataclass(frozen=True, slots=True)
class AgreementCase:
    """One fact and the decision it must come to, and the rules that must be the ones to stop it."""

    name: str
    fact: Fact
    now: datetime
    expect: Verdict
    because: frozenset[str]
    place: Place


def read_rule_cases(folder: FilePath) -> RuleCases:
    """Answer the cases in a rule's folder, the rule bound to its ground. Raises LoadError with every problem."""
    rule, _ = read_rule(folder / "rule.yaml", str(folder / "rule.yaml"))
    return rule_cases(folder, rule)


def rule_cases(folder: FilePath, rule: UnboundRule) -> RuleCases:
    """Answer the cases beside a rule that has been read. Raises LoadError with every problem."""
    document = read_document(read_file(folder / CASES_FILE), str(folder / CASES_FILE))
    shape = shaped(document, RuleCasesDocument)
    agreement = load_around(rule, ground(document, rule.shape.id))
    kind = agreement.rules[0].on
    reader = CaseReader(document, agreement.schemas, shape.now)
    cases = []
    for index, case in enumerate(shape.cases):
        path: Path = ("cases", index)
        fact = reader.fact(kind, [shape.given, case.given], case.but, case.evidence, path)
        if fact is not None:
            now = reader.moment(case.now or shape.now, path)
            cases.append(RuleCase(case.name, fact, now, Outcome(case.expect), document.place(path)))
    reader.finish()
    return RuleCases(agreement, tuple(cases))


def read_agreement_cases(path: FilePath, agreement: Agreement) -> tuple[AgreementCase, ...]:
    """Answer the cases of an agreement. Raises LoadError with every problem."""
    document = read_document(read_file(path), str(path))
    shape = shaped(document, AgreementCasesDocument)
    reader = CaseReader(document, agreement.schemas, shape.now)
    found = []
    for name, cases in shape.cases.items():
        base = shape.facts.get(name)
        if base is None or len(base) != 1 or next(iter(base)) not in list(FactKind):
            reader.fault("no fact of that name, or not of one kind", ("cases", name), "add it under `facts:`")
            continue
        kind = FactKind(next(iter(base)))
        for index, case in enumerate(cases):
            here: Path = ("cases", name, index)
            start = cast("Mapping[str, object]", base[kind.value])
            fact = reader.fact(kind, [start, case.given], case.but, case.evidence, here)
            if fact is not None:
                now = reader.moment(case.now or shape.now, here)
                expect, because = Verdict(case.expect), frozenset(case.because)
                found.append(AgreementCase(case.name, fact, now, expect, because, document.place(here)))
    reader.finish()
    return tuple(found)


def ground(document: Document, rule_id: str) -> Document:
    """Answer the document of the small agreement: the ground with the cases' own `agreement:` laid over it."""
    data = copy.deepcopy(dict(GROUND))
    own = document.data.get("agreement") if isinstance(document.data, dict) else None
    if isinstance(own, dict):
        data = cast("dict[str, Data]", laid_over(own, data))
    says = "What the rule under test holds."
    data["clauses"] = {"1": {"section": "1", "says": says, "checked-by": {"rules": [rule_id]}}}
    values = {path[1:]: place for path, place in document.values.items() if path[:1] == ("agreement",)}
    keys = {
        path[1:]: place
        for path, place in document.keys.items()
        if path[:1] == ("agreement",) and len(path) > 1
    }
    return Document(data, values, keys, document.source, document.text)


def laid_over(over: Data, under: Data) -> Data:
    """Answer `under` with the entries of `over` laid over it, mapping by mapping."""
    if isinstance(over, dict) and isinstance(under, dict):
        return {**under, **{key: laid_over(value, under.get(key)) for key, value in over.items()}}
    return copy.deepcopy(over)


class CaseReader:
    """Makes facts of cases; problems are collected."""

    def __init__(self, document: Document, schemas: Mapping[FactKind, Record], now: str) -> None:
        self.document = document
        self.schemas = schemas
        self.problems: list[Problem] = []
        self.start = self.moment(now, ("now",))

    def fault(self, what: str, path: Path, hint: str = "") -> None:
        """Note what is wrong at `path`."""
        self.problems.append(Problem(what, self.document.place(path), hint, "case"))

    def finish(self) -> None:
        """Raise LoadError if anything was wrong."""
        if self.problems:
            raise LoadError(tuple(self.problems))

    def moment(self, text: str, path: Path) -> datetime:
        """Answer the instant that `text` writes; one that is none is noted."""
        instant = read_instant(text)
        if instant is None:
            self.fault(f"`{text}` is no time", path, INSTANT_HINT)
            return (
                self.start
                if hasattr(self, "start")
                else cast("datetime", read_instant("2000-01-01T00:00:00Z"))
            )
        return instant

    def fact(
        self,
        kind: FactKind,
        layers: Sequence[Mapping[str, object]],
        but: Sequence[str],
        evidence: Sequence[str],
        path: Path,
    ) -> Fact | None:
        """Answer the fact that `layers` make, each laid over the last; None where it is none, which is noted."""
        data: Data = {"reference": "CASE"}
        for layer in layers:
            data = laid_over(cast("Data", dict(layer)), data)
        for dotted in but:
            if not _left_out(data, dotted.split(".")):
                self.fault(f"`{dotted}` is not given, so it cannot be left out", (*path, "but"))
        place = self.document.place(path)
        document = Document({kind.value: data}, {(): place}, {}, self.document.source, "")
        proofs = [Evidence(f"{kind.value}.{field}", "document", "0" * 64) for field in evidence]
        try:
            fact = type_fact(UntypedFact(kind, None, document, (), b""), self.schemas, proofs)
        except LoadError as error:
            self.problems += error.problems
            return None
        return replace(fact, place=place)


def _left_out(data: Data, steps: Sequence[str]) -> bool:
    *above, last = steps
    for step in above:
        data = data.get(step) if isinstance(data, dict) else None
    if not isinstance(data, dict) or last not in data:
        return False
    del data[last]
    return True
