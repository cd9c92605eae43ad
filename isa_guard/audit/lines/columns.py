"""The columns of a line: from what a form of log holds to values, every one of its declared type.

`LineReader.careful` says what is wrong with a line and is the judge. `quick_reader` makes for one mapping what only
ever says "this line is as it should be" (its values) or "look again" (None); tests hold the two together.
Nothing is converted: `2.7`, `true` and `"2"` are no whole numbers. A form that holds text alone (CSV, text) has one
way to write a number, so that what is read is what was written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.mapping import Reads
from isa_guard.frozen import dataclass
from isa_guard.language.types import Bool, Double, Int, List, String
from isa_guard.language.values import INT_MAX, INT_MIN
from isa_guard.model.log import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeAlias

    from isa_guard.audit.mapping.mapping import Column, LogMapping
    from isa_guard.language.values import Value

    Raw: TypeAlias = Mapping[str, object]
    Values: TypeAlias = dict[str, Value]
    Refused: TypeAlias = tuple[Fault, str]

_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,18}", re.ASCII)
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?", re.ASCII)
_EXACT: Final = 2**53
_WORDS: Final = {"true": True, "false": False}
_NO_WAY: Final = object()
_WRITTEN: Final = frozenset({Reads.CSV, Reads.TEXT})


@dataclass(frozen=True, slots=True)
class LineReader:
    """Reads the columns of one log's lines. `written`: the log holds text alone."""

    columns: tuple[Column, ...]
    others_ignored: bool
    nulls: frozenset[str]
    written: bool

    def careful(self, raw: Raw) -> dict[str, Value] | Refused:
        """Answer the values of a line, or why it has none: the first column at fault, then unknown ones."""
        found: dict[str, Value] = {}
        for column in self.columns:
            held = held_at(raw, column.path)
            if held is None or (held.__class__ is str and held in self.nulls):
                if not column.optional:
                    return Fault.MISSING, column.name
                continue
            value = read_value(held, column, written=self.written)
            if isinstance(value, Fault):
                return value, column.name
            found[column.name] = value
        if not self.others_ignored and _strange(raw, [column.path for column in self.columns]):
            return Fault.UNKNOWN, ""  # what it is called stays unsaid: a name may be anything
        return found


def line_reader(mapping: LogMapping) -> LineReader:
    """Answer the reader of the lines that a mapping is for."""
    return LineReader(mapping.columns, mapping.others_ignored, mapping.nulls, mapping.reads in _WRITTEN)


def held_at(raw: object, path: tuple[str, ...]) -> object:
    """Answer what stands at a path, or None. A number leads into a list, as in JSON Pointer (RFC 6901).

    Where the path leads on into what is neither object nor list, that is no value of any type, and not an absent one.
    """
    for step in path:
        if isinstance(raw, dict):
            raw = raw.get(step)
        elif isinstance(raw, list) and _WHOLE.fullmatch(step):
            raw = raw[int(step)] if int(step) < len(raw) else None
        else:
            return None if raw is None else _NO_WAY
    return raw


def _strange(raw: object, paths: list[tuple[str, ...]]) -> bool:
    """Answer whether an object holds a key that leads to no column. What a column leads to is its own affair."""
    if not isinstance(raw, dict) or () in paths:
        return False
    for key, inner in raw.items():
        further = [path[1:] for path in paths if path[0] == key]
        if not further or _strange(inner, further):
            return True
    return False


def read_value(held: object, column: Column, *, written: bool) -> Value | Fault:
    """Answer the value of a column, or what is wrong with what it holds."""
    found: Value | None
    match column.type:
        case String():
            return _text(held, column.type)
        case Int():
            found = _whole(held, written=written)
        case Double():
            found = _decimal(held, written=written)
        case Bool():
            found = _truth(held, written=written)
        case List():
            found = _items(held)
        case _:
            raise TypeError(f"a log has no column of type {column.type}")
    return Fault.WRONG_TYPE if found is None else found


def _text(held: object, type_: String) -> str | Fault:
    if not isinstance(held, str):
        return Fault.WRONG_TYPE
    return held if type_.values is None or held in type_.values else Fault.UNMAPPED


def _whole(held: object, *, written: bool) -> int | None:
    if written:
        held = int(held) if isinstance(held, str) and _WHOLE.fullmatch(held) else None
    return held if type(held) is int and INT_MIN <= held <= INT_MAX else None


