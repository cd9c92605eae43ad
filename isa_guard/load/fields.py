"""Field schedules: extra typed fields of an agreement's own, declared as cerberus schemas.

    transfer:
      caldicott_approved: {type: boolean, meta: {says: the Caldicott guardian approves}}

The schema gives each field its type in the language; cerberus itself checks what the type cannot say
(`regex`, `minlength`, `min`, `max`, `allowed`, ...) when a fact is read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Problem
from isa_guard.language.types import BOOL, DATE, INT, TIMESTAMP, Field, List, String
from isa_guard.load.problems import shaped
from isa_guard.load.shapes_beside import FieldsDocument
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.facts import FactKind
from isa_guard.model.schemas import SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.types import Record, Type
    from isa_guard.load.yaml import Document, Path

TYPES: Final[Mapping[str, Type]] = {"boolean": BOOL, "integer": INT, "date": DATE, "datetime": TIMESTAMP}
TYPE_NAMES: Final = (*TYPES, "string", "list")


def extended_schemas(document: Document) -> Mapping[FactKind, Record]:
    """Answer the schemas of all facts with the document's extra fields. Raises LoadError."""
    shape = shaped(document, FieldsDocument)
    problems: list[Problem] = []
    schemas: dict[FactKind, Record] = {}
    for kind, record in SCHEMAS.items():
        extra: Mapping[str, Mapping[str, object]] = getattr(shape, kind.value)
        problems += _schema_problems(document, kind, extra)
        fields = [
            _field(document, (kind.value, name), name, rules, problems) for name, rules in extra.items()
        ]
        for name in extra:
            if record.field(name):
                what = f"`{name}` is a field of every {kind.value} already"
                problems.append(
                    Problem(what, document.key_place((kind.value, name)), "give yours another name", "fields")
                )
        schemas[kind] = replace(record, fields=(*record.fields, *fields))
    if problems:
        raise LoadError(tuple(problems))
    return schemas


def schedules_of(document: Document) -> Mapping[FactKind, Mapping[str, Mapping[str, object]]]:
    """Answer the cerberus schema of each kind that has one."""
    shape = shaped(document, FieldsDocument)
    return {kind: found for kind in FactKind if (found := getattr(shape, kind.value))}


def _schema_problems(
    document: Document, kind: FactKind, extra: Mapping[str, Mapping[str, object]]
) -> list[Problem]:
    """Answer what cerberus itself says of the schema."""
    if not extra:
        return []
    from cerberus import SchemaError, Validator

    try:
        Validator({name: dict(rules) for name, rules in extra.items()})
    except SchemaError as error:
        faults = (
            error.args[0] if error.args and isinstance(error.args[0], dict) else {next(iter(extra)): error}
        )
        return [
            Problem(
                f"the schedule is no cerberus schema: {_flat(why)}",
                document.place((kind.value, str(name))),
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


def _field(
    document: Document, path: Path, name: str, rules: Mapping[str, object], problems: list[Problem]
) -> Field:
    meta = rules.get("meta")
    says = str(meta.get("says", "")) if isinstance(meta, dict) else ""
    private = bool(meta.get("private", False)) if isinstance(meta, dict) else False
    kind = _type(document, path, rules, private=private, problems=problems)
    return Field(name, kind, optional=True, doc=says)


def _type(
    document: Document, path: Path, rules: Mapping[str, object], *, private: bool, problems: list[Problem]
) -> Type:
    name = str(rules.get("type"))
    allowed = rules.get("allowed")
    if name == "string":
        values = tuple(str(value) for value in allowed) if isinstance(allowed, list) else None
        return String(values=values, private=private)
    if name == "list":
        inner = rules.get("schema")
        return List(
            _type(
                document,
                path,
                inner if isinstance(inner, dict) else {"type": "string"},
                private=private,
                problems=problems,
            )
        )
    if name in TYPES:
        return TYPES[name]
    what = f"`{name}` is no type for a field" if "type" in rules else "the field has no `type`"
    problems.append(Problem(what, document.place((*path, "type")), did_you_mean(name, TYPE_NAMES), "fields"))
    return BOOL
