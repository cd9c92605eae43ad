"""Checkpoints (c2sp.org/tlog-checkpoint): a register's name, its size and its root, signed by the log key.

The text has exactly three lines, no extensions, so that it can be checked line by line with openssl.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register.faults import SignatureInvalid
from isa_guard.register.note import open_note, sign_note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.register.keys import PublicKey, Signer

# As in C2SP key names, no spaces and no plus; a name in small letters without a scheme, as logs are named.
ORIGIN = re.compile(r"[a-z0-9]([a-z0-9._/-]{0,98}[a-z0-9])?\Z", re.ASCII)
_SIZE = re.compile(r"(0|[1-9][0-9]{0,14})\Z", re.ASCII)
_ROOT_BYTES: Final = 32


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


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Answer the checkpoint as a signed note; the key's name is the origin."""
    return sign_note(checkpoint.text, checkpoint.origin, signer)


def read_checkpoint(content: bytes, origin: str, keys: Iterable[PublicKey]) -> Checkpoint:
    """Answer a checkpoint of `origin` that one of `keys` has signed. Raises SignatureInvalid."""
    lines = open_note(content, origin, keys).split("\n")
    if len(lines) != 4 or lines[3]:
        raise SignatureInvalid("a checkpoint has three lines: name, size and root")
    name, size, root = lines[:3]
    if name != origin:
        raise SignatureInvalid("the checkpoint is of another register")
    checkpoint = Checkpoint(origin, int(size) if _SIZE.match(size) else -1, _root(root))
    if checkpoint.text != "\n".join(lines):
        raise SignatureInvalid("the checkpoint's size or root is malformed")
    return checkpoint


def _root(text: str) -> bytes:
    try:
        root = base64.b64decode(text, validate=True)
    except ValueError:
        root = b""
    if len(root) != _ROOT_BYTES:
        raise SignatureInvalid("the checkpoint's size or root is malformed")
    return root
