"""Rows of typed values (Parquet, a table) as a line of JSON would hold them, and whether their columns fit.

An instant is RFC 3339 text, or microseconds since 1970 where the column is declared a whole number. A time without
zone stays a local time, as text `2026-11-24 09:30:00.000000`; a day is text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import LoadError, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Collection

    from isa_guard.audit.mapping.mapping import Column, LogMapping


def wanted_columns(held: Collection[str], mapping: LogMapping, name: str) -> tuple[Column, ...]:
    """Answer the columns of the mapping that there are. Raises LoadError where they do not fit: it is so for every row."""
    missing = [f"`{one.path[0]}`" for one in mapping.columns if not one.optional and one.path[0] not in held]
    if missing:
        what = f"there is no column {', '.join(missing)}"
        raise _fault(what, name, "is it the right log map?")
    if len(set(held)) < len(held):
        raise _fault("two columns have one name", name, "give one of them another, with `as`")
    known = {one.path[0] for one in mapping.columns}
    strange = sum(one not in known for one in held)
    if strange and not mapping.others_ignored:
        what = f"there {'is 1 column' if strange == 1 else f'are {strange} columns'} that the log map does not know"
        raise _fault(what, name, "name them under `columns`, or say `others: ignore`")
    return tuple(one for one in mapping.columns if one.path[0] in held)


def _fault(what: str, name: str, hint: str) -> LoadError:
    return LoadError((Problem(what, Place(name), hint, "header"),))
