"""One record's proof for a reader who has nothing else: a `.tlog-proof` file (c2sp.org/tlog-proof@v1).

`proven` binds the whole way in one place, from the trust root to the bytes of this very envelope. A proof about
another record, another register or another tree is refused, however well each of its parts is signed.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register.faults import ProofInvalid, RecordError, RegisterBroken, SignatureInvalid
from isa_guard.register.heads import quorum_at
from isa_guard.register.records import dsse
from isa_guard.register.records.statement import read_statement
from isa_guard.register.register import proven_checkpoint
from isa_guard.register.signing.keys import Role
from isa_guard.register.tree.checkpoint import check_ml_dsa, claimed_checkpoint, read_checkpoint
from isa_guard.register.tree.cosignature import cosignatures
from isa_guard.register.tree.merkle import HASH_BYTES, leaf_hash
from isa_guard.register.tree.proof import LIMIT_PATH, check_inclusion, prove_inclusion

if TYPE_CHECKING:
    from isa_guard.register.records.statement import Record
    from isa_guard.register.tree.checkpoint import Checkpoint
    from isa_guard.register.tree.cosignature import Cosigned
    from isa_guard.register.tree.proof import Hashes
    from isa_guard.register.trust_roots.trust_root import TrustRoot

HEADER: Final = "c2sp.org/tlog-proof@v1"
LIMIT_EXTRA: Final = 64 * 1024
LIMIT_PROOF: Final = 256 * 1024
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,14})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A proof as it stands in its file, nothing of it checked. `extra` is never signed and never believed."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """What was proven: this record stands at `index` of a register that was signed, and seen by these witnesses."""

    index: int
    record: Record
    checkpoint: Checkpoint
    cosigned: tuple[Cosigned, ...]


def proof_of(hashes: Hashes, note: bytes, index: int) -> TlogProof:
    """Answer the proof that record `index` is under a checkpoint. Raises ProofInvalid where it is not."""
    try:
        size = claimed_checkpoint(note).size
    except SignatureInvalid as error:
        raise ProofInvalid(str(error)) from None
    return TlogProof(index, prove_inclusion(hashes, index, size), note)


def write_proof(proof: TlogProof) -> bytes:
    """Answer the file of a proof."""
    lines = [HEADER]
    if proof.extra is not None:
        lines.append(f"extra {_base64(proof.extra)}")
    lines += [f"index {proof.index}", *map(_base64, proof.path), "", ""]
    return "\n".join(lines).encode() + proof.checkpoint


def read_proof(content: bytes) -> TlogProof:
    """Answer the parts of a proof's file, nothing of them checked. Raises ProofInvalid for another form."""
    if len(content) > LIMIT_PROOF:
        raise ProofInvalid(f"the proof is longer than {LIMIT_PROOF:,} bytes")
    head, empty, checkpoint = content.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        lines = []
    if not empty or len(lines) < 2 or lines[0] != HEADER:
        raise ProofInvalid(f"this is no proof of the form {HEADER}")
    at, extra = 1, None
    if lines[1].startswith("extra "):
        at, extra = 2, _decoded(lines[1].removeprefix("extra "))
    found = _INDEX.match(lines[at]) if at < len(lines) else None
    if not found:
        raise ProofInvalid("the proof does not say which record it is about")
    path = tuple(map(_decoded, lines[at + 1 :]))
    if len(path) > LIMIT_PATH or any(len(one) != HASH_BYTES for one in path):
        raise ProofInvalid("the proof's lines are not each one hash")
    if extra is not None and len(extra) > LIMIT_EXTRA:
        raise ProofInvalid(f"the proof's extra data are longer than {LIMIT_EXTRA:,} bytes")
    return TlogProof(int(found.group(1)), path, checkpoint, extra)


def proven(envelope: bytes, proof: bytes, trust: TrustRoot) -> Proven:
    """Answer what a proof proves of the very bytes of an envelope. Raises ProofInvalid, whatever is wrong.

    The trust root must be one's own: a proof that brings its own keys proves nothing.
    """
    found = read_proof(proof)
    try:
        trusted, cosigned = _cosigned(found.checkpoint, trust)
        checkpoint = proven_checkpoint(found.checkpoint, trusted)
        if second := trusted.ml_dsa_keys(max(checkpoint.size - 1, 0)):
            check_ml_dsa(found.checkpoint, second)
        check_inclusion(leaf_hash(envelope), found.index, checkpoint.size, found.path, checkpoint.root)
        record = read_statement(dsse.verify(envelope, trusted.keys(Role.RECORD, found.index)))
    except (SignatureInvalid, RecordError, RegisterBroken) as error:
        raise ProofInvalid(f"the proof does not hold: {error}") from None
    standing = record.standing
    if (standing.origin, standing.epoch, standing.index) != (trust.origin, trust.epoch, found.index):
        says = f"it says it is record {standing.index} of {standing.origin}, epoch {standing.epoch}"
        raise ProofInvalid(f"the record is not of the place that the proof gives it: {says}")
    return Proven(found.index, record, checkpoint, cosigned)


def _cosigned(note: bytes, trust: TrustRoot) -> tuple[TrustRoot, tuple[Cosigned, ...]]:
    """Answer who has cosigned the checkpoint, and the trust root as it counts once so many have.

    One key is one witness, whatever it is called. What a quorum saw before a key was stolen is not the thief's,
    so that a key revoked since still counts for it.
    """
    size = read_checkpoint(note, trust.origin, trust.ever(Role.LOG)).size
    found = cosignatures(note, trust.witness_keys(size))
    if len(found) < trust.quorum:
        raise ProofInvalid(
            f"{_count(len(found))} cosigned the checkpoint; the trust root asks for {trust.quorum}"
        )
    seen = quorum_at(note, trust, size)
    return (trust.with_vouched(size, seen) if seen else trust), found


def _count(number: int) -> str:
    if number == 0:
        return "no witness has"
    return "1 witness has" if number == 1 else f"{number} witnesses have"


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _decoded(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except ValueError:
        raise ProofInvalid("a line of the proof is not standard base64 with padding") from None
    if _base64(content) != text:
        raise ProofInvalid("a line of the proof is not in the one form of its base64")
    return content
