"""Evidence: what supports a field beyond the requester's word, matched by digest when the fact is read.

evidence:
  originator_permission: {document: permission.txt, sha256: 9f86d081...}
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Problem
from isa_guard.load.facts import step_to
from isa_guard.load.packs import read_file
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.facts import Evidence

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from isa_guard.language.types import Record
    from isa_guard.load.facts import UntypedFact
    from isa_guard.load.yaml import Data, Path

_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
KEYS: Final = {"document", "sha256"}


def read_evidence(untyped: UntypedFact, schema: Record, folder: FilePath) -> tuple[Evidence, ...]:
    """Answer the evidence of a fact, each document found beside it and its digest matched.

    Raises LoadError for a field that does not exist, a document that is missing, or one that is not the one named.
    """
    path: Path = (*untyped.at, "evidence")
    data = step_to(untyped.document.data, path)
    if data is None:
        return ()
    if not isinstance(data, dict):
        raise LoadError(
            (
                Problem(
                    "`evidence` should be a mapping of fields", untyped.document.place(path), "", "evidence"
                ),
            )
        )
    found: list[Evidence] = []
    problems: list[Problem] = []
    for name, claim in data.items():
        one = _one(untyped, schema, folder, name, claim)
        if isinstance(one, Problem):
            problems.append(one)
        else:
            found.append(one)
    if problems:
        raise LoadError(tuple(problems))
    return tuple(found)


def _one(
    untyped: UntypedFact, schema: Record, folder: FilePath, name: str, claim: Data
) -> Evidence | Problem:
    path: Path = (*untyped.at, "evidence", name)
    document = untyped.document
    fields = _paths(schema)
    if name not in fields:
        hint = did_you_mean(name, fields)
        return Problem(
            f"`{name}` is not a field of {schema.name}", document.key_place(path), hint, "evidence"
        )
    if not isinstance(claim, dict) or set(claim) != KEYS:
        return Problem(
            "evidence is a document and its digest",
            document.place(path),
            "{document: FILE, sha256: HEX}",
            "evidence",
        )
    digest, file = claim["sha256"], claim["document"]
    if not isinstance(digest, str) or not _DIGEST.match(digest):
        return Problem(
            "this is no SHA-256 digest",
            document.place((*path, "sha256")),
            "64 small hexadecimal digits",
            "evidence",
        )
    if not isinstance(file, str) or not _is_beside(folder, file):
        hint = "put the document beside the fact"
        return Problem(
            "the document is not beside the fact", document.place((*path, "document")), hint, "evidence"
        )
    try:
        content = read_file(folder / file)
    except LoadError as error:
        return Problem(
            f"the document {error.problems[0].what}", document.place((*path, "document")), "", "evidence"
        )
    if hashlib.sha256(content).hexdigest() != digest:
        what = "the document is not the one that the digest names"
        return Problem(what, document.place((*path, "sha256")), "it may have been changed since", "evidence")
    return Evidence(f"{untyped.kind.value}.{name}", "document", digest)


def _is_beside(folder: FilePath, file: str) -> bool:
    try:
        return (folder / file).resolve().is_relative_to(folder.resolve())
    except (
        OSError,
        ValueError,
        RuntimeError,
    ):  # a name that no file can have, or a link that leads to itself
        return False


def _paths(schema: Record) -> list[str]:
    """Answer the dotted paths of a record's fields, those of records in it included."""
    from isa_guard.language.types import Record

    paths: list[str] = []
    for field in schema.fields:
        paths.append(field.name)
        if isinstance(field.type, Record):
            paths += [f"{field.name}.{inner}" for inner in _paths(field.type)]
    return paths
