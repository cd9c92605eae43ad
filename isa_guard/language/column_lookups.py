"""Functions that SQL does not share with us: our own answers for the keys that occur, joined as a table.

Pure: which keys occur, and where their answers are kept, is the business of the engine. A lookup may ask with
the answer of another, so they are taken in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.language.sql_dialects import MADE, Dialect, Spelling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from isa_guard.language.types import Type
    from isa_guard.language.values import Value


@dataclass(frozen=True, slots=True)
class Bound:
    """A function with some of its arguments given: those at `places`, by position among all."""

    function: Callable[..., Value]
    places: tuple[int, ...]
    values: tuple[Value, ...]

    def __call__(self, *rest: Value) -> Value:
        """What the function gives for the other arguments, in order."""
        args = list(rest)
        for place, value in zip(self.places, self.values, strict=True):
            args.insert(place, value)
        return self.function(*args)


@dataclass(frozen=True, slots=True)
class Lookup:
    """A function to be answered by a table: `keys` are SQL texts of the arguments that vary by row.

    `name` is the alias under which the answers are joined: columns isa_key1, isa_key2 ... and isa_answer.
    """

    name: str
    function: Callable[..., Value]
    keys: tuple[str, ...]
    key_types: tuple[Type, ...]
    result: Type

    @property
    def text(self) -> str:
        """The answer, where the table is joined; NULL where there is none."""
        return f"{self.name}.{MADE}answer"

    def answers(self, keys: Iterable[Sequence[object]]) -> Iterator[tuple[Value | None, ...]]:
        """A row of the table for each row of keys: the keys and the answer, None where there is none."""
        for row in keys:
            values = tuple(map(_value, row))
            yield (*values, self._answer(values))

    def _answer(self, values: tuple[Value, ...]) -> Value | None:
        try:
            return self.function(*values)
        except IsaGuardError:
            return None

    def columns(self, dialect: Dialect) -> tuple[tuple[str, str], ...]:
        """The columns of the table, each with its SQL type."""
        spelling = Spelling(dialect)
        keys = ((f"{MADE}key{n}", spelling.type(type_)) for n, type_ in enumerate(self.key_types, 1))
        return (*keys, (f"{MADE}answer", spelling.type(self.result)))

    def asked(self, relation: str) -> str:
        """SQL for the keys that occur in `relation`, to which the lookups before this one are already joined.

        A key that is NULL has no answer, so it is not asked for.
        """
        keys = ", ".join(f"{key} AS {MADE}key{n}" for n, key in enumerate(self.keys, 1))
        present = " AND ".join(f"{MADE}key{n} IS NOT NULL" for n, _ in enumerate(self.keys, 1))
        return f"SELECT DISTINCT * FROM (SELECT {keys} FROM {relation}) WHERE {present}"  # noqa: S608 - our texts

    def joined(self, relation: str, table: str) -> str:
        """`relation` with the answers of `table` beside each of its rows."""
        matched = " AND ".join(f"{self.name}.{MADE}key{n} = {key}" for n, key in enumerate(self.keys, 1))
        return f"{relation} LEFT JOIN {table} AS {self.name} ON {matched}"


def _value(given: object) -> Value:
    """A value as the database gave it, as our functions take it."""
    if isinstance(given, list | tuple):
        return tuple(map(_value, given))
    if isinstance(given, bytearray | memoryview):
        return bytes(given)
    return given  # type: ignore[return-value]
