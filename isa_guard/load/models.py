"""The shapes as pydantic models: the authority on what fits, and on what to say of what does not.

Imported only where something is wrong, for the published JSON Schemas and by tests: see `load.reader`.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from isa_guard.errors import Problem
from isa_guard.load.declare import Entries, Letters, Says, key_of
from isa_guard.load.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.load.yaml import Document, Path

# Nothing unknown, nothing converted, nothing changed later.
CONFIG: Final = ConfigDict(
    extra="forbid",
    frozen=True,
    strict=True,
    alias_generator=key_of,
    populate_by_name=False,
    defer_build=True,
    protected_namespaces=(),
)
_MADE: Final[dict[type, type[BaseModel]]] = {}


def model_of(shape: type) -> type[BaseModel]:
    """Answer the pydantic model of a shape, with a model for each shape in it."""
    if shape not in _MADE:
        definitions: dict[str, Any] = {}
        for one in fields(shape):
            default: Any = ... if one.default is MISSING else one.default
            if one.default_factory is not MISSING:
                default = one.default_factory()
            definitions[one.name] = (_pydantic(one.type), default)
        _MADE[shape] = create_model(shape.__name__, __config__=CONFIG, __doc__=shape.__doc__, **definitions)
    return _MADE[shape]


def _pydantic(annotation: Any) -> Any:
    """Answer an annotation in pydantic's words: marks become constraints, shapes become models."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(_pydantic(parts[0]), *(_constraint(mark) for mark in parts[1:]))]
    if origin in (Union, UnionType):
        members = [_pydantic(part) for part in parts]
        found = members[0]
        for member in members[1:]:
            found = found | member
        return found
    if origin is tuple:  # a list of YAML; strict pydantic would ask for a tuple
        return Annotated[tuple[_pydantic(parts[0]), ...], Field(strict=False)]  # type: ignore[misc]
    if origin is dict:
        return dict[_pydantic(parts[0]), _pydantic(parts[1])]  # type: ignore[misc]
    return model_of(annotation) if isinstance(annotation, type) and is_dataclass(annotation) else annotation


def _constraint(mark: object) -> object:
    match mark:
        case Letters(at_most, pattern, at_least):
            return StringConstraints(min_length=at_least or None, max_length=at_most, pattern=pattern)
        case Entries(at_least):
            return Field(min_length=at_least)
        case Says(text):
            return Field(description=text)
        case _:
            raise TypeError(f"no shape is declared with {mark}")


def shape_problems(data: object, shape: type, document: Document, at: Path = ()) -> tuple[Problem, ...]:
    """Answer what keeps `data`, which stands at `at`, from having the shape: once each, in document order."""
    model = model_of(shape)
    try:
        model.model_validate(data)
    except ValidationError as error:
        return _problems(error, document, model, at)
    return ()


def _problems(
    error: ValidationError, document: Document, shape: type[BaseModel], at: Path
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
