"""Field schedules: extra typed fields of an agreement's own, declared as cerberus schemas.

    transfer:
      caldicott_approved: {type: boolean, meta: {says: the Caldicott guardian approves}}
      ward: {type: string, regex: "W[0-9]{2}"}

The schema gives each field its type in the language, and what the type cannot say (`regex`, `minlength`, `min`, `max`,
`allowed`, ...) as constraints of the field, which are held wherever a fact is read (`load.facts`). An event takes
none: events are read by the million, in columns and in databases, where nothing but a type is held. What may be sent of a category
stands in the same document (`load.sent`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Problem
from isa_guard.language.constraints import FREE, Constraints
from isa_guard.language.types import BOOL, DATE, INT, TIMESTAMP, Field, List, Record, String
from isa_guard.load.constraints import CONSTRAINTS, RulesReader
from isa_guard.load.problems import shaped
from isa_guard.load.shapes_beside import FieldsDocument
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.facts import FactKind
from isa_guard.model.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.types import Type
    from isa_guard.load.yaml import Document, Path

TYPES: Final[Mapping[str, Type]] = {"boolean": BOOL, "integer": INT, "date": DATE, "datetime": TIMESTAMP}
TYPE_NAMES: Final = (*TYPES, "string", "list")
TAKEN: Final = ("type", "schema", "required", *CONSTRAINTS, "meta")
WHY_NOT: Final[Mapping[str, str]] = {
    "nullable": "a field without a value is not given, whatever the schedule says",
    "empty": "no text of a fact is empty",
    "default": "a fact holds what was written, and nothing is put in",
    "coerce": "a fact holds what was written, and nothing is changed",
}
META: Final = ("says", "private")


def extended_schemas(document: Document) -> Mapping[FactKind, Record]:
    """Answer the schemas of all facts with the document's extra fields. Raises LoadError."""
    shape = shaped(document, FieldsDocument)
    problems: list[Problem] = []
    schemas: dict[FactKind, Record] = {}
    for kind, record in SCHEMAS.items():
        extra: Mapping[str, Mapping[str, object]] = getattr(shape, kind.value)
        reader = _FieldsReader(RulesReader(document, problems), kind)
        fields = [reader.field(name, rules) for name, rules in extra.items()]
        for name in extra:
            if record.field(name):
                what = f"`{name}` is a field of every {kind.value} already"
                problems.append(
                    Problem(what, document.key_place((kind.value, name)), "give yours another name", "fields")
                )
        problems += [] if problems else schema_problems(document, (kind.value,), extra)
        schemas[kind] = replace(record, fields=(*record.fields, *fields))
    if problems:
        raise LoadError(tuple(problems))
    return schemas


def schema_problems(document: Document, path: Path, fields: Mapping[str, object]) -> list[Problem]:
    """Answer what cerberus itself says of the schema at `path`."""
    if not fields:
        return []
    from cerberus import SchemaError, Validator

    try:
        Validator(fields)
    except SchemaError as error:
        faults = (
            error.args[0] if error.args and isinstance(error.args[0], dict) else {next(iter(fields)): error}
        )
        return [
            Problem(
                f"the schedule is no cerberus schema: {_flat(why)}",
                document.place((*path, str(name))),
                "",
                "fields",
            )
            for name, why in faults.items()
        ]
    return []


def _flat(why: object) -> str:
    """Answer cerberus' nested lists and mappings of messages as one line."""
    if isinstance(why, dict):
        return "; ".join(f"{key}: {_flat(value)}" for key, value in why.items())
    if isinstance(why, list):
        return "; ".join(_flat(value) for value in why)
    return str(why)


class _FieldsReader:
    """Reads the extra fields of one kind of fact."""

    def __init__(self, rules: RulesReader, kind: FactKind) -> None:
        self.rules = rules
        self.kind = kind

    def field(self, name: str, rules: Mapping[str, object]) -> Field:
        path: Path = (self.kind.value, name)
        meta = self.rules.meta(rules, META, path)
        private = self.rules.flag(meta, "private", (*path, "meta"))
        kind, constraints = self.typed(rules, path, private=private)
        required = self.rules.flag(rules, "required", path)
        if self.kind is FactKind.EVENT:
            self.no_more_than_a_type(rules, path)
        says = str(meta.get("says", ""))
        held = FREE if constraints == FREE else constraints  # the very one: every fact asks
        return Field(name, kind, optional=not required, doc=says, constraints=held)

    def typed(self, rules: Mapping[str, object], path: Path, *, private: bool) -> tuple[Type, Constraints]:
        self.rules.keys(rules, TAKEN, WHY_NOT, path)
        name = str(rules.get("type"))
        if name not in TYPE_NAMES:
            what = f"`{name}` is no type for a field" if "type" in rules else "the field has no `type`"
            self.rules.fault(what, (*path, "type"), did_you_mean(name, TYPE_NAMES))
            return BOOL, FREE
        held = self.rules.constraints(name, rules, path)
        if name == "string":
            # A closed vocabulary is part of the type: conditions are checked against it.
            words = None if held.allowed is None else tuple(map(str, held.allowed))
            return String(values=words, private=private), replace(held, allowed=None)
        if name != "list":
            return TYPES[name], held
        inner = rules.get("schema", {"type": "string"})
        if not isinstance(inner, dict):
            self.rules.fault("`schema` is that of one entry", (*path, "schema"))
            return List(BOOL), FREE
        kind, each = self.typed(inner, (*path, "schema"), private=private)
        return List(kind), replace(held, each=None if each == FREE else each)

    def no_more_than_a_type(self, rules: Mapping[str, object], path: Path) -> None:
        inner = rules.get("schema")
        if isinstance(inner, dict):
            self.no_more_than_a_type(inner, (*path, "schema"))
        for name in ("required", *CONSTRAINTS):
            if name in rules and not (name == "allowed" and rules.get("type") == "string"):
                what = f"the rule `{name}` is not taken for an event, of which a log holds millions"
                self.rules.fault(what, (*path, name), "say it in a rule `on: event`")
