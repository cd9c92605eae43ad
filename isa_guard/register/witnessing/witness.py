"""A witness of other people's registers (c2sp.org/tlog-witness): it vouches that what it saw has only grown.

Of each log it keeps the newest checkpoint that it cosigned, and cosigns another only if that grew out of it. What
it keeps is on disk before a cosignature is given out. A log that signs two stories is told apart here, and both
signed heads are kept, because together they prove it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Final, Protocol

from isa_guard.frozen import dataclass
from isa_guard.register.faults import (
    Forked,
    ProofInvalid,
    SignatureInvalid,
    StorageFailed,
    WitnessUnreachable,
)
from isa_guard.register.tree import note as notes
from isa_guard.register.tree.checkpoint import claimed_checkpoint
from isa_guard.register.tree.cosignature import cosign, cosignatures, is_by, time_of
from isa_guard.register.tree.merkle import EMPTY_ROOT, HASH_BYTES
from isa_guard.register.tree.proof import LIMIT_PATH, check_consistency, prove_consistency, root_at

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from isa_guard.register.signing.keys import PublicKey, Signer
    from isa_guard.register.tree.checkpoint import Checkpoint
    from isa_guard.register.tree.note import Line, Note
    from isa_guard.register.tree.proof import Hashes

LIMIT_BODY: Final = 64 * 1024
TEXT: Final = "text/plain; charset=utf-8"
SIZE: Final = "text/x.tlog.size"
_OLD = re.compile(r"old (0|[1-9][0-9]{0,14})\Z", re.ASCII)
_TOLD = re.compile(rb"(0|[1-9][0-9]{0,14})\n\Z")


@dataclass(frozen=True, slots=True)
class Answer:
    """A witness's answer, as it goes over HTTP."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A wish for a cosignature, nothing of it checked: it grew out of a state of `old` records, by this proof."""

    old: int
    path: tuple[bytes, ...]
    note: bytes


class Held(Protocol):
    """What a witness keeps of one log, held alone."""

    @property
    def note(self) -> bytes | None:
        """The note that was cosigned last, None where none was."""

    def keep(self, note: bytes) -> None:
        """Put a note in the place of the last one, durably. Raises StorageFailed."""

    def keep_fork(self, name: str, held: bytes, offered: bytes) -> None:
        """Keep the signed heads of two stories for ever. Raises StorageFailed."""


class State(Protocol):
    """Where a witness keeps what it cosigned, by the hash of each log's name."""

    def holding(self, origin_hash: str) -> AbstractContextManager[Held]:
        """Hold what is kept of one log alone, against every other process. Raises StorageFailed."""


def origin_hash(origin: str) -> str:
    """Answer how a log is named in a witness's files and addresses."""
    return hashlib.sha256(origin.encode()).hexdigest()


def request(hashes: Hashes, note: bytes, old: int) -> bytes:
    """Answer the request to cosign a checkpoint, for a witness that saw `old` records.

    Raises Forked where that is more than the checkpoint has: one of the two is no state of this register; ProofInvalid
    where the hashes do not give the checkpoint's root, for no witness would take that.
    """
    checkpoint = claimed_checkpoint(note)
    size = checkpoint.size
    if old > size:
        what = f"the witness has cosigned {old} records, and this checkpoint covers {size}"
        raise Forked(f"{what}: the register was set back, or another one goes by its name")
    if root_at(hashes, size) != checkpoint.root:
        raise ProofInvalid(f"the hashes of the first {size} records do not give the root that was signed")
    return write_request(Request(old, prove_consistency(hashes, old, size), note))


def write_request(of: Request) -> bytes:
    """Answer the body of a request."""
    lines = [f"old {of.old}", *(base64.b64encode(one).decode("ascii") for one in of.path), "", ""]
    return "\n".join(lines).encode() + of.note


def read_request(body: bytes) -> Request:
    """Answer a request's parts. Raises ProofInvalid for another form."""
    if len(body) > LIMIT_BODY:
        raise ProofInvalid(f"the request is longer than {LIMIT_BODY:,} bytes")
    head, _, note = body.partition(b"\n\n")
    first, *lines = head.decode("latin-1").split("\n")
    found = _OLD.match(first)
    if not found or len(lines) > LIMIT_PATH:
        raise ProofInvalid("this is no request to cosign a checkpoint")
    path = tuple(_hash(line) for line in lines)
    try:
        claimed_checkpoint(note)
    except SignatureInvalid as error:
        raise ProofInvalid(f"the request holds no checkpoint: {error}") from None
    return Request(int(found.group(1)), path, note)


