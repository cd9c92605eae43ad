"""An agreement's folder to one typed Agreement, with every problem of every file reported at once.

The folder of a version holds `agreement.yaml` and, where they are named, its fields and its dispensations.
The folder of an agreement holds one folder for each version.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import field, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Final, TypeVar

from isa_guard.errors import LoadError, Place, Problem
from isa_guard.frozen import dataclass
from isa_guard.load import assemble
from isa_guard.load.binding import Binder, Surroundings
from isa_guard.load.calendars import read_calendars
from isa_guard.load.digests import digest_of
from isa_guard.load.inherit import read_with_parents
from isa_guard.load.packs import UnboundRule, read_file, read_pack, shipped
from isa_guard.load.problems import shaped
from isa_guard.load.shapes import AgreementDocument, LogRuleShape, RuleShape
from isa_guard.load.suggest import did_you_mean
from isa_guard.load.terms import TermReader, terms_record
from isa_guard.load.yaml import read_document
from isa_guard.model.agreement import Agreement, Source, Versions
from isa_guard.model.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from isa_guard.language.types import Record
    from isa_guard.load.yaml import Data, Document, Path
    from isa_guard.model.agreement import Term
    from isa_guard.model.facts import FactKind
    from isa_guard.model.log_rule import LogRule
    from isa_guard.model.rule import Dispensation, Rule
    from isa_guard.model.schedule import Schedule

T = TypeVar("T")

AGREEMENT_FILE: Final = "agreement.yaml"
_TERM_READ: Final = re.compile(r"agreement\.terms\.([a-z0-9_.]*[a-z0-9_])")
_MISSED: Final = re.compile(r"agreement\.terms((?:\.\w+)*) has no field '(\w+)'")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where rule packs and parent agreements are looked for, nearest first."""

    rules: tuple[FilePath, ...] = field(default_factory=lambda: (shipped("rules"),))
    policies: tuple[FilePath, ...] = field(default_factory=lambda: (shipped("policies"),))


def load(path: str | FilePath, shelf: Shelf | None = None) -> Versions:
    """Answer the versions of the agreement at `path`: a version's folder or file, an agreement's folder, or the id
    of a shipped agreement. Raises LoadError with every problem of every version.
    """
    shelf = shelf or Shelf()
    folders = version_folders(FilePath(path), shelf)
    agreements: list[Agreement] = []
    problems: list[Problem] = []
    for folder in folders:
        try:
            agreements.append(load_version(folder, shelf))
        except LoadError as error:
            problems += error.problems
    problems += _mixed(agreements)
    if problems:
        raise LoadError(tuple(problems))
    return Versions(tuple(sorted(agreements, key=lambda agreement: agreement.in_force.start)))


def _mixed(agreements: Sequence[Agreement]) -> list[Problem]:
    """Answer what keeps agreements from being the versions of one: another id, or a version's name again."""
    problems: list[Problem] = []
    for index, one in enumerate(agreements):
        before = agreements[:index]
        if before and one.id != before[0].id:
            what = f"the folder holds `{before[0].id}`, and here `{one.id}`"
            problems.append(
                Problem(what, one.place, "one folder holds the versions of one agreement", "version")
            )
        if any(other.version == one.version for other in before):
            what = f"the version `{one.version}` stands twice in the folder"
            problems.append(Problem(what, one.place, "give each version a name of its own", "version"))
    return problems


def version_folders(path: FilePath, shelf: Shelf) -> tuple[FilePath, ...]:
    """Answer the folders of the versions that `path` stands for. Raises LoadError where there is none."""
    candidates = (path, *(folder / path for folder in shelf.policies if not path.is_absolute()))
    for candidate in candidates:
        if candidate.is_file():
            return (candidate.parent,)
        if (candidate / AGREEMENT_FILE).is_file():
            return (candidate,)
        if candidate.is_dir():
            found = tuple(sorted(child.parent for child in candidate.glob(f"*/{AGREEMENT_FILE}")))
            if found:
                return found
    known = {
        child.name
        for folder in shelf.policies
        if folder.is_dir()
        for child in folder.iterdir()
        if child.is_dir()
    }
    hint = did_you_mean(str(path), known)
    raise LoadError((Problem("there is no agreement here", Place(str(path)), hint, "no-agreement"),))


def load_around(rule: UnboundRule, document: Document) -> Agreement:
    """Answer an agreement that holds this one rule and no other: what the rule's own cases run under."""
    return _Loader(FilePath(), document, (), Shelf((), ()), (rule,)).load()


