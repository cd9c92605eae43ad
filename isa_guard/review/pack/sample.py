"""A sample of decisions that anybody can draw again: by a seed, and by the ids of the records, whatever their order."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.review.pack.gather import Decided


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, by which seed, out of how many."""

    seed: str
    drawn: tuple[Decided, ...]
    out_of: int


def draw(decided: Sequence[Decided], size: int, seed: str) -> Sample:
    """Answer a sample of at most `size` decisions: every refusal, referral and dispensation stands as good a chance as a permit.

    A record is drawn where the SHA-256 of `isa-guard sample`, the seed and its id, each ended by a newline, is among the least. Whoever
    adds or leaves out a record changes nothing for the others.
    """

    def ticket(one: Decided) -> bytes:
        return hashlib.sha256(f"isa-guard sample\n{seed}\n{one.id}\n".encode()).digest()

    drawn = sorted(decided, key=ticket)[:size]
    return Sample(seed, tuple(sorted(drawn, key=lambda one: one.index)), len(decided))
