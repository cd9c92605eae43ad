"""What a replay needs, beside the log: agreements and rules by digest, and the facts, which can be erased.

    archive/sha256/ab/cdef...         files of agreements and rules
    archive/agreements/<digest>.json  which files, by name, an agreement of that digest is made of
    archive/rules/<digest>.json       the same for a set of rules
    cases/sha256/ab/cdef...           the fact documents: personal data may stand in these, and nowhere else

Every digest is checked on reading, so that a doctored archive cannot make a replay agree.
"""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from isa_guard.load.digests import digest_of
from isa_guard.model.agreement import Source
from isa_guard.register import storage, strict_json
from isa_guard.register.faults import ArchiveBroken, RecordError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from isa_guard.model.agreement import Agreement

LIMIT_BLOB: Final = 64 * 1024 * 1024  # as large as any document may be (load.packs)
_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


class Kept(StrEnum):
    """What the archive keeps manifests of."""

    AGREEMENTS = "agreements"
    RULES = "rules"


def keep_agreement(register: Path, agreement: Agreement) -> None:
    """Keep every file that an agreement and its rules are made of. Raises StorageFailed."""
    with storage.storing("the agreement cannot be archived"):
        _keep_sources(register, Kept.AGREEMENTS, agreement.digest, agreement.sources)
        _keep_sources(register, Kept.RULES, agreement.rules_digest, agreement.rule_sources)


def keep_case(register: Path, content: bytes) -> None:
    """Keep a fact document in the erasable store. Raises StorageFailed."""
    with storage.storing("the fact cannot be kept"):
        _keep(register / "cases", hashlib.sha256(content).hexdigest(), content)


def keep_attachment(register: Path, content: bytes) -> None:
    """Keep lists that are too long for a record. Raises StorageFailed."""
    with storage.storing("the findings cannot be kept"):
        _keep(register / "attachments", hashlib.sha256(content).hexdigest(), content)


def read_sources(register: Path, kind: Kept, digest: str) -> tuple[Source, ...]:
    """Answer the files of an agreement or of a set of rules, as they were read. Raises ArchiveBroken."""
    what = f"the archived {kind.value} {digest[:12]}"
    try:
        content = storage.read_bounded(_manifest(register, kind, digest), LIMIT_BLOB)
        listed = strict_json.read_object(content)["sources"]
        sources = tuple(_source(register, one) for one in listed) if isinstance(listed, list) else ()
    except (OSError, RecordError, KeyError):
        raise ArchiveBroken(f"{what} cannot be read: its manifest is missing or malformed") from None
    if digest_of(sources) != digest:
        raise ArchiveBroken(f"{what} are not those that were used: the manifest was altered")
    return sources


def read_case(register: Path, digest: str) -> bytes | None:
    """Answer a fact document, or None where it has been erased. Raises ArchiveBroken where it was altered."""
    return _read(register / "cases", digest, "the kept fact")


def read_attachment(register: Path, digest: str) -> bytes | None:
    """Answer an attachment, or None where it is missing. Raises ArchiveBroken where it was altered."""
    return _read(register / "attachments", digest, "the attachment")


def blob_path(store: Path, digest: str) -> Path:
    """Answer where in a store the content of a digest lies."""
    return store / "sha256" / digest[:2] / digest[2:]


def _source(register: Path, listed: strict_json.Json) -> Source:
    if not isinstance(listed, dict) or set(listed) != {"name", "digest"}:
        raise RecordError("a source is malformed")
    name, digest = listed["name"], listed["digest"]
    if not isinstance(name, str) or not isinstance(digest, str) or not _DIGEST.match(digest):
        raise RecordError("a source is malformed")
    content = _read(register / "archive", digest, "the archived file")
    if content is None:
        raise ArchiveBroken(f"the archived file {digest[:12]} is missing")
    return Source(name, digest, content)


def _read(store: Path, digest: str, what: str) -> bytes | None:
    try:
        content = storage.read_bounded(blob_path(store, digest), LIMIT_BLOB)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ArchiveBroken(f"{what} {digest[:12]} cannot be read: {storage.plain(error)}") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise ArchiveBroken(f"{what} {digest[:12]} was altered: it no longer has its digest")
    return content


def _keep_sources(register: Path, kind: Kept, digest: str, sources: Iterable[Source]) -> None:
    path = _manifest(register, kind, digest)
    if path.exists():
        return
    for source in sources:
        _keep(register / "archive", source.digest, source.content)
    listed: list[strict_json.Json] = [{"digest": one.digest, "name": one.name} for one in sources]
    storage.private_folder(register / "archive")
    storage.private_folder(path.parent)
    storage.replace(path, strict_json.write({"sources": listed}))


def _keep(store: Path, digest: str, content: bytes) -> None:
    path = blob_path(store, digest)
    if path.exists():
        return
    for folder in (store, path.parent.parent, path.parent):
        storage.private_folder(folder)
    storage.replace(path, content)


def _manifest(register: Path, kind: Kept, digest: str) -> Path:
    return register / "archive" / kind.value / f"{digest}.json"
