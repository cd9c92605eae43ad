"""Whether a register is whole: every frame, signature, place, link and time, and the root over all.

It proves that nothing covered by the checkpoint was altered, left out, added or put in another order since it
was signed. It cannot prove that the checkpoint is the newest one: an older state of the same register, put back
whole, is a valid register. Only a checkpoint kept elsewhere shows that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.register import archive, journal, storage
from isa_guard.register.chain import Chain
from isa_guard.register.faults import ArchiveBroken, Damage, RegisterBroken, RegisterUnreadable
from isa_guard.register.register import JOURNAL, checkpoint_of, trust_root_of
from isa_guard.register.trust import TrustRoot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from isa_guard.register.statement import Record


@dataclass(frozen=True, slots=True)
class Verified:
    """What was proven: a register of this name, size and root. `beyond` bytes of journal are not covered."""

    origin: str
    size: int
    root: bytes
    records: int
    beyond: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A record that verifies, and the envelope that it was read from."""

    index: int
    envelope: bytes
    record: Record


def verify(folder: Path, trusted: str | TrustRoot) -> Verified:
    """Verify a register against a root key's fingerprint, or against a trust root that one already holds.

    Raises RegisterBroken with the first broken record and its damage, Untrusted, RegisterUnreadable.
    Memory does not grow with the register.
    """
    walk = Walk(folder, trusted)
    for _ in walk.records():
        pass
    return walk.verified()


def record_at(folder: Path, trusted: str | TrustRoot, index: int) -> Stored:
    """Answer one record of a register that verifies as a whole. Raises as `verify`, and RegisterUnreadable."""
    walk = Walk(folder, trusted)
    found = [one for one in walk.records() if one.index == index]
    if not found:
        raise RegisterUnreadable(f"there is no record {index}: the register has {walk.verified().size}")
    return found[0]


class Walk:
    """Goes through a register from its first record to its checkpoint."""

    def __init__(self, folder: Path, trusted: str | TrustRoot) -> None:
        """Read trust root and checkpoint. Raises Untrusted, RegisterBroken, RegisterUnreadable."""
        self.folder = folder
        self.trust = trusted if isinstance(trusted, TrustRoot) else trust_root_of(folder, trusted)
        self.checkpoint = checkpoint_of(folder, self.trust)
        self._chain = Chain(self.trust)
        self._end = 0

    def records(self) -> Iterator[Stored]:
        """Answer every record once it is proven by itself; all are proven together once the last is given."""
        frames = journal.frames(self.folder / JOURNAL)
        while self._chain.size < self.checkpoint.size:
            frame = next(frames, None)
            if frame is None:
                what = f"the checkpoint covers {self.checkpoint.size}, the journal holds {self._chain.size}"
                raise RegisterBroken(Damage.MISSING, self._chain.size, what)
            record = self._chain.follow(frame.envelope)
            self._attachment(frame.index, record)
            self._end += frame.end - frame.start
            yield Stored(frame.index, frame.envelope, record)
        self._chain.matches(self.checkpoint)

    def verified(self) -> Verified:
        """Answer what was proven. Only to be asked once every record has been given."""
        with storage.storing("the journal cannot be read"):
            stored = sum(path.stat().st_size for path in journal.segments(self.folder / JOURNAL))
        size = self.checkpoint.size
        return Verified(self.trust.origin, size, self.checkpoint.root, self._chain.size, stored - self._end)

    def _attachment(self, index: int, record: Record) -> None:
        if record.attachment is None:
            return
        try:
            found = archive.read_attachment(self.folder, record.attachment)
        except ArchiveBroken as error:
            raise RegisterBroken(Damage.ATTACHMENT, index, str(error)) from None
        if found is None:
            raise RegisterBroken(
                Damage.ATTACHMENT, index, f"attachments/sha256 lacks {record.attachment[:12]}"
            )
