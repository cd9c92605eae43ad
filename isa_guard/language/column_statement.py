"""What all texts of one query share: its dialect, the columns it may read, its parameters and its lookups."""

from __future__ import annotations

import re
from math import copysign
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from isa_guard.language.column_lookups import Lookup
from isa_guard.language.sql_dialects import MADE, Dialect, NotPrintable, Spelling
from isa_guard.language.types import BYTES, DOUBLE, STRING, Bool, Bytes, Double, List, String, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isa_guard.language.values import Value

MAX_NODES: Final = 20_000  # of one query, macros written out
MAX_TEXT: Final = 500_000
_LOOKUP: Final = re.compile(rf"\b{MADE}lookup[0-9]+\b")
_PARAMETER: Final = re.compile(rf"[$:]({MADE}p[0-9]+)\b")
_HALF_A_CHARACTER: Final = re.compile("[\ud800-\udfff]")


class Statement:
    """One query in the making. Raises NotPrintable for a column named like what is made here."""

    def __init__(
        self,
        dialect: Dialect,
        columns: Mapping[str, str],
        given: Mapping[str, Value],
        dated: frozenset[str],
    ) -> None:
        for path, text in columns.items():
            if MADE in text.lower():
                raise NotPrintable(f"a column for {path} that holds {MADE}, with which our own names begin,")
        self.say = Spelling(dialect)
        self.columns = MappingProxyType(dict(columns))
        self.given = MappingProxyType(dict(given))
        self.dated = dated
        self.parameters: dict[str, Value] = {}
        self.lookups: dict[str, Lookup] = {}
        self._named: dict[tuple[str, str], str] = {}

    def value(self, value: Value, type_: Type) -> str:
        """The text of a constant: a number as it is, a list element by element, all else a parameter."""
        match type_:
            case Bool():
                return "TRUE" if value else "FALSE"
            case String():
                return self._parameter(value, STRING)
            case Bytes():
                return self._parameter(value, BYTES)
            case Double() if value == 0 and copysign(1.0, cast("float", value)) < 0:
                # DuckDB takes it for 0.0 where it finds both, and its quotients have the other sign.
                raise NotPrintable("the constant -0.0")
            case Double():
                return self._parameter(value, DOUBLE)
            case List(element=element):
                assert isinstance(value, tuple)
                items = ", ".join(self.value(item, element) for item in value)
                return self.say.cast(self.say("list", items), type_)
            case _:
                named = self.say.type(type_)
                assert isinstance(value, int)
                # In quotes, because the digits of the least number without its sign fit in no BIGINT.
                return f"CAST('{value:d}' AS {named})"

    def _parameter(self, value: Value, type_: Type) -> str:
        if isinstance(value, str) and _HALF_A_CHARACTER.search(value):
            raise NotPrintable("a text with half a character")
        key = str(type_), repr(value)
        if key not in self._named:
            self._named[key] = f"{MADE}p{len(self._named) + 1}"
            self.parameters[self._named[key]] = value
        return self.say.cast(self.say("parameter", self._named[key]), type_)

    def nothing(self, type_: Type) -> str:
        """NULL, of that type."""
        return self.say.cast("NULL", type_)

    def lookup(
        self, function: Callable[..., Value], keys: tuple[str, ...], key_types: tuple[Type, ...], result: Type
    ) -> str:
        """The answer of a function for these texts; one table for all that ask it the same."""
        for known in self.lookups.values():
            if known.keys == keys and known.function == function:
                return known.text
        lookup = Lookup(f"{MADE}lookup{len(self.lookups) + 1}", function, keys, key_types, result)
        self.lookups[lookup.name] = lookup
        return lookup.text

    def parameters_of(self, text: str) -> dict[str, Value]:
        """The parameters that a text names, with their values."""
        named = dict.fromkeys(_PARAMETER.findall(text))
        return {name: self.parameters[name] for name in named}

    def lookups_of(self, text: str) -> tuple[Lookup, ...]:
        """The lookups whose answers a text reads, and those that these ask with, in the order to join them."""
        waiting, found = [text], set[str]()
        while waiting:
            for name in _LOOKUP.findall(waiting.pop()):
                if name not in found:
                    found.add(name)
                    waiting += self.lookups[name].keys
        return tuple(lookup for name, lookup in self.lookups.items() if name in found)
