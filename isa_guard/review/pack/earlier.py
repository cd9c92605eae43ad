"""Whether a register grew out of the one that a review was made from: what holds this year to what was reviewed last year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import EvidenceError
from isa_guard.model.act import Action
from isa_guard.register.faults import ProofInvalid
from isa_guard.register.tree.proof import check_consistency, prove_consistency

if TYPE_CHECKING:
    from isa_guard.acts.ledger import Ledger
    from isa_guard.model.act import Standing
    from isa_guard.register.tree.checkpoint import Checkpoint
    from isa_guard.register.tree.proof import Hashes
    from isa_guard.review.pack.pack import Earlier


def hold_to(hashes: Hashes, now: Checkpoint, before: Earlier) -> None:
    """Pass a register, of these hashes and this proven checkpoint, that begins with every record that a review was made from, unchanged. Raises EvidenceError.

    The proof is that of RFC 6962 (section 2.1.2). The name is compared too, since any register grows out of an empty one.
    """
    what = f"the register did not grow out of the one that was reviewed, {before.size} records with root {before.root}"
    if before.origin != now.origin:
        raise EvidenceError(f"{what}: that one is {before.origin}, this one {now.origin}")
    if before.size > now.size:
        raise EvidenceError(f"{what}: it has {now.size} now")
    try:
        path = prove_consistency(hashes, before.size, now.size)
        check_consistency(before.size, bytes.fromhex(before.root), now.size, now.root, path)
    except (ProofInvalid, ValueError) as error:
        raise EvidenceError(f"{what}: {error}") from None


def signatures(ledger: Ledger, digest: str) -> tuple[Standing, ...]:
    """Answer the acts by which people put their names to a review: those that cite the digest of its manifest."""
    return tuple(one for one in ledger.opened(Action.REVIEWED) if one.code("pack") == digest)
