"""From the shape of an agreement to its parts: references are followed, words become types."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Problem
from isa_guard.language.types import DATE, STRING, Field, List, Record
from isa_guard.language.values import from_date
from isa_guard.load.dates import DAY_HINT, read_span
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.agreement import (
    Category,
    Check,
    CheckedBy,
    Clause,
    Flow,
    Gateway,
    InForce,
    Party,
    Purpose,
    Reading,
    SinglePoint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from isa_guard.language.values import Value
    from isa_guard.load.shapes import AgreementDocument, InForceShape
    from isa_guard.load.yaml import Document, Path
    from isa_guard.model.schedule import Schedule

STRINGS: Final = List(STRING)
PARTY: Final = Record("party", (Field("id", STRING), Field("kind", STRING), Field("mail", STRINGS)))
FLOW: Final = Record("flow", (Field("from", STRING), Field("to", STRING)))
CATEGORY: Final = Record("category", (Field("id", STRING), Field("fields", STRINGS)))
PURPOSE: Final = Record(
    "purpose",
    (Field("id", STRING), Field("basis", STRING), Field("gateways", STRINGS), Field("categories", STRINGS)),
)


def in_force(shape: InForceShape, document: Document) -> InForce:
    """Answer the period in force. Raises LoadError for a date that is none, or an end before the start."""
    start = read_span(shape.from_)
    until = read_span(shape.until) if shape.until is not None else None
    problems = []
    if start is None:
        problems.append(
            Problem(f"`{shape.from_}` is no date", document.place(("in-force", "from")), DAY_HINT, "date")
        )
    if shape.until is not None and until is None:
        problems.append(
            Problem(f"`{shape.until}` is no date", document.place(("in-force", "until")), DAY_HINT, "date")
        )
    if start and until and until[1] < start[0]:
        place = document.place(("in-force", "until"))
        problems.append(Problem("the agreement ends before it begins", place, "", "date"))
    if start and shape.precision and shape.precision != start[2]:
        what = f"the precision is said to be a {shape.precision}, but the date names a {start[2]}"
        problems.append(
            Problem(what, document.place(("in-force", "precision")), "leave `precision` out", "date")
        )
    if problems or start is None:
        raise LoadError(tuple(problems))
    return InForce(start[0], until[1] if until else None, start[2])


def reference_problems(shape: AgreementDocument, document: Document) -> list[Problem]:
    """Answer every name that stands for nothing: a party, a gateway, a category, a clause of a reading."""
    problems: list[Problem] = []

    def known(word: str, names: Iterable[str], kind: str, path: Path) -> None:
        if word not in set(names):
            problems.append(
                Problem(f"no {kind} `{word}`", document.place(path), did_you_mean(word, names), "reference")
            )

    known(shape.spoc.acts_for, shape.parties, "party", ("spoc", "acts-for"))
    for index, flow in enumerate(shape.flows):
        known(flow.from_, shape.parties, "party", ("flows", index, "from"))
        known(flow.to, shape.parties, "party", ("flows", index, "to"))
    for name, purpose in shape.purposes.items():
        for index, gateway in enumerate(purpose.gateways):
            known(gateway, shape.gateways, "gateway", ("purposes", name, "gateways", index))
        for index, category in enumerate(purpose.categories):
            known(category, shape.categories, "category", ("purposes", name, "categories", index))
    for name, reading in shape.readings.items():
        for index, clause in enumerate(reading.clauses):
            known(clause, shape.clauses, "clause", ("readings", name, "clauses", index))
    return problems


def rule_problems(shape: AgreementDocument, document: Document, rules: Sequence[str]) -> list[Problem]:
    """Answer clauses held by nothing, rules that no clause cites, rules cited but not in use, and rules twice."""
    problems: list[Problem] = []
    cited: set[str] = set()
    for number, clause in shape.clauses.items():
        checks = clause.checked_by
        path: Path = ("clauses", number, "checked-by")
        cited |= set(checks.rules)
        if not (checks.rules or checks.evidence or checks.person):
            what = f"clause {number} is not accounted for"
            hint = "say which rules, what evidence or which person's occasion checks it"
            problems.append(Problem(what, document.place(path), hint, "clause"))
        for index, rule in enumerate(checks.rules):
            if rule not in rules:
                hint = did_you_mean(rule, rules) or "add its pack to `uses:`"
                problems.append(
                    Problem(f"no rule `{rule}` in use", document.place((*path, "rules", index)), hint, "rule")
                )
    for rule in sorted(set(rules) - cited):
        what = f"the rule `{rule}` is in use, but no clause cites it"
        hint = "cite it from the clause it holds, or list it under `without:`"
        problems.append(Problem(what, document.key_place(("uses",)), hint, "rule"))
    twice = sorted({rule for rule in rules if rules.count(rule) > 1})
    own = document.key_place(("rules",))
    problems += (Problem(f"the rule `{rule}` stands twice", own, "", "rule") for rule in twice)
    for name, reading in shape.readings.items():
        for index, rule in enumerate(reading.rules or ()):
            if rule not in rules:
                place = document.place(("readings", name, "rules", index))
                problems.append(Problem(f"no rule `{rule}` in use", place, did_you_mean(rule, rules), "rule"))
    return problems


def parties(shape: AgreementDocument) -> tuple[Party, ...]:
    """Answer the parties."""
    return tuple(Party(id_, party.name, party.kind, party.mail) for id_, party in shape.parties.items())


def spoc(shape: AgreementDocument) -> SinglePoint:
    """Answer the single point of contact."""
    return SinglePoint(shape.spoc.post, shape.spoc.acts_for)


def flows(shape: AgreementDocument) -> tuple[Flow, ...]:
    """Answer who may send to whom."""
    return tuple(Flow(flow.from_, flow.to) for flow in shape.flows)


def gateways(shape: AgreementDocument) -> tuple[Gateway, ...]:
    """Answer the legal powers."""
    return tuple(Gateway(id_, title) for id_, title in shape.gateways.items())


def scheduled(shape: AgreementDocument, schedules: Sequence[Schedule]) -> AgreementDocument:
    """Answer the shape with the names of the scheduled fields in their categories: rules read them there."""
    if not schedules:
        return shape
    names = {one.category: tuple(field.name for field in one.fields) for one in schedules}
    named = {
        id_: replace(category, fields=names.get(id_, category.fields))
        for id_, category in shape.categories.items()
    }
    return replace(shape, categories=named)


def categories(shape: AgreementDocument) -> tuple[Category, ...]:
    """Answer the categories of data."""
    return tuple(Category(id_, category.title, category.fields) for id_, category in shape.categories.items())


def purposes(shape: AgreementDocument) -> tuple[Purpose, ...]:
    """Answer the purposes."""
    return tuple(
        Purpose(id_, purpose.title, purpose.basis, purpose.gateways, purpose.categories)
        for id_, purpose in shape.purposes.items()
    )


def clauses(shape: AgreementDocument, document: Document) -> tuple[Clause, ...]:
    """Answer the clauses, with the ways in which each is checked."""
    found = []
    for number, clause in shape.clauses.items():
        by = clause.checked_by
        checks = [Check(CheckedBy.RULES, rule) for rule in by.rules]
        if by.evidence:
            checks.append(Check(CheckedBy.EVIDENCE, by.evidence, by.renewed or ""))
        if by.person:
            checks.append(Check(CheckedBy.PERSON, by.person))
        place = document.key_place(("clauses", number))
        found.append(Clause(number, clause.section, clause.says, tuple(checks), place))
    return tuple(found)


def readings(shape: AgreementDocument, document: Document, held: Sequence[Clause]) -> tuple[Reading, ...]:
    """Answer the recorded readings; one that names no rules is used by every rule of its clauses."""
    by_number = {clause.number: clause for clause in held}
    found = []
    for id_, one in shape.readings.items():
        rules = one.rules
        if rules is None:
            checks = [
                check for number in one.clauses if number in by_number for check in by_number[number].checks
            ]
            rules = tuple(dict.fromkeys(check.what for check in checks if check.by is CheckedBy.RULES))
        place = document.key_place(("readings", id_))
        found.append(Reading(id_, one.question, one.reading, one.why, one.clauses, rules, place))
    return tuple(found)


def agreement_constant(
    shape: AgreementDocument, period: InForce | None, terms: tuple[Record, Mapping[str, Value]]
) -> tuple[Record, Mapping[str, Value]]:
    """Answer the type and value of `agreement` in rules: everything of it that a condition may read."""
    fields = [
        Field("id", STRING),
        Field("version", STRING),
        Field("begins", DATE),
        Field("ends", DATE, optional=True),
        Field("parties", List(PARTY)),
        Field("spoc_party", STRING),
        Field("flows", List(FLOW)),
        Field("gateways", STRINGS),
        Field("categories", List(CATEGORY)),
        Field("purposes", List(PURPOSE)),
        Field("terms", terms[0]),
    ]
    value: dict[str, Value] = {
        "id": shape.id,
        "version": shape.version,
        "begins": from_date(period.start) if period else 0,
        "parties": tuple({"id": id_, "kind": p.kind, "mail": p.mail} for id_, p in shape.parties.items()),
        "spoc_party": shape.spoc.acts_for,
        "flows": tuple({"from": flow.from_, "to": flow.to} for flow in shape.flows),
        "gateways": tuple(shape.gateways),
        "categories": tuple({"id": id_, "fields": c.fields} for id_, c in shape.categories.items()),
        "purposes": tuple(
            {"id": id_, "basis": p.basis, "gateways": p.gateways, "categories": p.categories}
            for id_, p in shape.purposes.items()
        ),
        "terms": terms[1],
    }
    if period and period.until:
        value["ends"] = from_date(period.until)
    return Record("agreement", tuple(fields)), value
