"""C2SP signed notes (c2sp.org/signed-note) with one Ed25519 line: how a checkpoint is signed and read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Final

from isa_guard.register.faults import SignatureInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.register.keys import PublicKey, Signer

_ED25519: Final = b"\x01"
_LINE = re.compile(r"— ([^ +\n]{1,255}) ([A-Za-z0-9+/]+={0,2})\Z")
LIMIT_NOTE: Final = 64 * 1024


def note_key(name: str, key: PublicKey) -> str:
    """Answer the verifier key of C2SP notes: `name+hash+key`."""
    body = base64.b64encode(_ED25519 + key.raw).decode("ascii")
    return f"{name}+{_hash(name, key).hex()}+{body}"


def sign_note(text: str, name: str, signer: Signer) -> bytes:
    """Answer the note: `text`, which ends with a newline, an empty line, and the signature's line."""
    message = text.encode()
    signature = _hash(name, signer.public_key) + signer.sign(message)
    return message + f"\n— {name} {base64.b64encode(signature).decode('ascii')}\n".encode()


def open_note(content: bytes, name: str, keys: Iterable[PublicKey]) -> str:
    """Answer the text of a note that one of `keys` has signed as `name`; its line must be the first.

    Lines after the first may be cosignatures; they are skipped and prove nothing. Raises SignatureInvalid.
    """
    if len(content) > LIMIT_NOTE:
        raise SignatureInvalid("the note is too long")
    try:
        text, empty, lines = content.decode("utf-8").rpartition("\n\n")
    except UnicodeDecodeError:
        raise SignatureInvalid("the note is not UTF-8") from None
    found = _LINE.match(lines.split("\n", 1)[0])
    if not empty or not lines.endswith("\n") or not found:
        raise SignatureInvalid("this is no signed note")
    if found.group(1) != name:
        raise SignatureInvalid("the note is signed under another name")
    try:
        signature = base64.b64decode(found.group(2), validate=True)
    except binascii.Error:
        raise SignatureInvalid("the note's signature is not standard base64 with padding") from None
    if base64.b64encode(signature).decode("ascii") != found.group(2):
        raise SignatureInvalid("the note's signature is not in the one form of its base64")
    signed = f"{text}\n"
    named = [key for key in keys if _hash(name, key) == signature[:4]]
    if not named:
        raise SignatureInvalid("the note is signed by a key that is not trusted here")
    if not any(key.verifies(signature[4:], signed.encode()) for key in named):
        raise SignatureInvalid("the note's signature is not one over its text")
    return signed


def _hash(name: str, key: PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.raw).digest()[:4]
