"""From what a validator says to what an author reads: every problem with its place and a hint."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from isa_guard.errors import LoadError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isa_guard.language.faults import ExpressionError
    from isa_guard.load.yaml import Document, Path

ShapeT = TypeVar("ShapeT", bound=BaseModel)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Answer a suggestion for a misspelt word, or the list of known ones where it is short."""
    choices = sorted(set(known))
    near = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known here: {', '.join(choices)}" if 0 < len(choices) <= 12 else ""


def shaped(document: Document, shape: type[ShapeT], at: Path = ()) -> ShapeT:
    """Answer the document as `shape`. Raises LoadError with every problem of shape it has."""
    data: object = document.data
    for step in at:
        data = data[step]  # type: ignore[index]
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        raise LoadError(shape_problems(error, document, shape, at)) from None


def shape_problems(
    error: ValidationError, document: Document, shape: type[BaseModel], at: Path = ()
) -> tuple[Problem, ...]:
    """Answer the problems behind a validator's error, once each, in document order."""
    found: dict[tuple[Path, str], Problem] = {}
    for detail in error.errors(include_url=False, include_input=False):
        path = _existing(document, (*at, *detail["loc"]))
        kind = detail["type"]
        last = str(detail["loc"][-1]) if detail["loc"] else ""
        if kind == "extra_forbidden":
            what, hint = (
                f"the key `{last}` is not known here",
                did_you_mean(last, _siblings(shape, detail["loc"])),
            )
            place = document.key_place(path)
        elif kind == "missing":
            what, hint, place = f"the key `{last}` is missing", "", document.place(path)
        else:
            what, hint = _plain(kind, detail.get("ctx") or {}, detail["msg"]), ""
            place = document.place(path)
        found.setdefault(
            (path, kind if kind in {"missing", "extra_forbidden"} else ""),
            Problem(what, place, hint, "shape"),
        )
        if kind == "missing":
            found[(*path, last), kind] = found.pop((path, kind))
    return tuple(sorted(found.values(), key=lambda problem: problem.place))


def expression_problems(error: ExpressionError, document: Document, path: Path) -> tuple[Problem, ...]:
    """Answer the faults of an expression as problems, each at its own column of the document."""
    return tuple(
        Problem(fault.what, document.place_within(path, fault.start), fault.hint, "expression")
        for fault in error.faults
    )


def _existing(document: Document, loc: tuple[str | int, ...]) -> Path:
    """Answer the document's path behind a validator's, which also names the members of unions."""
    path: Path = ()
    for step in loc:
        if (*path, step) in document.values:
            path = (*path, step)
    return path


def _siblings(shape: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Answer the keys that the shape at `loc` knows, as far as it can be followed."""
    model: type[BaseModel] = shape
    for step in loc[:-1]:
        field = next((f for f in model.model_fields.values() if step in (f.alias, f.validation_alias)), None)
        nested = _model_in(field.annotation) if field else None
        model = nested or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found:
            return found
    return None


def _plain(kind: str, context: Mapping[str, object], message: str) -> str:
    """Answer a validator's message in plain words."""
    plain = {
        "string_type": "this should be text (quote it if it looks like a number)",
        "bool_type": "this should be true or false",
        "int_type": "this should be a whole number",
        "dict_type": "this should be a mapping (`key: value`)",
        "model_type": "this should be a mapping (`key: value`)",
        "model_attributes_type": "this should be a mapping (`key: value`)",
        "tuple_type": "this should be a list",
        "string_too_short": "this is empty",
        "too_short": "this is too short: at least one entry is needed",
    }.get(kind)
    if plain:
        return plain
    if kind == "literal_error":
        return f"this should be {context.get('expected')}"
    if kind == "string_pattern_mismatch":
        return "this is not written as such a name is: small letters, digits and hyphens"
    return message[:1].lower() + message[1:]