def _decimal(held: object, *, written: bool) -> float | None:
    if written:
        return float(held) if isinstance(held, str) and _DECIMAL.fullmatch(held) else None
    if type(held) is int and -_EXACT <= held <= _EXACT:  # JSON writes 2.0 as 2
        return float(held)
    return held if isinstance(held, float) and held - held == 0 else None


def _truth(held: object, *, written: bool) -> bool | None:
    if written:
        return _WORDS.get(held) if isinstance(held, str) else None
    return held if isinstance(held, bool) else None


def _items(held: object) -> tuple[str, ...] | None:
    if not isinstance(held, list | tuple) or any(item.__class__ is not str for item in held):
        return None
    return tuple(held)


def quick_reader(reader: LineReader) -> Callable[[Raw], Values | None]:
    """Answer what reads a line that is as it should be, and answers None for any other."""
    nested = any(len(column.path) > 1 for column in reader.columns)
    if nested and not reader.others_ignored:
        return lambda _: None  # unknown keys within objects: only the careful reading looks for them
    space: dict[str, object] = {
        "KNOWN": frozenset(column.path[0] for column in reader.columns),
        "held_at": held_at,
    }
    begin = [] if reader.others_ignored else [" if not held.keys() <= KNOWN: return None"]
    places = [
        f"held.get({column.path[0]!a})" if len(column.path) == 1 else f"held_at(held, {column.path!a})"
        for column in reader.columns
    ]
    return _compiled(begin, reader, [*zip(reader.columns, places, strict=True)], space)


def quick_cells(reader: LineReader, names: Sequence[str]) -> Callable[[Sequence[str]], Values | None]:
    """As `quick_reader`, of the cells of a record in the order of these names, all of which are known or ignored."""
    found = [column for column in reader.columns if column.path[0] in names]
    return _compiled([], reader, [(column, f"held[{names.index(column.path[0])}]") for column in found], {})


def _compiled(
    begin: list[str], reader: LineReader, places: list[tuple[Column, str]], space: dict[str, object]
) -> Callable[[Any], Values | None]:
    """Answer one function for all columns. `places` says of each where it is held."""
    space |= {"NULLS": reader.nulls, "WHOLE": _WHOLE.fullmatch, "Fault": Fault}
    lines = ["def quick(held):", *begin, " line = {}"]
    for number, (column, place) in enumerate(places):
        lines += _read_column(column, place, number, reader, space)
    lines.append(" return line")
    exec(compile("\n".join(lines), "<columns>", "exec"), space)  # noqa: S102 - keys go in as escaped literals
    return space["quick"]  # type: ignore[return-value]


def _read_column(
    column: Column, place: str, number: int, reader: LineReader, space: dict[str, object]
) -> list[str]:
    """The statements that put one column into `line`."""
    given = "v is not None"
    if reader.nulls:
        given += (
            " and v not in NULLS" if reader.written else " and (v.__class__ is not str or v not in NULLS)"
        )
    put = [f"v = {place}", *_typed(column, number, reader, space), f"line[{column.name!a}] = v"]
    if place.startswith("held[") and not reader.nulls:  # a cell is always there
        return [f" {one}" for one in put]
    if column.optional:
        return [f" {put[0]}", f" if {given}:", *(f"  {one}" for one in put[1:])]
    return [f" {put[0]}", f" if not ({given}): return None", *(f" {one}" for one in put[1:])]


def _typed(column: Column, number: int, reader: LineReader, space: dict[str, object]) -> list[str]:
    """The statements that leave a value of the column's type in `v`, or give up."""
    kind, written = column.type, reader.written
    fits = f"if not {INT_MIN} <= v <= {INT_MAX}: return None"
    match kind:
        case String(values=None):
            return [] if written else ["if v.__class__ is not str: return None"]
        case String():
            space[f"words{number}"] = frozenset(kind.values or ())
            return [f"if v.__class__ is not str or v not in words{number}: return None"]
        case Int() if written:
            return ["if WHOLE(v) is None: return None", "v = int(v)", fits]
        case Int():
            return ["if v.__class__ is not int: return None", fits]
        case Bool() if not written:
            return ["if v.__class__ is not bool: return None"]
        case _:
            space[f"read{number}"] = lambda held: read_value(held, column, written=written)
            return [f"v = read{number}(v)", "if v.__class__ is Fault: return None"]
