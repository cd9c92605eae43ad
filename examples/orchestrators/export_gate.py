"""The gate that an orchestrator asks before it sends: what `isa-guard check` answers, from inside the job.

Copy this file beside the integration that you use. It needs `pip install 'isa-guard[scan]'`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from isa_guard import decide_fact, load_agreement
from isa_guard.decide.verdict import stopping
from isa_guard.errors import IsaGuardError, LoadError, Place, Problem
from isa_guard.library import look_into
from isa_guard.load.facts import read_facts
from isa_guard.load.manifest import read_manifest
from isa_guard.load.packs import read_file
from isa_guard.model.facts import FactKind
from isa_guard.report.run import Run
from isa_guard.report.text import render
from isa_guard.uk.periods import LONDON, london_day


class NotPermitted(Exception):
    """The export is not to be sent; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gate says of one export. Only 0 permits; the other codes are those of `isa-guard check`.

    `stopped_by` names each rule and clause that stops it, and `report` is for people: no value of a file is in
    either. `fact` is the digest of the manifest with what was found in its files, as a record of it would hold.
    """

    exit_code: int
    verdict: str
    stopped_by: tuple[str, ...]
    report: str
    fact: str = ""

    def __str__(self) -> str:
        return f"isa-guard: {self.verdict}, exit {self.exit_code}" + "".join(
            f"; {why}" for why in self.stopped_by
        )


def ask(manifest: str | Path, agreement: str, as_of: str = "") -> Answer:
    """Answer whether an export may be sent under `agreement`, an id or a folder that the job names, never the export.

    `as_of` is a day (2026-11-23); without it the decision is made as at now. What cannot be read permits nothing.
    """
    try:
        return _answer(_decided(Path(manifest), agreement, _moment(as_of)))
    except LoadError as error:
        return _answer(Run((), error.problems))
    except (IsaGuardError, ValueError) as error:
        return _answer(Run((), (Problem(str(error), Place(str(manifest))),)))


def hand_over(manifest: str | Path, agreement: str, outbox: str | Path) -> tuple[str, ...]:
    """Answer the names of the files that were put into `outbox`: the bytes that the manifest gives digests of.

    It asks again, since a step can be run alone, and a file can change while it waits. Raises NotPermitted.
    """
    answer = ask(manifest, agreement)
    if answer.exit_code != 0:
        raise NotPermitted(str(answer))
    declared = read_manifest(read_facts(read_file(Path(manifest)), str(manifest))[0]).files
    contents = {one.path: (Path(manifest).parent / one.path).read_bytes() for one in declared}
    if any(hashlib.sha256(contents[one.path]).hexdigest() != one.sha256 for one in declared):
        raise NotPermitted("isa-guard: a file changed after it was looked into")
    for name, content in contents.items():
        target = Path(outbox) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return tuple(contents)


def _moment(as_of: str) -> datetime:
    return datetime.combine(date.fromisoformat(as_of), time(12), LONDON) if as_of else datetime.now(UTC)


def _decided(manifest: Path, agreement: str, now: datetime) -> Run:
    """Answer the decision on the one export of a manifest, and beside it what could not be read."""
    facts = read_facts(read_file(manifest), str(manifest))
    if (
        len(facts) != 1 or facts[0].kind is not FactKind.EXPORT
    ):  # nobody would look into the files of another fact
        raise ValueError("this is not the manifest of one export")
    versions = load_agreement(agreement)
    export = look_into(facts[0], versions, manifest.parent, london_day(now))
    decision = decide_fact(export.fact, versions, now=now)
    return Run((replace(decision, observations=export.observations),), export.problems)


def _answer(run: Run) -> Answer:
    stopped_by = [
        f"{one.rule.id} (clause {', '.join(clause.number for clause in one.clauses)}): {one.seen or one.cause}"
        for decision in run.decisions
        for one in decision.findings
        if stopping(one)
    ]
    unread = [str(one) for one in run.problems]
    verdict = run.decisions[0].verdict.value if run.decisions else "could not be read"
    fact = run.decisions[0].fact.digest if run.decisions else ""
    return Answer(run.exit_code, verdict, (*stopped_by, *unread), render(run), fact)
