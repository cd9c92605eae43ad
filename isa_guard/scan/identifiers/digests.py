"""How many different values there were, without keeping any of them.

A digest is 64 bits: among a million values two share one with a probability of three in a hundred million. Digests
stay in memory while a table is read, and go nowhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl


class Digests:
    """The digests of up to `limit` values; what comes after counts as seen."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = polars().Series("digest", [], dtype=polars().UInt64)

    def __len__(self) -> int:
        return len(self._kept)

    def fresh(self, values: pl.Series) -> pl.Series:
        """Which of the values, all different, were not seen before and are kept now."""
        digests = values.hash()
        new = ~digests.is_in(self._kept.implode()) if len(self._kept) else digests.is_not_null()
        room = self._limit - len(self._kept)
        if int(new.sum()) > room:
            new &= new.cum_sum() <= room
        self._kept = polars().concat([self._kept, digests.filter(new)])
        return new

    def add(self, values: pl.Series) -> None:
        """Keep values that may repeat."""
        self._keep([self._kept, values.hash()])

    def merge(self, others: Iterable[Digests]) -> None:
        """Keep what others have kept."""
        self._keep([self._kept, *(one._kept for one in others)])  # noqa: SLF001

    def _keep(self, parts: list[pl.Series]) -> None:
        named = [part.rename("digest") for part in parts]
        self._kept = polars().concat(named).unique(maintain_order=True).head(self._limit)
