"""One record's proof for a reader who has nothing else: a `.tlog-proof` file (c2sp.org/tlog-proof@v1).

`proven` binds the whole way in one place, from the trust root to the bytes of this very envelope. A proof about
another record, another register or another tree is refused, however well each of its parts is signed.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final, Protocol

from isa_guard.frozen import dataclass
from isa_guard.register import dsse
from isa_guard.register.checkpoint import claimed_checkpoint, read_checkpoint
from isa_guard.register.cosignature import cosignatures
from isa_guard.register.faults import ProofInvalid, RecordError, SignatureInvalid
from isa_guard.register.keys import Role
from isa_guard.register.merkle import HASH_BYTES, leaf_hash
from isa_guard.register.proof import LIMIT_PATH, check_inclusion, prove_inclusion
from isa_guard.register.statement import read_statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.register.checkpoint import Checkpoint
    from isa_guard.register.cosignature import Cosigned
    from isa_guard.register.keys import PublicKey
    from isa_guard.register.statement import Record
    from isa_guard.register.store import Hashes

HEADER: Final = "c2sp.org/tlog-proof@v1"
LIMIT_EXTRA: Final = 64 * 1024
LIMIT_PROOF: Final = 256 * 1024
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,14})\Z", re.ASCII)


class NamedWitness(Protocol):
    """A witness as a trust root names it."""

    @property
    def name(self) -> str:
        """What its lines are signed as."""

    @property
    def key(self) -> PublicKey:
        """The key that it cosigns with."""


class Trusted(Protocol):
    """What a trust root says that a proof is held against."""

    @property
    def origin(self) -> str:
        """The register's name."""

    @property
    def epoch(self) -> int:
        """The register's epoch."""

    @property
    def witnesses(self) -> Sequence[NamedWitness]:
        """Whose cosignatures count."""

    @property
    def quorum(self) -> int:
        """How many keys of witnesses must have cosigned."""

    def keys(self, role: Role, index: int) -> Sequence[PublicKey]:
        """Answer the keys that may sign in `role` at record `index`."""


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


def proven(envelope: bytes, proof: bytes, trust: Trusted) -> Proven:
    """Answer what a proof proves of the very bytes of an envelope. Raises ProofInvalid, whatever is wrong.

    The trust root must be one's own: a proof that brings its own keys proves nothing.
    """
    found = read_proof(proof)
    try:
        checkpoint = _signed(found.checkpoint, trust)
        check_inclusion(leaf_hash(envelope), found.index, checkpoint.size, found.path, checkpoint.root)
        cosigned = _cosigned(found.checkpoint, trust)
        record = read_statement(dsse.verify(envelope, trust.keys(Role.RECORD, found.index)))
    except (SignatureInvalid, RecordError) as error:
        raise ProofInvalid(f"the proof does not hold: {error}") from None
    standing = record.standing
    if (standing.origin, standing.epoch, standing.index) != (trust.origin, trust.epoch, found.index):
        says = f"it says it is record {standing.index} of {standing.origin}, epoch {standing.epoch}"
        raise ProofInvalid(f"the record is not of the place that the proof gives it: {says}")
    return Proven(found.index, record, checkpoint, cosigned)


def _signed(note: bytes, trust: Trusted) -> Checkpoint:
    """Answer the checkpoint, by a key that may sign at its own size and is named by nothing but the trust root."""
    claimed = claimed_checkpoint(note)
    return read_checkpoint(note, trust.origin, trust.keys(Role.LOG, max(claimed.size - 1, 0)))


def _cosigned(note: bytes, trust: Trusted) -> tuple[Cosigned, ...]:
    """Answer who has cosigned; one key counts once, whatever it is called."""
    found = cosignatures(note, {one.name: one.key for one in trust.witnesses})
    if len(found) < trust.quorum:
        raise ProofInvalid(
            f"{_count(len(found))} cosigned the checkpoint; the trust root asks for {trust.quorum}"
        )
    return found


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
