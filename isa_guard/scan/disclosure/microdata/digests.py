"""Keys that are plain digests of identifiers: whoever lists all identifiers has the way back.

A hash without a secret hides nothing that can be listed. The ICO's guidance on pseudonymisation says so, and asks
for a key kept apart (HMAC) or a random number in its place.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.finding import Check, Disclosure, Severity
from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isa_guard.scan.disclosure.microdata.records import Records


class Digest(StrEnum):
    """The digests that stand in exports as keys, by the name of their algorithm."""

    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"


_LENGTHS: Final = {32: Digest.MD5, 40: Digest.SHA1, 64: Digest.SHA256}
_MOSTLY: Final = 0.9
MOST_NUMBERS: Final = 1_000_000  # row numbers that are tried as what a digest was made from
_A_SECOND: Final = (
    1_000_000  # digests a second of one core in plain Python, measured; a graphics card makes billions
)


@dataclass(frozen=True, slots=True)
class KeySpace:
    """Identifiers that can be listed: what they are, how many there are, and some to try.

    Candidates are identifiers that may have been hashed: the partner's own test list, or a stretch of the space.
    """

    title: str
    size: int
    candidates: tuple[str, ...] = ()


# Ten digits, the last a check digit by modulus 11, where a check of 10 is never issued (NHS Data Model).
NHS_NUMBERS: Final = KeySpace("NHS numbers", 10**9 * 10 // 11)
# Two letters of which 373 pairs are allowed, six digits, a letter from A to D (HMRC, NIM39110).
NINOS: Final = KeySpace("National Insurance numbers", 373 * 10**6 * 4)


def digest_columns(records: Records) -> tuple[tuple[str, Digest], ...]:
    """The text columns that hold digests, nine values in ten, and of which kind by their length."""
    pl = polars()
    found = []
    for name in records.frame.columns:
        column = records.frame[name].drop_nulls()
        if column.dtype != pl.String or column.is_empty():
            continue
        lower = column.str.to_lowercase()
        for length, digest in _LENGTHS.items():
            if lower.str.contains(rf"^[0-9a-f]{{{length}}}$").sum() >= _MOSTLY * len(lower):
                found.append((name, digest))
    return tuple(found)


def reversible_keys(
    records: Records, spaces: Iterable[KeySpace] = (NHS_NUMBERS, NINOS)
) -> tuple[Disclosure, ...]:
    """Every column of digests: blocked where some are plain digests of a candidate or of a row number.

    Where none matches, a person has to ask how the keys were made: a plain digest of another list and one under a
    secret key look the same.
    """
    spaces = tuple(spaces)
    return tuple(_judged(records, column, digest, spaces) for column, digest in digest_columns(records))


def _judged(records: Records, column: str, digest: Digest, spaces: tuple[KeySpace, ...]) -> Disclosure:
    here = records.places(column)
    shown = {str(value).lower() for value in records.frame[column].drop_nulls().to_list()}
    numbers = KeySpace("row numbers", min(MOST_NUMBERS, 2 * records.frame.height + 2))
    for space in (numbers, *spaces):
        candidates = map(str, range(numbers.size)) if space is numbers else space.candidates
        hits = _hits(shown, digest, candidates)
        if hits:
            what = (
                f"{hits:,} keys in {column} are plain {digest.value} digests of {space.title}, of which there are "
                f"{space.size:,}: {_time(space.size)} of one processor undoes every key"
            )
            return Disclosure(Check.REVERSIBLE_KEY, here, Severity.BLOCK, what, _WHY)
    tried = sum(len(space.candidates) for space in spaces)
    sizes = "; ".join(f"{space.size:,} {space.title}, {_time(space.size)}" for space in spaces)
    what = (
        f"{column} looks like {digest.value} digests; no row number and none of {tried:,} candidates matched. Were they "
        f"plain digests, listing would undo them ({sizes} of one processor)"
    )
    return Disclosure(Check.REVERSIBLE_KEY, here, Severity.WARN, what, _WHY)


_WHY: Final = "a digest without a secret key is undone by listing what it can be of; use HMAC with a key kept apart, or random keys"


def _hits(shown: set[str], digest: Digest, candidates: Iterable[str]) -> int:
    """How many of the keys shown are digests of a candidate in any of its usual spellings."""
    matched: set[str] = set()
    for candidate in candidates:
        for spelling in _spellings(candidate):
            made = hashlib.new(digest.value, spelling.encode(), usedforsecurity=False).hexdigest()
            if made in shown:
                matched.add(made)
    return len(matched)


def _spellings(candidate: str) -> Iterator[str]:
    """As given, without spaces and hyphens, in either case, and with the spaces of an NHS number."""
    bare = re.sub(r"[\s-]", "", candidate)
    spellings = {candidate, bare, bare.upper(), bare.lower()}
    if len(bare) == 10 and bare.isdigit():
        spellings |= {f"{bare[:3]} {bare[3:6]} {bare[6:]}", f"{bare[:3]}-{bare[3:6]}-{bare[6:]}"}
    yield from sorted(spellings)


def _time(size: int) -> str:
    seconds = size / _A_SECOND
    if seconds < 120:
        return "two minutes or less"
    return f"about {seconds / 60:.0f} minutes" if seconds < 7200 else f"about {seconds / 3600:.0f} hours"
