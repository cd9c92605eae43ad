"""Records with what each column is for: known to others, sensitive, a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.finding import At, Check, Disclosure, Severity

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Records:
    """A frame of one row a person. Make one with `records_of`.

    quasi: columns that others may know of a person (age, post town, rank). sensitive: what they must not learn.
    keys: what stands in place of an identifier.
    """

    frame: pl.DataFrame
    quasi: tuple[str, ...]
    sensitive: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def places(self, *columns: str) -> tuple[At, ...]:
        """Whole columns, as places."""
        names = self.frame.columns
        return tuple(At(0, names.index(column) + 1) for column in columns)

    def others(self) -> tuple[str, ...]:
        """Every column that is no key."""
        return tuple(name for name in self.frame.columns if name not in self.keys)


def records_of(
    frame: pl.DataFrame,
    *,
    quasi: tuple[str, ...],
    sensitive: tuple[str, ...] = (),
    keys: tuple[str, ...] = (),
) -> Records:
    """Records whose named columns exist, no column in two parts. Raises UsageError, also for no rows at all."""
    named = (*quasi, *sensitive, *keys)
    missing = [name for name in named if name not in frame.columns]
    if missing:
        raise UsageError(f"the records have no column {', '.join(map(repr, missing))}")
    if len(set(named)) < len(named):
        raise UsageError("a column is known to others, or sensitive, or a key: name it once")
    if frame.is_empty():
        raise UsageError("there are no records to check")
    return Records(frame, quasi, sensitive, keys)


def not_checked(check: Check, cells: tuple[At, ...], reason: str) -> Disclosure:
    """Say that a claim about records could not be checked."""
    return Disclosure(
        check,
        cells or (At(0, 0),),
        Severity.UNCHECKED,
        f"could not be checked: {reason}",
        "what was not checked is not known to be safe",
    )
