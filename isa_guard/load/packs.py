"""Rule packs: where they lie, and their rules as shapes not yet bound to an agreement."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Place, Problem
from isa_guard.frozen import dataclass
from isa_guard.load.problems import shaped
from isa_guard.load.shapes import LogRuleDocument, LogRuleShape, RuleDocument, RuleShape
from isa_guard.load.suggest import did_you_mean
from isa_guard.load.yaml import read_document
from isa_guard.model.agreement import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.load.yaml import Document, Path

RULE_FILE: Final = "rule.yaml"
LOG_RULE_FORMAT: Final = "isa-guard/log-rule/1"
LIMIT_RULES: Final = 1_000
LIMIT_FILE: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class UnboundRule:
    """A rule as written, with the document and the path at which it stands."""

    shape: RuleShape | LogRuleShape
    document: Document
    at: Path
    digest: str


def shipped(kind: str) -> FilePath:
    """Answer the folder of the shipped `rules` or `policies`: inside the wheel, or beside the package in a checkout."""
    package = FilePath(__file__).parents[1]
    inside = package / "shipped" / kind
    return inside if inside.is_dir() else package.parent / kind


def read_file(path: FilePath) -> bytes:
    """Answer the bytes of a regular file. Raises LoadError where it is none, cannot be read, or is too large.

    What a document points to is never waited for: a pipe put in its place would hold the gate for ever.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise _unreadable(path, "cannot be read: it is not a regular file")
            return _limited(file.read(LIMIT_FILE + 1), path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, _why(error)) from None


def read_named(path: FilePath) -> bytes:
    """Answer the bytes of what the caller named: a file, or a pipe such as `<(...)`. Raises LoadError."""
    try:
        with path.open("rb") as file:
            return _limited(file.read(LIMIT_FILE + 1), path)  # never all of it: a device has no end
    except (OSError, ValueError) as error:
        raise _unreadable(path, _why(error)) from None


def _limited(content: bytes, path: FilePath) -> bytes:
    if len(content) > LIMIT_FILE:
        raise LoadError((Problem("the file is larger than 64 MiB", Place(str(path)), "", "too-large"),))
    return content


def _why(error: OSError | ValueError) -> str:
    return f"cannot be read: {(getattr(error, 'strerror', None) or 'it cannot be read').lower()}"


def _unreadable(path: FilePath, what: str) -> LoadError:
    return LoadError((Problem(what, Place(str(path)), "", "unreadable"),))


def read_pack(family: str, folders: Iterable[FilePath]) -> tuple[tuple[UnboundRule, ...], tuple[Source, ...]]:
    """Answer the rules of one family, by name, and the files they came from. Raises LoadError with all problems."""
    places = list(folders)
    home = next((folder / family for folder in places if (folder / family).is_dir()), None)
    if home is None:
        known = {
            child.name for folder in places if folder.is_dir() for child in folder.iterdir() if child.is_dir()
        }
        what = f"there is no rule pack `{family}`"
        raise LoadError((Problem(what, Place(str(places[0])), did_you_mean(family, known), "pack"),))
    rules: list[UnboundRule] = []
    sources: list[Source] = []
    problems: list[Problem] = []
    for path in sorted(home.glob(f"*/{RULE_FILE}"))[:LIMIT_RULES]:
        name = f"rules/{family}/{path.parent.name}/{RULE_FILE}"
        try:
            rule, source = read_rule(path, name)
        except LoadError as error:
            problems += error.problems
            continue
        if rule.shape.id != f"{family}/{path.parent.name}":
            what = f"the rule is called `{rule.shape.id}` but lies in {family}/{path.parent.name}"
            problems.append(
                Problem(what, rule.document.place(("id",)), "give both the same name", "rule-name")
            )
        rules.append(rule)
        sources.append(source)
    if not rules and not problems:
        problems.append(Problem(f"the rule pack `{family}` holds no rule", Place(str(home)), "", "pack"))
    if problems:
        raise LoadError(tuple(problems))
    return tuple(rules), tuple(sources)


def read_rule(path: FilePath, name: str) -> tuple[UnboundRule, Source]:
    """Answer one rule file, unbound. Raises LoadError."""
    content = read_file(path)
    document = read_document(content, str(path))
    digest = hashlib.sha256(content).hexdigest()
    over_logs = isinstance(document.data, dict) and document.data.get("format") == LOG_RULE_FORMAT
    shape = shaped(document, LogRuleDocument) if over_logs else shaped(document, RuleDocument)
    return UnboundRule(shape, document, (), digest), Source(name, digest, content)
