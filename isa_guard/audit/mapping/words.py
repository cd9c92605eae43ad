"""Maps of values: the words of an event for the codes of a log, each of its field's type."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.bound import Bound
from isa_guard.audit.mapping.times import read_day, read_rfc3339
from isa_guard.language.types import Bool, Date, Double, Int, String, Timestamp
from isa_guard.language.values import INT_MAX, INT_MIN
from isa_guard.load.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.audit.mapping.shapes import FieldShape, LogMapDocument
    from isa_guard.errors import Problem
    from isa_guard.language.checker import Checked
    from isa_guard.language.types import Field, Type
    from isa_guard.language.values import Value
    from isa_guard.load.yaml import Document, Path

_TRUTH: Final = {"true": True, "false": False}


def bound_words(
    document: Document, map_: LogMapDocument, shape: FieldShape, checked: Checked, field: Field, path: Path
) -> tuple[Mapping[Value, Value] | None, Value | None, list[Problem]]:
    """Answer the words of a field, what any other value becomes, and what is wrong with them."""
    bound = Bound(document)
    name = shape.words or ""
    if name not in map_.values:
        bound.fault(
            f"there is no map `{name}` under `values`", (*path, "words"), did_you_mean(name, map_.values)
        )
        return None, None, bound.problems
    found: dict[Value, Value] = {}
    for code, word in map_.values[name].items():
        key, value = _code(code, checked.type), _word(word, field.type)
        where: Path = ("values", name, code)
        if key is None:
            bound.fault(f"no value of {checked.type} is written so", where, "", at_key=True)
        elif value is None:
            bound.fault(f"this is no value for `{field.name}`", where, _hint(word, field.type))
        else:
            found[key] = value
    otherwise = None
    if shape.otherwise is not None:
        otherwise = _word(shape.otherwise, field.type)
        if otherwise is None:
            hint = _hint(shape.otherwise, field.type)
            bound.fault(f"this is no value for `{field.name}`", (*path, "otherwise"), hint)
    return found, otherwise, bound.problems


def _code(text: str, type_: Type) -> Value | None:
    """A code as the log has it. Keys of a document are text, so a number is read here."""
    match type_:
        case String():
            return unicodedata.normalize("NFC", text)
        case Int():
            plain = text.removeprefix("-")
            return int(text) if plain.isascii() and plain.isdigit() and str(int(text)) == text else None
        case Bool():
            return _TRUTH.get(text)
        case _:
            return None


def _word(word: object, type_: Type) -> Value | None:
    match type_:
        case String():
            if not isinstance(word, str) or not word:
                return None
            return (
                unicodedata.normalize("NFC", word) if type_.values is None or word in type_.values else None
            )
        case Bool():
            return word if isinstance(word, bool) else None
        case Int():
            fits = isinstance(word, int) and not isinstance(word, bool) and INT_MIN <= word <= INT_MAX
            return word if fits else None  # type: ignore[return-value]
        case Double():
            return word if isinstance(word, float) else None
        case Date():
            return read_day(word)
        case Timestamp():
            return read_rfc3339(word)
        case _:
            return None


def _hint(word: object, type_: Type) -> str:
    if isinstance(type_, String) and type_.values is not None:
        near = did_you_mean(str(word), type_.values)
        return near or f"known here: {', '.join(type_.values)}"
    return f"write {type_}"
