"""The keys and the order of records, taken batch by batch: by them two exports about the same people are linked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.model.manifest import Role
from isa_guard.scan.export.claimed import role_of
from isa_guard.scan.export.releases.release import FIRST, MOST_KEYS, ColumnDigests, digest

if TYPE_CHECKING:
    from isa_guard.model.manifest import Manifest
    from isa_guard.scan.contents import TablePart


class Linkable:
    """What links the records of one export to those of another: digests of every key, the first records as they stand."""

    def __init__(self, manifest: Manifest, key: bytes) -> None:
        self.manifest = manifest
        self.key = key
        self.records = 0
        self._keys: dict[str, set[bytes]] = {}
        self._first: dict[str, list[str]] = {}

    def add(self, part: TablePart) -> None:
        """Take a batch of a table."""
        for name in part.frame.columns:
            if name not in self.manifest.columns:
                continue  # its heading may be a person's; an export with such a column is not let go
            if role_of(self.manifest, name) is Role.KEY:
                held = self._keys.setdefault(name, set())
                held |= {digest(str(one), self.key) for one in part.frame[name].drop_nulls().unique()}
                if len(held) > 2 * MOST_KEYS:
                    self._keys[name] = set(sorted(held)[:MOST_KEYS])
            elif self.records < FIRST:
                head = part.frame[name].head(FIRST - self.records).to_list()
                self._first.setdefault(name, []).extend("" if one is None else str(one) for one in head)
        self.records += part.frame.height

    @property
    def keys(self) -> tuple[ColumnDigests, ...]:
        """The least digests of each key column."""
        return tuple(
            ColumnDigests(name, tuple(sorted(held)[:MOST_KEYS])) for name, held in self._keys.items()
        )

    @property
    def order(self) -> tuple[ColumnDigests, ...]:
        """The digests of the first records, column by column."""
        return tuple(
            ColumnDigests(name, tuple(digest(one, self.key) for one in held))
            for name, held in self._first.items()
        )

    def in_order_of(self, names: tuple[str, ...]) -> bool:
        """Answer whether the first records stand in the order of their own values: then that order says nothing."""
        rows = list(zip(*(self._first[name] for name in names), strict=False))
        return rows == sorted(rows)
