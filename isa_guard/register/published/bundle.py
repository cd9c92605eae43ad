"""The evidence bundle: one tar that a stranger checks with openssl and coreutils alone, by the commands it holds.

    records/<index>.json .tlog-proof   the records asked for, each with its path to the signed root
    checkpoint  checkpoints/*          the head, with its cosignatures, and every head that was kept
    trust-root*.json  keys/<keyid>.pem who signs, from which record on; keys for openssl
    archive/ agreements/ rules/        the agreements and rules that were decided by
    attachments/                       findings too long for a record
    VERIFY.txt  SHA256SUMS

The same records out of the same register give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.register import archive, storage
from isa_guard.register.faults import RegisterUnreadable
from isa_guard.register.heads import quorum_at
from isa_guard.register.published import instructions
from isa_guard.register.published.tlog_proof import proof_of, write_proof
from isa_guard.register.records import dsse
from isa_guard.register.records.statement import DecisionRecord
from isa_guard.register.signing.keys import Role
from isa_guard.register.stores.store import Shelf
from isa_guard.register.tree.checkpoint import claimed_checkpoint
from isa_guard.register.trust_roots import trust_file
from isa_guard.register.trust_roots.trust import PAYLOAD_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from isa_guard.register.stores.store import Store
    from isa_guard.register.trust_roots.trust_root import TrustRoot
    from isa_guard.register.verify import Stored

VERIFY: Final = "VERIFY.txt"
SUMS: Final = "SHA256SUMS"


def bundle(store: Store, trust: TrustRoot, records: Sequence[Stored]) -> bytes:
    """Answer the tar of these records, which must come from `store` as it verified against `trust`.

    Raises UsageError for no records, ArchiveBroken, StorageFailed where the index has to be made anew first.
    """
    if not records:
        raise UsageError("name the records that the bundle is to hold")
    note = head_over(store, trust, max(one.index for one in records))
    files = {**_log(store), **_keys(store, trust), "checkpoint": note}
    for one in records:
        files[f"records/{one.index}.json"] = one.envelope
        files[f"records/{one.index}.tlog-proof"] = write_proof(proof_of(store, note, one.index))
        if isinstance(one.record, DecisionRecord):
            files.update(_rested_on(store, one.record))
    files[VERIFY] = instructions.written(trust, note, records, files).encode()
    files[SUMS] = "".join(
        f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
    ).encode()
    return _tar(files)


def _log(store: Store) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for version, content in enumerate(store.trust_roots(), start=1):
        files["trust-root.json" if version == 1 else f"trust-root.{version}.json"] = content
    for note in store.kept_checkpoints():
        size = claimed_checkpoint(note).size
        files[f"checkpoints/{size:012}-{hashlib.sha256(note).hexdigest()[:8]}"] = note
    return files


def head_over(store: Store, trust: TrustRoot, index: int) -> bytes:
    """Answer the newest head over a record that a quorum of witnesses cosigned; where there is none, the newest.

    Its register must have been verified.
    """
    newest = store.checkpoint()
    for note in (newest, *reversed(tuple(store.kept_checkpoints()))):
        size = claimed_checkpoint(note).size
        if size > index and quorum_at(note, trust, size) is not None:
            return note
    return newest


def _keys(store: Store, trust: TrustRoot) -> dict[str, bytes]:
    """Answer every key that signed something here, the roots of older versions of the trust root included."""
    roots = {
        key
        for content in store.trust_roots()
        for key in trust_file.read(dsse.open_joint(content, PAYLOAD_TYPE).payload).roots
    }
    keys = [
        *roots,
        *trust.ever(Role.RECORD),
        *trust.ever(Role.LOG),
        *(one.key for one in trust.witnesses),
    ]
    return {f"keys/{key.key_id}.pem": key.pem for key in keys}


def _rested_on(store: Store, record: DecisionRecord) -> dict[str, bytes]:
    """Answer the agreement, the rules and the attachment of a record. The case itself is personal data and stays."""
    files: dict[str, bytes] = {}
    for shelf, digest in (
        (Shelf.AGREEMENTS, record.agreement_digest),
        (Shelf.RULES, record.rules_digest),
    ):
        for source in archive.read_sources(store, shelf, digest):
            files[f"archive/{source.digest}"] = source.content
        files[f"{shelf.value}/{digest}.json"] = _there(store, shelf, digest)
    if record.attachment is not None:
        files[f"attachments/{record.attachment}"] = _there(store, Shelf.ATTACHMENTS, record.attachment)
    return files


def _there(store: Store, shelf: Shelf, digest: str) -> bytes:
    content = store.blob(shelf, digest)
    if content is None:
        raise RegisterUnreadable(f"{shelf.value} lacks {digest[:12]}")
    return content


def _tar(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(files[name]), 0o644
            tar.addfile(info, io.BytesIO(files[name]))
    return out.getvalue()


def save(content: bytes, path: Path) -> None:
    """Write evidence where nothing lies yet. Raises UsageError, StorageFailed."""
    with storage.storing(f"{path} cannot be written"):
        if path.exists() or path.is_symlink():
            raise UsageError(f"{path} is there already: evidence is never written over")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            storage.write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
