"""The types of the language: what a value can be, whether it may be absent, and whether it is about a person.

`private` marks a type whose values come from a private field. It travels with every value derived from one,
so that a message for people can refuse it; a bool never carries it, since an outcome must be sayable.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeAlias, assert_never

from isa_guard.frozen import dataclass
from isa_guard.language.constraints import FREE, Constraints


@dataclass(frozen=True, slots=True)
class Bool:
    """True or false."""

    def __str__(self) -> str:
        return "bool"


@dataclass(frozen=True, slots=True)
class Int:
    """A whole number of 64 bits, signed."""

    private: bool = False

    def __str__(self) -> str:
        return "int"


@dataclass(frozen=True, slots=True)
class Double:
    """An IEEE 754 number of 64 bits."""

    private: bool = False

    def __str__(self) -> str:
        return "double"


@dataclass(frozen=True, slots=True)
class String:
    """Text, in Unicode code points. `values` closes the vocabulary: nothing else can occur."""

    values: tuple[str, ...] | None = None
    private: bool = False

    def __str__(self) -> str:
        if self.values is None or len(self.values) == 1:
            return "string"
        return "one of " + ", ".join(map(repr, self.values))


@dataclass(frozen=True, slots=True)
class Bytes:
    """Octets."""

    private: bool = False

    def __str__(self) -> str:
        return "bytes"


@dataclass(frozen=True, slots=True)
class Timestamp:
    """An instant, to the microsecond, years 1 to 9999."""

    private: bool = False

    def __str__(self) -> str:
        return "timestamp"


@dataclass(frozen=True, slots=True)
class Duration:
    """Elapsed time, in microseconds of 64 bits."""

    private: bool = False

    def __str__(self) -> str:
        return "duration"


@dataclass(frozen=True, slots=True)
class Date:
    """A civil day, years 1 to 9999."""

    private: bool = False

    def __str__(self) -> str:
        return "date"


@dataclass(frozen=True, slots=True)
class PeriodType:
    """A period of an agreement: "10 working days"."""

    private: bool = False

    def __str__(self) -> str:
        return "period"


@dataclass(frozen=True, slots=True)
class List:
    """A list, all of whose elements are of one type."""

    element: Type

    def __str__(self) -> str:
        return "list" if isinstance(self.element, Nothing) else f"list of {self.element}"


@dataclass(frozen=True, slots=True)
class Optional:
    """A value or nothing: what `.?field` and `[?index]` give, to be read with orValue() or hasValue()."""

    element: Type

    def __str__(self) -> str:
        return f"optional {self.element}"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record. An optional one may be absent, and `absent` is what a message then says in its place;
    a private one is about a person. `constraints` are held when a fact is read, so that no way into a decision misses them.
    """

    name: str
    type: Type
    optional: bool = False
    doc: str = ""
    private: bool = False
    absent: str = "not given"
    constraints: Constraints = FREE


@dataclass(frozen=True, slots=True)
class Record:
    """Named fields. Two records are one type when all their fields are."""

    name: str
    fields: tuple[Field, ...]

    def __str__(self) -> str:
        return self.name

    def field(self, name: str) -> Field | None:
        """The field of that name, if it is declared."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Nothing:
    """The element of `[]`, and what the checker gives a faulty node: goes with every type."""

    def __str__(self) -> str:
        return "nothing"


Type: TypeAlias = (
    Bool
    | Int
    | Double
    | String
    | Bytes
    | Timestamp
    | Duration
    | Date
    | PeriodType
    | List
    | Optional
    | Record
    | Nothing
)

BOOL: Final = Bool()
INT: Final = Int()
DOUBLE: Final = Double()
STRING: Final = String()
BYTES: Final = Bytes()
TIMESTAMP: Final = Timestamp()
DURATION: Final = Duration()
DATE: Final = Date()
PERIOD: Final = PeriodType()
NOTHING: Final = Nothing()


def accepts(wanted: Type, given: Type) -> bool:
    """Whether a value of type `given` can stand where `wanted` is asked for.

    Vocabularies and privacy play no part: those are the checker's business, not the value's.
    """
    match wanted, given:
        case (Nothing(), _) | (_, Nothing()):
            return True
        case (List(element=first), List(element=second)) | (
            Optional(element=first),
            Optional(element=second),
        ):
            return accepts(first, second)
        case Record(), Record():
            return wanted.name == given.name
        case _:
            return type(wanted) is type(given)


def join(first: Type, second: Type) -> Type:
    """The type of a value that is of one or the other type; both must accept each other."""
    match first, second:
        case Nothing(), _:
            return second
        case _, Nothing():
            return first
        case String(), String():
            return String(_join_values(first, second), first.private or second.private)
        case List(), List():
            return List(join(first.element, second.element))
        case Optional(), Optional():
            return Optional(join(first.element, second.element))
        case _:
            return tainted(first) if is_private(second) else first


def _join_values(first: String, second: String) -> tuple[str, ...] | None:
    if first.values is None or second.values is None:
        return None
    return tuple(dict.fromkeys(first.values + second.values))


def is_private(given: Type) -> bool:
    """Whether a value of this type, shown as it is, could tell something of a person."""
    match given:
        case Bool() | Nothing():
            return False
        case List() | Optional():
            return is_private(given.element)
        case Record():
            return any(field.private or is_private(field.type) for field in given.fields)
        case Int() | Double() | String() | Bytes() | Timestamp() | Duration() | Date() | PeriodType():
            return given.private
        case _:
            assert_never(given)


def tainted(given: Type) -> Type:
    """The same type, private throughout."""
    match given:
        case Bool() | Nothing():
            return given
        case List() | Optional():
            return replace(given, element=tainted(given.element))
        case Record():
            return replace(given, fields=tuple(replace(field, private=True) for field in given.fields))
        case Int() | Double() | String() | Bytes() | Timestamp() | Duration() | Date() | PeriodType():
            return replace(given, private=True)
        case _:
            assert_never(given)
