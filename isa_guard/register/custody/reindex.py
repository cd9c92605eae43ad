"""The index of a register made anew: all that it says follows from the journal and the cases."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from isa_guard.register.chain import Chain
from isa_guard.register.faults import Damage, RegisterBroken
from isa_guard.register.register import proven_checkpoint

if TYPE_CHECKING:
    from isa_guard.register.stores.store import Noted, Store
    from isa_guard.register.trust_roots.trust_root import TrustRoot

AT_ONCE: Final = 4_096


def reindex(store: Store, trust: TrustRoot) -> int:
    """Put the index aside, make it anew, and answer how many records it has.

    Every record is verified on the way. Raises RegisterBroken, StorageFailed.
    """
    with store.writing() as writer:
        checkpoint = proven_checkpoint(store.checkpoint(), trust)
        writer.forget()
        chain = Chain(trust)
        noted: list[Noted] = []
        # No farther: what follows is an append that was broken off, and may be torn.
        for envelope in islice(writer.entries(0), checkpoint.size):
            noted.append(chain.noted_follow(envelope))
            if len(noted) == AT_ONCE or chain.size == checkpoint.size:
                writer.remember(noted, chain.tip)
                noted = []
        if chain.size < checkpoint.size:
            what = f"the checkpoint covers {checkpoint.size}, the journal holds {chain.size}"
            raise RegisterBroken(Damage.MISSING, chain.size, what)
        chain.matches(checkpoint)
    return chain.size
