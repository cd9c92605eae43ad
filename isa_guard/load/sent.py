"""What may be sent of each category, from the `sent:` part of an agreement's fields to schedules.

    sent:
      complaints:
        case_key: {type: string, regex: "[0-9a-f]{32}", required: true, meta: {treatment: pseudonymised}}
        outcome: {type: string, allowed: [upheld, not upheld], nullable: true}

Each category has the cerberus schema of one row. Only rules that mean the same for a cell of a file of any length are
taken, since what is taken here is held to there (`scan.export.scheduled`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Problem
from isa_guard.language.column_patterns import rust
from isa_guard.language.constraints import FREE
from isa_guard.load.constraints import CONSTRAINTS, RulesReader
from isa_guard.load.fields import schema_problems
from isa_guard.load.problems import shaped
from isa_guard.load.shapes_beside import FieldsDocument
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.manifest import Treatment
from isa_guard.model.schedule import CellType, Schedule, ScheduledField

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.load.yaml import Document, Path

SENT: Final = "sent"
TAKEN: Final = ("type", "required", "nullable", *CONSTRAINTS, "meta")
_PUT_IN: Final = "what is sent is checked, and never changed"
_ALONE: Final = "a cell is held to its own field alone"
WHY_NOT: Final[Mapping[str, str]] = {
    "empty": "a blank cell holds nothing: `nullable: true` lets it through",
    **dict.fromkeys(("coerce", "default", "default_setter", "rename", "purge_unknown"), _PUT_IN),
    **dict.fromkeys(("dependencies", "excludes", "anyof", "allof", "oneof", "noneof", "check_with"), _ALONE),
}
META: Final = ("says", "treatment")


def read_schedules(document: Document, categories: Mapping[str, tuple[str, ...]]) -> tuple[Schedule, ...]:
    """Answer what may be sent; `categories` are the agreement's, with the fields that it names. Raises LoadError."""
    sent = shaped(document, FieldsDocument).sent
    reader = _SentReader(RulesReader(document, []))
    problems = reader.rules.problems
    found = [reader.schedule(category, fields) for category, fields in sent.items()]
    for one in found:
        place = document.key_place((SENT, one.category))
        names = {field.name for field in one.fields}
        if one.category not in categories:
            hint = did_you_mean(one.category, categories)
            problems.append(Problem(f"no category `{one.category}`", place, hint, "reference"))
        elif (named := set(categories[one.category])) and named != names:
            what = f"the agreement names other fields of `{one.category}`: {', '.join(sorted(named ^ names))}"
            problems.append(Problem(what, place, "leave `fields:` out: the schedule names them", "fields"))
    if problems:
        raise LoadError(tuple(problems))
    return tuple(found)


class _SentReader:
    """Reads the schedules of one document."""

    def __init__(self, rules: RulesReader) -> None:
        self.rules = rules

    def schedule(self, category: str, fields: Mapping[str, Mapping[str, object]]) -> Schedule:
        path: Path = (SENT, category)
        before = len(self.rules.problems)
        if not fields:
            self.rules.fault("the schedule has no field", path, "name what may be sent, or leave it out")
        read = tuple(self.field(name, rules, (*path, name)) for name, rules in fields.items())
        if len(self.rules.problems) == before:
            self.rules.problems.extend(schema_problems(self.rules.document, path, fields))
        return Schedule(category, read)

    def field(self, name: str, rules: Mapping[str, object], path: Path) -> ScheduledField:
        self.rules.keys(rules, TAKEN, WHY_NOT, path)
        kind = self.type(rules, path)
        nullable = self.rules.flag(rules, "nullable", path)
        treatment = self.treatment(rules, path)
        if treatment is Treatment.SUPPRESSED and not nullable:
            self.rules.fault("a field that is suppressed holds nothing", path, "say `nullable: true`")
        held = FREE if kind is None else self.rules.constraints(kind.value, rules, path)
        if held.regex is not None and rust(held.regex) is None:
            self.rules.fault("the pattern is too large for the columns of a file", (*path, "regex"))
        required = self.rules.flag(rules, "required", path)
        place = self.rules.document.key_place(path)
        return ScheduledField(name, kind or CellType.STRING, required, nullable, held, treatment, place)

    def type(self, rules: Mapping[str, object], path: Path) -> CellType | None:
        written = rules.get("type")
        if written in tuple(CellType):
            return CellType(str(written))
        if "type" not in rules:
            self.rules.fault("the field has no `type`", path, f"one of {', '.join(CellType)}")
        else:
            what = f"`{written}` is no type for a cell"
            self.rules.fault(what, (*path, "type"), did_you_mean(str(written), CellType))
        return None

    def treatment(self, rules: Mapping[str, object], path: Path) -> Treatment | None:
        written = self.rules.meta(rules, META, path).get("treatment")
        if written is None:
            return None
        if written in tuple(Treatment):
            return Treatment(str(written))
        what = f"`{written}` is no treatment"
        self.rules.fault(what, (*path, "meta", "treatment"), did_you_mean(str(written), Treatment))
        return None
