"""Cosignatures (c2sp.org/tlog-cosignature, `cosignature/v1`): a witness saw this checkpoint, then, and no other.

The signed text does not hold the witness's name, so that the same line proves as much under any name. What is
counted is therefore keys, never names or lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register.faults import SignatureInvalid
from isa_guard.register.signing.keys import PublicKey
from isa_guard.register.tree.note import Line, key_id, read_key, read_note, write_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.register.signing.keys import Signer
    from isa_guard.register.tree.checkpoint import Checkpoint

COSIGNATURE: Final = b"\x04"
LATEST: Final = 2**63 - 1
_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64
_RAW_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness's key has signed a checkpoint at this time, in seconds since 1970, by the witness's own clock."""

    name: str
    key_id: str
    time: int


def cosign(checkpoint: Checkpoint, name: str, signer: Signer, time: int) -> bytes:
    """Answer the line by which a witness of this name vouches for a checkpoint. Raises SignatureInvalid."""
    if not 0 < time <= LATEST:
        raise SignatureInvalid("a cosignature must say when it was made")
    signature = time.to_bytes(_TIME_BYTES, "big") + signer.sign(_message(checkpoint.text, time))
    return Line(name, key_id(name, COSIGNATURE, signer.public_key.raw), signature).text.encode()


def cosignatures(note: bytes, witnesses: Mapping[str, PublicKey]) -> tuple[Cosigned, ...]:
    """Answer which of the witnesses' keys have cosigned a note: each key once, at the earliest time it gives.

    Lines by others are left alone. Raises SignatureInvalid where a line names a witness and is not by it. Whether
    the note is a checkpoint of the right log is for whoever asks to have checked.
    """
    opened = read_note(note)
    found: dict[str, Cosigned] = {}
    for line in opened.lines:
        if not is_by(line, witnesses):
            continue
        key = witnesses[line.name]
        one = Cosigned(line.name, key.key_id, _time(line, key, opened.text))
        before = found.get(one.key_id)
        if before is None or one.time < before.time:
            found[one.key_id] = one
    return tuple(found.values())


def time_of(line: Line) -> int:
    """Answer the time that a cosignature's line gives, unproven; 0 where it can be none."""
    if len(line.signature) != _TIME_BYTES + _SIGNATURE_BYTES:
        return 0
    return int.from_bytes(line.signature[:_TIME_BYTES], "big")


def is_by(line: Line, witnesses: Mapping[str, PublicKey]) -> bool:
    """Answer whether a line names one of the witnesses' keys; nothing is proven by that."""
    key = witnesses.get(line.name)
    return key is not None and line.id == key_id(line.name, COSIGNATURE, key.raw)


def witness_key(name: str, key: PublicKey) -> str:
    """Answer the verifier key of a witness: `name+hash+key`."""
    return write_key(name, COSIGNATURE, key.raw)


def read_witness_key(text: str) -> tuple[str, PublicKey]:
    """Answer the name and the key in a witness's verifier key. Raises SignatureInvalid."""
    found = read_key(text)
    if found.kind != COSIGNATURE or len(found.raw) != _RAW_BYTES:
        raise SignatureInvalid("this is no verifier key of a witness: it is not one for cosignatures")
    return found.name, PublicKey(found.raw)


def _time(line: Line, key: PublicKey, text: str) -> int:
    time = time_of(line)
    if not 0 < time <= LATEST:
        raise SignatureInvalid("a witness's cosignature has no time, or is malformed")
    if not key.verifies(line.signature[_TIME_BYTES:], _message(text, time)):
        raise SignatureInvalid("a witness's cosignature is not one over this checkpoint")
    return time


def _message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
