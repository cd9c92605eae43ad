"""Erasing a case: the record of it first, then the document, in the store and in every backup that is noted.

In this order a crash leaves a case that is still there and a record that says it is gone; erasing it again mends
that. The other way round nobody would ever know by whose authority it went.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.register.custody import backup
from isa_guard.register.records.event import ErasureEvent, post
from isa_guard.register.records.members import DIGEST
from isa_guard.register.stores.store import Shelf

if TYPE_CHECKING:
    from isa_guard.register.appender import Appender, Receipt
    from isa_guard.register.records.event import ErasureReason


@dataclass(frozen=True, slots=True)
class Erased:
    """What came of an erasure: the record of it, backups that no longer hold the case, and those not to be reached."""

    receipt: Receipt
    backups: tuple[str, ...]
    unreached: tuple[str, ...]


def erase(appender: Appender, digest: str, reason: ErasureReason, authority: str) -> Erased:
    """Erase the case of a digest on the authority of a post.

    Raises UsageError for a digest that no case has, here or in a backup, and for an authority that is no post;
    StorageFailed where the store cannot erase it: the record then stands, and erasing it again goes on.
    """
    event = ErasureEvent(_digest(digest), reason, post(authority))
    store = appender.store
    holding = [place for place in store.backups() if backup.holds_case(place, event.digest)]
    if not store.has(Shelf.CASES, event.digest) and not holding:
        raise UsageError(
            f"no case has the digest {digest}: `isa-guard register show` names it, as the fact among the inputs"
        )
    receipt = appender.append_event(event)
    store.erase(event.digest)
    unreached = tuple(place for place in store.backups() if not backup.reachable(place))
    for place in holding:
        backup.drop_case(place, event.digest)
    return Erased(receipt, tuple(holding), unreached)


def _digest(text: str) -> str:
    plain = text.strip().lower()
    if not DIGEST.match(plain):
        raise UsageError("a case is named by the SHA-256 of its document: 64 hexadecimal digits")
    return plain
