"""The JSON Schema of every document, made from what the loader itself uses; editors complete and check with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from isa_guard.errors import UsageError
from isa_guard.language.types import (
    Bool,
    Bytes,
    Date,
    Double,
    Duration,
    Int,
    List,
    Nothing,
    Optional,
    PeriodType,
    Record,
    String,
    Timestamp,
)  # fmt: skip
from isa_guard.language.values import INT_MAX, INT_MIN
from isa_guard.load import shapes, shapes_beside
from isa_guard.load.facts import LIMIT_LIST, LIMIT_TEXT
from isa_guard.load.models import model_of
from isa_guard.load.shapes_of_exports import AcceptedDocument, ManifestShape
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.facts import FactKind
from isa_guard.model.schemas import FOUND, SCHEMAS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.types import Type

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
DOCUMENTS: Final[Mapping[str, type]] = {
    "agreement": shapes.AgreementDocument,
    "rule": shapes.RuleDocument,
    "log-rule": shapes.LogRuleDocument,
    "cases": shapes_beside.RuleCasesDocument,
    "log-cases": shapes_beside.LogRuleCasesDocument,
    "agreement-cases": shapes_beside.AgreementCasesDocument,
    "dispensations": shapes_beside.DispensationsDocument,
    "fields": shapes_beside.FieldsDocument,
    "accepted": AcceptedDocument,
}
KINDS: Final = (*DOCUMENTS, *(kind.value for kind in FactKind))


def json_schema(kind: str, schemas: Mapping[FactKind, Record] = SCHEMAS) -> dict[str, Any]:
    """Answer the schema of a kind of document. `schemas` may carry an agreement's own fields.

    Raises UsageError for a kind that there is not.
    """
    if kind in DOCUMENTS:
        found = model_of(DOCUMENTS[kind]).model_json_schema(by_alias=True)
        # An inherited entry may stand in the parent alone, so a child is complete only once it is read.
        if kind == "agreement":
            found["anyOf"] = [
                {"required": found.pop("required")},
                {"required": ["format", "id", "version", "title", "in-force", "inherit"]},
            ]
        return _titled(found, kind)
    if kind in {one.value for one in FactKind}:
        return _fact(FactKind(kind), schemas[FactKind(kind)])
    raise UsageError(f"there is no kind of document `{kind}`; {did_you_mean(kind, KINDS)}")


def shape_schema(shape: type, kind: str) -> dict[str, Any]:
    """Answer the schema of a kind of document whose shape is declared elsewhere."""
    return _titled(model_of(shape).model_json_schema(by_alias=True), kind)


def _titled(found: dict[str, Any], kind: str) -> dict[str, Any]:
    rest = {name: value for name, value in found.items() if name != "title"}
    return {"$schema": DRAFT, "title": f"isa-guard {kind}", **rest}


def _fact(kind: FactKind, record: Record) -> dict[str, Any]:
    evidence = {
        "type": "object",
        "description": "what supports a field beyond the requester's word",
        "additionalProperties": {
            "type": "object",
            "required": ["document", "sha256"],
            "additionalProperties": False,
            "properties": {
                "document": {"type": "string"},
                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            },
        },
    }
    fact = {
        "type": "object",
        "required": ["format", kind.value],
        "additionalProperties": False,
        "properties": {
            "format": {"const": f"isa-guard/{kind.value}/1"},
            "agreement": {"type": "string", "description": "the id of the agreement, or its folder"},
            kind.value: _of(record),
            "evidence": evidence,
        },
    }
    if kind is FactKind.EXPORT:
        _with_manifest(fact)
    return {"$schema": DRAFT, "title": f"isa-guard {kind.value}", "anyOf": [{"$ref": "#/$defs/fact"}, {"type": "array", "items": {"$ref": "#/$defs/fact"}}], "$defs": {"fact": fact}}  # fmt: skip


def _with_manifest(fact: dict[str, Any]) -> None:
    """An export's files and columns stand beside it; what is found in the files is never written."""
    manifest = model_of(ManifestShape).model_json_schema(
        by_alias=True, ref_template="#/$defs/fact/$defs/{model}"
    )
    fact["properties"] |= manifest["properties"]
    fact["required"] = [*fact["required"], "files"]
    fact["$defs"] = manifest.get("$defs", {})
    written = fact["properties"]["export"]["properties"]
    fact["properties"]["export"]["properties"] = {
        name: one for name, one in written.items() if name not in FOUND
    }


def _of(kind: Type) -> dict[str, Any]:
    match kind:
        case Bool():
            return {"type": "boolean"}
        case Int():
            return {"type": "integer", "minimum": INT_MIN, "maximum": INT_MAX}
        case Double():
            return {"type": "number"}
        case String():
            words = {"enum": list(kind.values)} if kind.values else {"minLength": 1, "maxLength": LIMIT_TEXT}
            return {"type": "string", **words}
        case Date():
            return {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        case Timestamp():
            return {
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:[0-9]{2})$",
            }
        case List():
            return {"type": "array", "items": _of(kind.element), "maxItems": LIMIT_LIST}
        case Record():
            return _record(kind)
        case Bytes() | Duration() | PeriodType() | Optional() | Nothing():
            return {"not": {}}
        case _:
            assert_never(kind)


def _record(record: Record) -> dict[str, Any]:
    properties = {field.name: {**_of(field.type), "description": field.doc} for field in record.fields}
    required = [field.name for field in record.fields if not field.optional]
    # A field written without a value counts as not given.
    shown = {name: one if name in required else {"anyOf": [one, {"type": "null"}], "description": one.get("description", "")} for name, one in properties.items()}  # fmt: skip
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": shown,
        **({"required": required} if required else {}),
    }
