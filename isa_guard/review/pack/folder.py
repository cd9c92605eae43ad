"""The folder of a review: every file, and the list of their digests that says whether it is still as it was made."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from isa_guard.errors import EvidenceError, UsageError
from isa_guard.review.odrl import AGREEMENT, as_odrl
from isa_guard.review.pack import assurance, html
from isa_guard.review.pack.oscal import as_oscal
from isa_guard.review.pack.oscal_catalog import as_catalog
from isa_guard.review.pack.oscal_names import CATALOG, RESULTS
from isa_guard.review.pack.pack import Earlier
from isa_guard.review.pack.tables import as_json, tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from isa_guard.review.pack.pack import Pack

MANIFEST: Final = "MANIFEST.json"
SUMS: Final = "SHA256SUMS"
FORMAT: Final = "isa-guard/review-manifest/1"
LIMIT: Final = 64 * 1024 * 1024


def files_of(of: Pack, proofs: Mapping[str, bytes], more: Mapping[str, bytes]) -> dict[str, bytes]:
    """Answer every file of the folder by its name. `proofs` are those of the sample, `more` what other formats there are."""
    pages = {
        "index.html": html.render(of),
        "assurance.html": assurance.render(of),
        "review.json": as_json(of),
        CATALOG: as_catalog(of.agreement),
        AGREEMENT: as_odrl(of.agreement),
    }
    found = {name: text.encode() for name, text in (pages | tables(of)).items()}
    found |= {f"sample/{name}": content for name, content in proofs.items()}
    found |= more
    # Last, because it lists the digests of all the others.
    return found | {RESULTS: as_oscal(of, found).encode()}


def manifest(of: Pack, files: Mapping[str, bytes]) -> bytes:
    """Answer the list of files by digest, with the register that they were made from: its digest is what a person signs."""
    held = of.gathered.register
    data = {
        "format": FORMAT,
        "agreement": {"id": of.agreement.id, "version": of.agreement.version},
        "register": {"origin": held.origin, "size": held.size, "root": held.root.hex()},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    return json.dumps(data, indent=1, sort_keys=True).encode() + b"\n"


def write(folder: Path, of: Pack, files: Mapping[str, bytes]) -> str:
    """Write the folder, which must be new, and answer the digest of its manifest. Raises UsageError."""
    try:
        folder.mkdir(parents=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
        listed = manifest(of, files)
        (folder / MANIFEST).write_bytes(listed)
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        (folder / SUMS).write_bytes(_sums(digests, listed))
    except FileExistsError:
        raise UsageError(f"{folder} is there already: a review is never written over another") from None
    except OSError as error:
        raise UsageError(
            f"the review cannot be written to {folder}: {(error.strerror or '').lower()}"
        ) from None
    return hashlib.sha256(listed).hexdigest()


def check(folder: Path) -> tuple[Earlier, int]:
    """Answer the register that a review was made from, and how many files it has, once every one is as it was listed.

    Raises EvidenceError for a file that was altered, is missing, or is not listed. A manifest that was made anew with its files is
    another's only by its digest, which people sign (`signatures`).
    """
    try:
        content = _read(folder / MANIFEST)
        listed = json.loads(content)
        files, register = dict(listed["files"]), listed["register"]
        earlier = Earlier(int(register["size"]), str(register["root"]), str(register["origin"]))
        known = listed["format"] == FORMAT
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise EvidenceError(f"{folder} is no review: its {MANIFEST} cannot be read") from None
    if not known:
        raise EvidenceError(f"{folder} is a review of a form that is not known here")
    sums = _read(folder / SUMS) if (folder / SUMS).is_file() else b""
    if sums != _sums(files, content):
        raise EvidenceError(f"{folder / SUMS} is not as it was made: it does not list what {MANIFEST} lists")
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {MANIFEST, SUMS}
    for name in sorted(there ^ set(files)):
        raise EvidenceError(
            f"{folder / name} is {'not listed' if name in there else 'missing'}: the review is not as it was made"
        )
    for name, digest in files.items():
        if hashlib.sha256(_read(folder / name)).hexdigest() != digest:
            raise EvidenceError(f"{folder / name} was altered since the review was made")
    return earlier, len(files)


def digest_of(folder: Path) -> str:
    """Answer the SHA-256 of a review's manifest, by which people sign it. Raises EvidenceError where there is none."""
    try:
        return hashlib.sha256(_read(folder / MANIFEST)).hexdigest()
    except (OSError, ValueError):
        raise EvidenceError(f"{folder} is no review: its {MANIFEST} cannot be read") from None


def _sums(digests: Mapping[str, str], listed: bytes) -> bytes:
    """Answer the digests as coreutils' sha256sum reads them, for those who have no isa-guard."""
    lines = [f"{digest}  {name}\n" for name, digest in sorted(digests.items())]
    return "".join([*lines, f"{hashlib.sha256(listed).hexdigest()}  {MANIFEST}\n"]).encode()


def _read(path: Path) -> bytes:
    if path.stat().st_size > LIMIT:
        raise ValueError(path.name)
    return path.read_bytes()
