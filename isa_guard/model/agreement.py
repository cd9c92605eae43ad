"""One version of one Information Sharing Agreement, as data."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from isa_guard.errors import Place
    from isa_guard.language.types import Record, Type
    from isa_guard.language.values import Value
    from isa_guard.model.facts import FactKind
    from isa_guard.model.log_rule import LogRule
    from isa_guard.model.rule import Dispensation, Rule
    from isa_guard.model.schedule import Schedule
    from isa_guard.uk.calendars import Calendar


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation that has signed, and the mail domains that are its own."""

    id: str
    name: str
    kind: str
    mail: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SinglePoint:
    """The single point of contact (SPOC): a post, and the party it acts for."""

    post: str
    acts_for: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Who may send to whom."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Gateway:
    """The legal power under which information may be disclosed; the agreement itself creates none."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Category:
    """A category of data, and the fields that may be sent of it (empty: not scheduled field by field)."""

    id: str
    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What information may be shared for, by which gateways, in which categories."""

    id: str
    title: str
    basis: str
    gateways: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variation:
    """Another value of a term for one category of data or one party."""

    by: str  # "category" or "party"
    of: str
    value: Value


@dataclass(frozen=True, slots=True)
class Term:
    """An agreed value: a notice period, a deadline, a list. `path` is how rules name it."""

    path: str
    type: Type
    value: Value
    variations: tuple[Variation, ...]
    absolute: bool
    place: Place


class CheckedBy(StrEnum):
    """How a clause is held to: by rules, by evidence that must exist, or by a person."""

    RULES = "rules"
    EVIDENCE = "evidence"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Check:
    """One way in which a clause is checked."""

    by: CheckedBy
    what: str  # a rule id, a kind of evidence, or the occasion on which a person looks
    renewed: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered statement of the agreement, in our own words."""

    number: str
    section: str
    says: str
    checks: tuple[Check, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Reading:
    """An ambiguity of the text, and the recorded way in which it is read here."""

    id: str
    question: str
    reading: str
    why: str
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class InForce:
    """The days on which a version is in force, both ends included; `precision` says how exactly it is known."""

    start: date
    until: date | None
    precision: str

    def covers(self, day: date) -> bool:
        """Answer whether `day` lies in the period."""
        return self.start <= day and (self.until is None or day <= self.until)

    def __str__(self) -> str:
        shown = {"day": "%d %B %Y", "month": "%B %Y", "year": "%Y"}[self.precision]
        start = self.start.strftime(shown).lstrip("0")
        if self.until is None:
            return f"from {start}, no end stated"
        return f"from {start} until {self.until.strftime('%d %B %Y').lstrip('0')}"


@dataclass(frozen=True, slots=True)
class Source:
    """One file that the agreement or its rules are made of, as it was read."""

    name: str
    digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of one agreement, with its rules bound to its terms and checked.

    `digest` covers every file of the agreement (parents included); `rules_digest` every rule it uses.
    """

    id: str
    version: str
    title: str
    in_force: InForce
    parties: tuple[Party, ...]
    spoc: SinglePoint
    flows: tuple[Flow, ...]
    gateways: tuple[Gateway, ...]
    purposes: tuple[Purpose, ...]
    categories: tuple[Category, ...]
    terms: tuple[Term, ...]
    calendars: tuple[Calendar, ...]
    clauses: tuple[Clause, ...]
    readings: tuple[Reading, ...]
    rules: tuple[Rule, ...]
    log_rules: tuple[LogRule, ...]
    dispensations: tuple[Dispensation, ...]
    schemas: Mapping[FactKind, Record]
    schedules: tuple[Schedule, ...]
    constant: Mapping[str, Value]  # what `agreement` is in rules, every term at its default
    supersedes: str | None
    sources: tuple[Source, ...]
    digest: str
    rule_sources: tuple[Source, ...]
    rules_digest: str
    place: Place

    @property
    def varied(self) -> bool:
        """Whether any term has another value for some category or party."""
        return any(term.variations for term in self.terms)

    def party(self, party_id: str) -> Party | None:
        """Answer the party of that id, if it is one."""
        return next((party for party in self.parties if party.id == party_id), None)

    def schedule(self, category: str) -> Schedule | None:
        """Answer what may be sent of a category, where the agreement says it down to the cells."""
        return next((one for one in self.schedules if one.category == category), None)

    def clauses_of(self, rule_id: str) -> tuple[Clause, ...]:
        """Answer the clauses that a rule holds, in the order of the agreement."""
        held = (CheckedBy.RULES, rule_id)
        return tuple(c for c in self.clauses if any((check.by, check.what) == held for check in c.checks))

    def readings_of(self, rule_id: str) -> tuple[Reading, ...]:
        """Answer the recorded readings that a rule relies on."""
        return tuple(reading for reading in self.readings if rule_id in reading.rules)


@dataclass(frozen=True, slots=True)
class Versions:
    """The versions of one agreement, oldest first; a fact is judged by the one in force when it happened."""

    agreements: tuple[Agreement, ...]

    def version(self, version: str) -> Agreement:
        """Answer the version of that name. Raises UsageError where there is none, or more than one.

        A fact is typed by one version and decided by name: with two of a name it could be decided by the other.
        """
        found = [agreement for agreement in self.agreements if agreement.version == version]
        if len(found) != 1:
            number = "no version" if not found else f"{len(found)} versions"
            raise UsageError(f"{self.agreements[0].id} has {number} {version!r}")
        return found[0]

    def in_force(self, day: date) -> Agreement:
        """Answer the version in force on `day`, or else the nearest one, whose period the rules then find unmet."""
        covering = [agreement for agreement in self.agreements if agreement.in_force.covers(day)]
        if covering:
            return covering[-1]
        begun = [agreement for agreement in self.agreements if agreement.in_force.start <= day]
        return begun[-1] if begun else self.agreements[0]
