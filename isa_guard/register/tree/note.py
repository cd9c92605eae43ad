"""C2SP signed notes (c2sp.org/signed-note): a text, and lines under it by whoever has signed it.

A line names a key by a name and four bytes. Lines by keys that nobody knows here are left alone and prove
nothing; one line of a known key that does not verify makes the whole note invalid.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register.faults import SignatureInvalid
from isa_guard.register.signing.keys import PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.register.signing.keys import Signer

ED25519: Final = b"\x01"
LIMIT_NOTE: Final = 64 * 1024  # sixteen lines of ML-DSA-44 with names of 255 characters fit
LIMIT_LINES: Final = 64
ID_BYTES: Final = 4
_RAW_BYTES: Final = 32
# No Unicode space and no plus in a name, as signed-note has it.
_LINE = re.compile(r"— ([^\s+]{1,255}) ([A-Za-z0-9+/]+={0,2})\Z")
_KEY = re.compile(r"([^\s+]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})\Z")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Line:
    """One signature line: the key's name, the four bytes of its id, and what that key's algorithm has written."""

    name: str
    id: bytes
    signature: bytes

    @property
    def text(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"— {self.name} {base64.b64encode(self.id + self.signature).decode('ascii')}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart, nothing of it proven: its text, which ends with a newline, and its lines in order."""

    text: str
    lines: tuple[Line, ...]

    @property
    def content(self) -> bytes:
        """The note's bytes."""
        return f"{self.text}\n{''.join(line.text for line in self.lines)}".encode()


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A verifier key as read: its name, the byte that says which signatures it makes, and the key."""

    name: str
    kind: bytes
    raw: bytes


def note_key(name: str, key: PublicKey) -> str:
    """Answer the verifier key of C2SP notes: `name+hash+key`."""
    return write_key(name, ED25519, key.raw)


def read_note_key(text: str) -> tuple[str, PublicKey]:
    """Answer the name and the Ed25519 key of a verifier key. Raises SignatureInvalid."""
    found = read_key(text)
    if found.kind != ED25519 or len(found.raw) != _RAW_BYTES:
        raise SignatureInvalid("this is no verifier key of a log: it is not one for Ed25519 signatures")
    return found.name, PublicKey(found.raw)


def write_key(name: str, kind: bytes, raw: bytes) -> str:
    """Answer the verifier key of a key whose signatures are of this kind."""
    return f"{name}+{key_id(name, kind, raw).hex()}+{base64.b64encode(kind + raw).decode('ascii')}"


def read_key(text: str) -> NamedKey:
    """Answer a verifier key's parts. Raises SignatureInvalid where they contradict each other."""
    found = _KEY.match(text)
    if not found:
        raise SignatureInvalid("this is no verifier key: it must be written name+hash+key")
    content = _decoded(found.group(3), "the verifier key")
    key = NamedKey(found.group(1), content[:1], content[1:])
    if not key.raw or key_id(key.name, key.kind, key.raw).hex() != found.group(2):
        raise SignatureInvalid("the verifier key's hash is not that of its name and key")
    return key


def key_id(name: str, kind: bytes, raw: bytes) -> bytes:
    """Answer the four bytes by which a note's line names a key."""
    return hashlib.sha256(name.encode() + b"\n" + kind + raw).digest()[:ID_BYTES]


def sign_note(text: str, name: str, *signers: Signer) -> bytes:
    """Answer the note: `text`, which ends with a newline, an empty line, and a line by each signer in turn."""
    message = text.encode()
    lines = [Line(name, key_id(name, ED25519, one.public_key.raw), one.sign(message)).text for one in signers]
    return message + f"\n{''.join(lines)}".encode()


def open_note(content: bytes, name: str, keys: Iterable[PublicKey]) -> str:
    """Answer the text of a note that one of `keys` has signed as `name`; its line must be the first.

    Whoever checks a note with sed and openssl looks at the first line alone. Raises SignatureInvalid.
    """
    note = read_note(content)
    if note.lines[0].name != name:
        raise SignatureInvalid("the note is signed under another name")
    first = note.lines[0]
    known = tuple(keys)
    if not any(key_id(name, ED25519, key.raw) == first.id for key in known):
        raise SignatureInvalid("the note is signed by a key that is not trusted here")
    signed_by(note, name, known)
    return note.text


def signed_by(note: Note, name: str, keys: Iterable[PublicKey]) -> tuple[Line, ...]:
    """Answer the lines of a note that `keys` have made as `name`, in any place.

    Raises SignatureInvalid where a line names one of the keys and is not by it.
    """
    known: dict[bytes, list[PublicKey]] = {}
    for key in keys:
        known.setdefault(key_id(name, ED25519, key.raw), []).append(key)
    made = [line for line in note.lines if line.name == name and line.id in known]
    message = note.text.encode()
    for line in made:
        if not any(key.verifies(line.signature, message) for key in known[line.id]):
            raise SignatureInvalid("the note's signature is not one over its text")
    return tuple(made)


def read_note(content: bytes) -> Note:
    """Answer a note's text and lines, nothing of them proven. Raises SignatureInvalid for another form."""
    if len(content) > LIMIT_NOTE:
        raise SignatureInvalid("the note is too long")
    try:
        text, empty, lines = content.decode("utf-8").rpartition("\n\n")
    except UnicodeDecodeError:
        raise SignatureInvalid("the note is not UTF-8") from None
    if not empty or not lines.endswith("\n"):
        raise SignatureInvalid("this is no signed note")
    if _CONTROL.search(text):
        raise SignatureInvalid("this is no signed note: it holds control characters")
    return Note(f"{text}\n", read_lines(lines))


def read_lines(text: str) -> tuple[Line, ...]:
    """Answer signature lines, each ending with a newline. Raises SignatureInvalid."""
    lines = text.split("\n")
    if lines.pop() or not lines:
        raise SignatureInvalid("this is no signed note")
    if len(lines) > LIMIT_LINES:
        raise SignatureInvalid(f"the note has {len(lines)} signatures; the limit is {LIMIT_LINES}")
    return tuple(_line(line) for line in lines)


def with_lines(content: bytes, lines: Iterable[Line]) -> bytes:
    """Answer the note with further lines under its own; none is added that is there already.

    Raises SignatureInvalid where there would be too many.
    """
    note = read_note(content)
    added = dict.fromkeys((*note.lines, *lines))
    return bounded(Note(note.text, tuple(added)))


def bounded(note: Note) -> bytes:
    """Answer a note's bytes. Raises SignatureInvalid where no reader here would take them."""
    content = note.content
    if len(content) > LIMIT_NOTE or len(note.lines) > LIMIT_LINES:
        raise SignatureInvalid("the note has no room for another signature")
    return content


def _line(text: str) -> Line:
    found = _LINE.match(text)
    if not found:
        raise SignatureInvalid("this is no signed note")
    content = _decoded(found.group(2), "the note's signature")
    if len(content) < ID_BYTES:
        raise SignatureInvalid("the note's signature is too short to name a key")
    return Line(found.group(1), content[:ID_BYTES], content[ID_BYTES:])


def _decoded(text: str, what: str) -> bytes:
    """Answer what standard base64 with padding stands for. Any other way to write it is refused."""
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise SignatureInvalid(f"{what} is not standard base64 with padding") from None
    if base64.b64encode(content).decode("ascii") != text:
        raise SignatureInvalid(f"{what} is not in the one form of its base64")
    return content
