"""What is kept of an export that was let go: counts, and keyed digests in place of every label, key and record.

A keyed digest (BLAKE2b, RFC 7693) tells that two values are the same, to whoever has the key of the folder, and nothing
else to anybody.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.scan.disclosure.earlier import Earlier

OCTETS: Final = 8  # of a value's digest: of a million values two meet once in 37 million exports
MOST_KEYS: Final = 1_000_000
FIRST: Final = 1_000  # records whose order is kept


@dataclass(frozen=True, slots=True)
class ColumnDigests:
    """The digests of a column: of a key column those of its values, the least `MOST_KEYS` of them, in order of size.

    Whoever keeps the least of all digests keeps the same ones of the same values: two exports still meet in them.
    """

    name: str
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Release:
    """One export. `export` is a digest of its files, `population` that of whom its figures count, "" where it is not said.

    `order` has the digests of the first records of each column that is no key, in the order of the file, where that
    order is not that of their own values.
    """

    export: str
    reference: str
    recipient: str
    purpose: str
    population: str
    tables: tuple[Earlier, ...] = ()
    keys: tuple[ColumnDigests, ...] = ()
    order: tuple[ColumnDigests, ...] = ()
    records: int = 0


def digest(value: str, key: bytes) -> bytes:
    """Answer the keyed digest of a value."""
    return hashlib.blake2b(value.encode(), digest_size=OCTETS, key=key[:64]).digest()


def least(values: Iterable[str], key: bytes) -> tuple[bytes, ...]:
    """Answer the digests of values that are kept of a key column."""
    return tuple(sorted({digest(value, key) for value in values})[:MOST_KEYS])


def export_digest(files: Iterable[str]) -> str:
    """Answer the digest of an export from those of its files: the same files are the same export."""
    return hashlib.sha256("\n".join(sorted(files)).encode()).hexdigest()
