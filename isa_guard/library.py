"""The library in three calls: what the command line does, for programs.

versions = isa_guard.load_agreement("cambridgeshire-opcc")
fact = isa_guard.load_fact("transfer.yaml", versions)
decision = isa_guard.decide_fact(fact, versions, now=datetime.now(UTC))
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from isa_guard.decide.decide import decide
from isa_guard.errors import LoadError, Problem
from isa_guard.frozen import dataclass
from isa_guard.load.agreement import load
from isa_guard.load.evidence import read_evidence
from isa_guard.load.facts import read_facts, step_to, type_fact
from isa_guard.load.packs import read_file
from isa_guard.model.facts import FactKind

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.acts.evidence import Permissions
    from isa_guard.load.agreement import Shelf
    from isa_guard.load.facts import UntypedFact
    from isa_guard.model.agreement import Versions
    from isa_guard.model.decision import Decision
    from isa_guard.model.facts import Fact
    from isa_guard.model.observation import Observation
    from isa_guard.scan.export.releases.folder import Releases
    from isa_guard.scan.export.releases.release import Release


@dataclass(frozen=True, slots=True)
class Export:
    """An export with what was seen in its `files`. `problems` are parts that could not be read: each stops a pass."""

    fact: Fact
    observations: tuple[Observation, ...]
    problems: tuple[Problem, ...]
    files: tuple[str, ...]  # beside the manifest
    release: Release | None = None  # what is kept of it once it is let go


def load_agreement(path: str | Path, shelf: Shelf | None = None) -> Versions:
    """Answer the versions of an agreement: a folder, or the id of a shipped one. Raises LoadError with every problem."""
    return load(path, shelf)


def load_fact(path: str | Path, versions: Versions, *, today: date | None = None) -> Fact:
    """Answer the one fact in a file, typed by the version in force when it happened, its evidence matched.

    `today` is what counts for a fact that carries no date; without it the newest version counts.
    Raises LoadError for a file that holds none or several, or a field that is not of its type.
    """
    found = read_facts(read_file(Path(path)), str(path))
    if len(found) > 1:
        second = found[1]
        raise LoadError(
            (
                Problem(
                    "a second fact stands here",
                    second.document.place(second.at),
                    "read facts one by one",
                    "fact",
                ),
            )
        )
    if found[0].kind is FactKind.EXPORT:
        export = look_into(found[0], versions, Path(path).parent, today)
        if export.problems:
            raise LoadError(export.problems)
        return export.fact
    return typed(found[0], versions, Path(path).parent, today)


def look_into(
    untyped: UntypedFact,
    versions: Versions,
    folder: Path,
    today: date | None,
    releases: Releases | None = None,
) -> Export:
    """Answer an export whose files, in `folder`, have been read and held to its manifest, and to earlier `releases`.

    Raises LoadError for a manifest that is wrong, UsageError where a library that reads files is not installed.
    """
    from isa_guard.load.accepted import read_accepted
    from isa_guard.load.manifest import read_manifest, with_found
    from isa_guard.scan.export.look import Look

    manifest = read_manifest(untyped)
    declared = typed(untyped, versions, folder, today)
    accepted = read_accepted(folder / Path(untyped.document.source).name)
    agreement = versions.version(declared.version)
    seen = Look(manifest, folder, declared.values, agreement, accepted, today or date.max, releases).seen()
    fact = typed(with_found(untyped, seen.values), versions, folder, today)
    files = tuple(file.path for file in manifest.files)
    return Export(fact, seen.observations, seen.problems, files, seen.release)


def typed(
    untyped: UntypedFact,
    versions: Versions,
    folder: Path,
    today: date | None,
    permissions: Permissions | None = None,
) -> Fact:
    """Answer a fact typed by the version in force when it happened, its evidence found in `folder` and among `permissions`."""
    day = _judged_on(untyped, today)
    agreement = versions.in_force(day) if day else versions.agreements[-1]
    evidence = read_evidence(untyped, agreement.schemas[untyped.kind], folder)
    fact = type_fact(untyped, agreement.schemas, evidence, agreement.version)
    if permissions is None or today is None:
        return fact
    return permissions.supported(fact, agreement, today)


def _judged_on(untyped: UntypedFact, today: date | None) -> date | None:
    """Answer the day whose version judges a fact: when it happened, or for what has not been sent yet, today at least.

    Else a request dated back would be judged by terms that hold no longer.
    """
    day = untyped.happened_on()
    if day is None or today is None or untyped.kind is not FactKind.TRANSFER:
        return day or today
    sent = step_to(untyped.document.data, (*untyped.at, "transfer", "sent_at"))
    return day if sent is not None else max(day, today)


def decide_fact(fact: Fact, versions: Versions, *, now: datetime) -> Decision:
    """Answer the decision under the version that the fact was typed by, as at `now` (aware).

    Raises NothingMatched where no rule applies.
    """
    return decide(versions.version(fact.version), fact, now=now)
