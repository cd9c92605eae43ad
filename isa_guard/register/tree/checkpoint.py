"""Checkpoints (c2sp.org/tlog-checkpoint): a register's name, its size and its root, signed by the log key.

The text has exactly three lines, no extensions, so that it can be checked line by line with openssl. The log's
Ed25519 line is the first. A line by an ML-DSA-44 key may follow (c2sp.org/tlog-cosignature): it still holds
once Ed25519 can be forged, and it is never the only one.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final, Protocol

from isa_guard.frozen import dataclass
from isa_guard.register.faults import SignatureInvalid
from isa_guard.register.tree.note import Line, Note, bounded, key_id, open_note, read_note, sign_note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.register.signing.keys import PublicKey, Signer

# As in C2SP key names, no spaces and no plus; a name in small letters without a scheme, as logs are named.
ORIGIN = re.compile(r"[a-z0-9]([a-z0-9._/-]{0,98}[a-z0-9])?\Z", re.ASCII)
ML_DSA_44: Final = b"\x06"
_SIZE = re.compile(r"(0|[1-9][0-9]{0,14})\Z", re.ASCII)
_ROOT_BYTES: Final = 32
_NO_TIME: Final = bytes(8)  # a log says nothing about when: only a witness does
_MALFORMED: Final = "the checkpoint's size or root is malformed"


class MlDsaKey(Protocol):
    """A public key of ML-DSA-44."""

    @property
    def raw(self) -> bytes:
        """Its 1,312 bytes."""

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Answer whether `signature` is one of this key over `message`."""


class MlDsaSigns(Protocol):
    """Whatever holds a private key of ML-DSA-44."""

    @property
    def public_key(self) -> MlDsaKey:
        """The key that verifies."""

    def sign(self, message: bytes) -> bytes:
        """Answer the 2,420 bytes of a signature."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A register of this name had this many records, and this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer, *others: Signer) -> bytes:
    """Answer the checkpoint as a signed note; the keys' name is the origin. `others` sign too at a rotation."""
    return sign_note(checkpoint.text, checkpoint.origin, signer, *others)


def read_checkpoint(content: bytes, origin: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """Answer a checkpoint of `origin` that one of `keys` has signed. Raises SignatureInvalid."""
    checkpoint = _parsed(open_note(content, origin, keys))
    if checkpoint.origin != origin:
        raise SignatureInvalid("the checkpoint is of another register")
    return checkpoint


def claimed_checkpoint(content: bytes) -> Checkpoint:
    """Answer what a note says as a checkpoint, of whatever register; nothing of it is proven.

    Raises SignatureInvalid where it is no checkpoint at all.
    """
    return _parsed(read_note(content).text)


def add_ml_dsa(content: bytes, signer: MlDsaSigns) -> bytes:
    """Answer a checkpoint's note with a line by an ML-DSA-44 key of the log, under those that the log made before.

    Raises SignatureInvalid where the note is no checkpoint.
    """
    note, checkpoint = read_note(content), claimed_checkpoint(content)
    name = checkpoint.origin
    signature = _NO_TIME + signer.sign(_ml_dsa_message(checkpoint))
    line = Line(name, key_id(name, ML_DSA_44, signer.public_key.raw), signature)
    kept = [one for one in note.lines if (one.name, one.id) != (line.name, line.id)]
    end = 1 + max((at for at, one in enumerate(kept) if one.name == name), default=-1)
    return bounded(Note(note.text, (*kept[:end], line, *kept[end:])))


def check_ml_dsa(content: bytes, keys: Iterable[MlDsaKey]) -> None:
    """Check that one of the log's ML-DSA-44 `keys` has signed a checkpoint. Raises SignatureInvalid."""
    note, checkpoint = read_note(content), claimed_checkpoint(content)
    message = _ml_dsa_message(checkpoint)
    known = {key_id(checkpoint.origin, ML_DSA_44, key.raw): key for key in keys}
    made = [one for one in note.lines if one.name == checkpoint.origin and one.id in known]
    if not made:
        raise SignatureInvalid("the checkpoint lacks the ML-DSA-44 signature that it must have")
    for one in made:
        timed, signature = one.signature[: len(_NO_TIME)], one.signature[len(_NO_TIME) :]
        if timed != _NO_TIME or not known[one.id].verifies(signature, message):
            raise SignatureInvalid("the checkpoint's ML-DSA-44 signature is not one over its text")


def _ml_dsa_message(checkpoint: Checkpoint) -> bytes:
    """Answer the `cosigned_message` of tlog-cosignature for the whole tree, by the log itself."""
    name = checkpoint.origin.encode()
    named = len(name).to_bytes(1, "big") + name
    return b"".join(
        (
            b"subtree/v1\n\0",
            named,
            _NO_TIME,
            named,
            (0).to_bytes(8, "big"),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        )
    )


def _parsed(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise SignatureInvalid("a checkpoint has three lines: name, size and root")
    origin, size, root = lines[:3]
    if not origin or len(origin.encode()) > 255 or not _SIZE.match(size):
        raise SignatureInvalid(_MALFORMED)
    checkpoint = Checkpoint(origin, int(size), _root(root))
    if checkpoint.text != text:
        raise SignatureInvalid(_MALFORMED)
    return checkpoint


def _root(text: str) -> bytes:
    try:
        root = base64.b64decode(text, validate=True)
    except ValueError:
        root = b""
    if len(root) != _ROOT_BYTES:
        raise SignatureInvalid(_MALFORMED)
    return root
