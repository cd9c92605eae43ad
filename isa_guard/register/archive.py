"""What a replay needs, beside the log: agreements and rules by digest, and the facts, which can be erased.

A manifest lists which files, by name, an agreement or a set of rules of its digest is made of. Every digest is
checked on reading, so that a doctored archive cannot make a replay agree.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from isa_guard.load.digests import digest_of
from isa_guard.model.agreement import Source
from isa_guard.register import strict_json
from isa_guard.register.faults import ArchiveBroken, RecordError
from isa_guard.register.stores.store import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.model.agreement import Agreement
    from isa_guard.register.stores.store import Log, Store

LIMIT_MANIFEST = 64 * 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


def keep_agreement(store: Store, agreement: Agreement) -> None:
    """Keep every file that an agreement and its rules are made of. Raises StorageFailed."""
    _keep_sources(store, Shelf.AGREEMENTS, agreement.digest, agreement.sources)
    _keep_sources(store, Shelf.RULES, agreement.rules_digest, agreement.rule_sources)


def keep_attachments(store: Store, contents: Iterable[bytes]) -> None:
    """Keep lists that are too long for a record. Raises StorageFailed."""
    found = {hashlib.sha256(content).hexdigest(): content for content in contents}
    if found:
        store.keep(Shelf.ATTACHMENTS, found)


def read_sources(log: Log, shelf: Shelf, digest: str) -> tuple[Source, ...]:
    """Answer the files of an agreement or of a set of rules, as they were read. Raises ArchiveBroken."""
    what = f"the archived {shelf.value} {digest[:12]}"
    content = log.blob(shelf, digest)
    try:
        listed = strict_json.read_object(content or b"", LIMIT_MANIFEST)["sources"]
        sources = tuple(_source(log, one) for one in listed) if isinstance(listed, list) else ()
    except (RecordError, KeyError):
        raise ArchiveBroken(f"{what} cannot be read: its manifest is missing or malformed") from None
    if digest_of(sources) != digest:
        raise ArchiveBroken(f"{what} are not those that were used: the manifest was altered")
    return sources


def _source(log: Log, listed: strict_json.Json) -> Source:
    if not isinstance(listed, dict) or set(listed) != {"name", "digest"}:
        raise RecordError("a source is malformed")
    name, digest = listed["name"], listed["digest"]
    if not isinstance(name, str) or not isinstance(digest, str) or not _DIGEST.match(digest):
        raise RecordError("a source is malformed")
    content = log.blob(Shelf.ARCHIVE, digest)
    if content is None:
        raise ArchiveBroken(f"the archived file {digest[:12]} is missing")
    return Source(name, digest, content)


def _keep_sources(store: Store, shelf: Shelf, digest: str, sources: Iterable[Source]) -> None:
    """Keep the files first and their manifest last: one that is there has all its files."""
    if store.has(shelf, digest):
        return
    store.keep(Shelf.ARCHIVE, {source.digest: source.content for source in sources})
    listed: list[strict_json.Json] = [{"digest": one.digest, "name": one.name} for one in sources]
    store.keep(shelf, {digest: strict_json.write({"sources": listed})})