def load_version(folder: FilePath, shelf: Shelf) -> Agreement:
    """Answer the agreement in a version's folder. Raises LoadError with every problem."""
    document, sources = read_with_parents(folder / AGREEMENT_FILE, shelf.policies)
    return _Loader(folder, document, sources, shelf).load()


class _Loader:
    """Loads one version; problems are collected until nothing more can be told."""

    def __init__(
        self,
        folder: FilePath,
        document: Document,
        sources: Sequence[Source],
        shelf: Shelf,
        given: Sequence[UnboundRule] = (),
    ) -> None:
        self.given = given
        self.folder = folder
        self.document = document
        self.sources = list(sources)
        self.shelf = shelf
        self.problems: list[Problem] = []
        self.packs_read = True

    def load(self) -> Agreement:
        shape = shaped(self.document, AgreementDocument)
        self.problems += assemble.reference_problems(shape, self.document)
        in_force = self.attempt(lambda: assemble.in_force(shape.in_force, self.document))
        calendars = self.attempt(lambda: read_calendars(shape.calendars, self.document)) or {}
        reader = TermReader(self.document, calendars, tuple(shape.categories), tuple(shape.parties))
        reader.read(self.section("terms"), ("terms",))
        self.problems += reader.problems
        terms = tuple(reader.terms)
        schemas, schedules = self.extended(shape)
        shape = assemble.scheduled(shape, schedules)
        unbound, rule_sources = self.rules(shape)
        clauses = assemble.clauses(shape, self.document)
        if self.packs_read:  # else every citation of theirs would be a problem as well
            self.problems += assemble.rule_problems(shape, self.document, [rule.shape.id for rule in unbound])
        constant = assemble.agreement_constant(shape, in_force, terms_record(terms))
        absolute = frozenset(term.path for term in terms if term.absolute)
        varied = frozenset(term.path for term in terms if term.variations)
        surroundings = Surroundings(schemas, constant, absolute, varied)
        rules = self.bound(unbound, surroundings, terms)
        log_rules = self.bound_to_logs(unbound, surroundings, terms)
        self.problems = [one for one in self.problems if not self.follows_from_a_term(one)]
        dispensations = self.attempt(lambda: self.dispensations(shape, surroundings, rules, log_rules)) or ()
        if self.problems or in_force is None:
            raise LoadError(tuple(self.problems))
        return Agreement(
            id=shape.id,
            version=shape.version,
            title=shape.title,
            in_force=in_force,
            parties=assemble.parties(shape),
            spoc=assemble.spoc(shape),
            flows=assemble.flows(shape),
            gateways=assemble.gateways(shape),
            purposes=assemble.purposes(shape),
            categories=assemble.categories(shape),
            terms=terms,
            calendars=tuple(calendar for name, calendar in calendars.items() if name in shape.calendars),
            clauses=clauses,
            readings=assemble.readings(shape, self.document, clauses),
            rules=tuple(rules),
            log_rules=tuple(log_rules),
            dispensations=dispensations,
            schemas=schemas,
            schedules=schedules,
            constant=constant[1],
            supersedes=shape.supersedes,
            sources=tuple(self.sources),
            digest=digest_of(self.sources),
            rule_sources=rule_sources,
            rules_digest=digest_of(rule_sources),
            place=self.document.place(()),
        )

    def attempt(self, work: Callable[[], T]) -> T | None:
        """Answer what `work` gives, or note its problems and go on, so that all are seen at once."""
        try:
            return work()
        except LoadError as error:
            self.problems += error.problems
            return None

    def follows_from_a_term(self, problem: Problem) -> bool:
        """Answer whether a rule misses a term that is written, and so could not be read, which is told where it stands."""
        missed = _MISSED.match(problem.what)
        if missed is None:
            return False
        steps = [step.replace("_", "-") for step in (*missed[1].split("."), missed[2]) if step]
        return ("terms", *steps) in self.document.values

    def section(self, key: str) -> Mapping[str, Data]:
        data = self.document.data
        found = data.get(key) if isinstance(data, dict) else None
        return found if isinstance(found, dict) else {}

    def extended(self, shape: AgreementDocument) -> tuple[Mapping[FactKind, Record], tuple[Schedule, ...]]:
        """Answer the schemas of facts with this agreement's own fields, and what may be sent of its categories."""
        name = shape.fields
        document = self.attempt(lambda: self.beside(name, ("fields",))) if name is not None else None
        if document is None:
            return SCHEMAS, ()
        from isa_guard.load.fields import extended_schemas
        from isa_guard.load.sent import read_schedules

        schemas = self.attempt(lambda: extended_schemas(document))
        named = {id_: category.fields for id_, category in shape.categories.items()}
        schedules = self.attempt(lambda: read_schedules(document, named)) if schemas else None
        return schemas or SCHEMAS, schedules or ()

    def beside(self, name: str, path: Path) -> Document:
        """Read a file of the same folder that the agreement names, and count it among its sources."""
        if FilePath(name).name != name:
            place = self.document.place(path)
            raise LoadError(
                (
                    Problem(
                        f"`{name}` is not in the agreement's own folder",
                        place,
                        "name a file beside it",
                        "path",
                    ),
                )
            )
        content = read_file(self.folder / name)
        self.sources.append(Source(name, hashlib.sha256(content).hexdigest(), content))
        return read_document(content, str(self.folder / name))

    def rules(self, shape: AgreementDocument) -> tuple[list[UnboundRule], tuple[Source, ...]]:
        """Answer the rules of the packs in use and the agreement's own."""
        unbound: list[UnboundRule] = list(self.given)
        sources: list[Source] = []
        for index, family in enumerate(shape.uses):
            try:
                rules, files = read_pack(family, self.shelf.rules)
            except LoadError as error:
                self.packs_read = False
                place = self.document.place(("uses", index))
                self.problems += [p if p.code != "pack" else replace(p, place=place) for p in error.problems]
                continue
            unbound += [rule for rule in rules if rule.shape.id not in shape.without]
            sources += files
        unbound += self.owned("rules", shape.rules)
        unbound += self.owned("log-rules", shape.log_rules)
        return unbound, tuple(sources)

    def owned(self, key: str, rules: Sequence[RuleShape | LogRuleShape]) -> list[UnboundRule]:
        """Answer the rules that stand in the agreement itself."""
        return [
            UnboundRule(own, self.document, (key, index), hashlib.sha256(repr(own).encode()).hexdigest())
            for index, own in enumerate(rules)
        ]

    def beside_their_terms(
        self, problems: Sequence[Problem], rule: UnboundRule, terms: Sequence[Term]
    ) -> list[Problem]:
        """Answer the problems of a pack's rule, which was sound when it was shipped, with the terms of ours that it reads."""
        if rule.document.source == self.document.source:
            return [*problems]
        names = frozenset(_TERM_READ.findall(rule.document.text))
        read = [f"`{one.path}`, written at {one.place}" for one in terms if one.path in names]
        hint = f"the rule reads {'; '.join(read)}" if read else ""
        return [
            replace(one, hint=hint) if not one.hint and one.code == "expression" else one for one in problems
        ]

    def bound(
        self, unbound: Sequence[UnboundRule], surroundings: Surroundings, terms: Sequence[Term]
    ) -> list[Rule]:
        rules: list[Rule] = []
        for one in unbound:
            if not isinstance(one.shape, RuleShape):
                continue
            binder = Binder(one, surroundings)
            rule = binder.bind()
            self.problems += self.beside_their_terms(binder.problems, one, terms)
            if rule is not None:
                rules.append(rule)
        return rules

    def bound_to_logs(
        self, unbound: Sequence[UnboundRule], surroundings: Surroundings, terms: Sequence[Term]
    ) -> list[LogRule]:
        rules: list[LogRule] = []
        for one in unbound:
            if not isinstance(one.shape, LogRuleShape):
                continue
            from isa_guard.load.log_binding import LogBinder

            binder = LogBinder(one.shape, one, surroundings)
            rule = binder.bind()
            self.problems += self.beside_their_terms(binder.problems, one, terms)
            if rule is not None:
                rules.append(rule)
        return rules

    def dispensations(
        self,
        shape: AgreementDocument,
        surroundings: Surroundings,
        rules: Sequence[Rule],
        log_rules: Sequence[LogRule],
    ) -> tuple[Dispensation, ...]:
        if shape.dispensations is None:
            return ()
        from isa_guard.load.dispensations import read_dispensations

        document = self.beside(shape.dispensations, ("dispensations",))
        over_logs = frozenset(rule.id for rule in log_rules)
        return read_dispensations(document, surroundings, {rule.id: rule for rule in rules}, over_logs)