class Witness:
    """A witness of this name and key, of the logs whose keys it was given."""

    def __init__(
        self, name: str, signer: Signer, logs: Mapping[str, Sequence[PublicKey]], state: State
    ) -> None:
        self.name = name
        self.logs = logs
        self._signer = signer
        self._state = state

    def respond(self, body: bytes, now: int) -> Answer:
        """Answer a request, `now` in seconds since 1970. Raises StorageFailed: then nothing was cosigned."""
        try:
            asked = read_request(body)
            offered = claimed_checkpoint(asked.note)
        except (ProofInvalid, SignatureInvalid) as error:
            return _refused(400, str(error))
        keys = self.logs.get(offered.origin)
        if keys is None:
            return _refused(404, "this log is not one that is witnessed here")
        note = notes.read_note(asked.note)
        try:
            signed = notes.signed_by(note, offered.origin, keys)
        except SignatureInvalid as error:
            return _refused(403, str(error))
        if not signed:
            return _refused(403, "the checkpoint is not signed by a key that is trusted for this log")
        if asked.old > offered.size:
            return _refused(400, "the old size is larger than the checkpoint's")
        with self._state.holding(origin_hash(offered.origin)) as held:
            return self._cosigned(held, asked, offered, notes.Note(note.text, signed), now)

    def seen(self, wanted: str) -> Answer:
        """Answer the newest checkpoint cosigned of a log, by the hash of its name. Raises StorageFailed."""
        if wanted not in map(origin_hash, self.logs):
            return _refused(404, "this log is not one that is witnessed here")
        with self._state.holding(wanted) as held:
            if held.note is None:
                return _refused(404, "no checkpoint of this log has been cosigned here")
            return Answer(200, TEXT, held.note)

    def _cosigned(self, held: Held, asked: Request, offered: Checkpoint, signed: Note, now: int) -> Answer:
        last = self._last(held)
        size, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
        if offered.size == size and offered.root != root and last:
            self._keep_fork(held, offered, asked, "proven")
            if asked.old == size:
                return _refused(
                    422, "two checkpoints of one size have two roots: both are kept as proof of it"
                )
        if asked.old != size:
            return Answer(409, SIZE, f"{size}\n".encode())
        try:
            check_consistency(size, root, offered.size, offered.root, asked.path)
        except ProofInvalid as error:
            if last:
                self._keep_fork(held, offered, asked, "unproven")
            return _refused(422, f"{error}: the checkpoint is not cosigned")
        line = cosign(offered, self.name, self._signer, now)
        held.keep(notes.with_lines(signed.content, notes.read_lines(line.decode())))
        return Answer(200, TEXT, line)

    def _last(self, held: Held) -> Checkpoint | None:
        """Answer the checkpoint that was cosigned last, which must bear this witness's own cosignature."""
        if held.note is None:
            return None
        try:
            mine = cosignatures(held.note, {self.name: self._signer.public_key})
            if mine:
                return claimed_checkpoint(held.note)
        except SignatureInvalid:
            pass
        raise StorageFailed(
            "what the witness kept was altered, or cosigned by another key: nothing is cosigned"
        )

    def _keep_fork(self, held: Held, offered: Checkpoint, asked: Request, how: str) -> None:
        """Keep both heads: `proven` where they contradict each other, `unproven` where only the proof is no good."""
        assert held.note is not None
        name = f"{offered.size:012}-{offered.root.hex()[:16]}-{how}"
        held.keep_fork(name, held.note, write_request(asked))


def apply(note: bytes, answer: Answer, witnesses: Mapping[str, PublicKey]) -> bytes:
    """Answer our own checkpoint's note with the cosignatures that a witness answered.

    A later line of a key takes the place of an earlier one. Raises SignatureInvalid where a line is not over this
    checkpoint or none is by a witness that is known, WitnessUnreachable for an answer that is no cosignature.
    """
    if answer.status != 200:
        raise WitnessUnreachable(f"the witness answered {answer.status}, and has cosigned nothing")
    try:
        lines = notes.read_lines(answer.body.decode())
    except (UnicodeDecodeError, SignatureInvalid):
        raise WitnessUnreachable("the witness's answer is no cosignature") from None
    new = [line for line in lines if is_by(line, witnesses)]
    if not new:
        raise SignatureInvalid("the answer holds no cosignature by a witness that is known here")
    ours = notes.read_note(note)
    cosignatures(notes.Note(ours.text, tuple(new)).content, witnesses)
    found: dict[tuple[str, bytes], Line] = {}
    for line in (*ours.lines, *new):
        place = (line.name, line.id)
        before = found.get(place)
        if before is None or (is_by(line, witnesses) and time_of(line) > time_of(before)):
            found[place] = line
    return notes.bounded(notes.Note(ours.text, tuple(found.values())))


def told_size(answer: Answer) -> int | None:
    """Answer the size that a witness says it saw last, where it says one."""
    found = _TOLD.match(answer.body) if answer.status == 409 else None
    return int(found.group(1)) if found else None


def _refused(status: int, why: str) -> Answer:
    return Answer(status, TEXT, f"{why}\n".encode())


def _hash(line: str) -> bytes:
    try:
        found = base64.b64decode(line, validate=True)
    except ValueError:
        found = b""
    if len(found) != HASH_BYTES or base64.b64encode(found).decode("ascii") != line:
        raise ProofInvalid("a line of the request is no hash")
    return found
