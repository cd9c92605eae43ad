"""A file as a relation of DuckDB: its lines, numbered, with the columns that its log's mapping reads.

Whoever makes one has shown that a line is lost or taken otherwise than the row reader takes it only where one of its
`checks` is not true, or where the relation has other than `lines` rows.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.language.types import Bool, Int, List, String

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.audit.mapping.mapping import LogMapping
    from isa_guard.language.types import Type
    from isa_guard.language.values import Value

EVERY: Final = 4_096  # which lines are read in Python as well
MAGIC: Final = frozenset("*?[]{}")  # DuckDB would take a name with these for a pattern


class NotPlainError(IsaGuardError):
    """The file is for the row reader: something in it, or in its mapping, is not plain."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What was found out about a file. `some` are the values of a few lines by their numbers, as Python reads them."""

    sha256: str
    octets: int
    lines: int
    some: Mapping[int, Mapping[str, Value]]
    query: str  # gives line_, and l0, l1 ... for those columns of the mapping that are `present`
    given: Mapping[str, object]  # its parameters
    present: frozenset[str]  # the others are absent on every line
    checks: tuple[str, ...] = ()  # over the query, called l


def refuse_unless_simple(mapping: LogMapping) -> None:
    """Answer nothing where the columns of a mapping can be read by DuckDB. Raises NotPlainError."""
    keys = [column.path[0].lower() for column in mapping.columns]
    if len(set(keys)) < len(keys):
        raise NotPlainError("columns whose names differ in the case of letters alone")
    for column in mapping.columns:
        if len(column.path) > 1 or not isinstance(column.type, Int | Bool | List | String):
            raise NotPlainError(f"the column {column.name}")
        if isinstance(column.type, String) and column.type.values is not None:
            raise NotPlainError(f"the words of the column {column.name}")


def quoted(name: str) -> str:
    """Answer a name as SQL takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def given_nulls(mapping: LogMapping) -> dict[str, str]:
    """Answer the parameters that hold the texts which stand for an absent value."""
    return {f"null{number}": text for number, text in enumerate(sorted(mapping.nulls))}


def without_nulls(cell: str, type_: Type, mapping: LogMapping) -> str:
    """Answer the SQL of a cell that is NULL where it holds such a text."""
    if not isinstance(type_, String) or not mapping.nulls:
        return cell
    named = ", ".join(f"${name}" for name in given_nulls(mapping))
    return f"CASE WHEN {cell} IN ({named}) THEN NULL ELSE {cell} END"


def refuse_letters(text: bytes) -> None:
    """Refuse a text that would have to be brought to one form of Unicode. Raises NotPlainError."""
    if text.isascii():
        return
    try:
        if unicodedata.is_normalized("NFC", text.decode()):
            return
    except UnicodeDecodeError:
        pass
    raise NotPlainError("the form of a letter")
