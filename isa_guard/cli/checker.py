"""From names on the command line to decisions: files are found, facts read, agreements loaded once, all decided."""

from __future__ import annotations

import os
import re
import secrets
import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.cli.log import LOG
from isa_guard.cli.progress import shown
from isa_guard.decide.decide import decide
from isa_guard.errors import EvidenceError, IsaGuardError, LoadError, Place, Problem, UsageError
from isa_guard.frozen import dataclass
from isa_guard.library import look_into, typed
from isa_guard.load.agreement import Shelf, load
from isa_guard.load.facts import read_facts, step_to
from isa_guard.load.packs import read_named, shipped
from isa_guard.load.suggest import did_you_mean
from isa_guard.model.decision import PERMITS
from isa_guard.model.facts import FactKind
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from isa_guard.acts.dispensations import Departed
    from isa_guard.acts.evidence import Permissions
    from isa_guard.cli.settings import Settings
    from isa_guard.load.facts import UntypedFact
    from isa_guard.model.agreement import Agreement, Versions
    from isa_guard.model.decision import Decision
    from isa_guard.model.facts import Fact
    from isa_guard.scan.export.releases.folder import Releases

SUFFIXES: Final = {".yaml", ".yml", ".json"}
ACCEPTED: Final = ".accepted.yaml"  # goes with a manifest, and is no fact
STDIN: Final = "-"
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
LIMIT_STDIN: Final = 64 * 1024 * 1024


def shelf_of(settings: Settings) -> Shelf:
    """Answer where packs and agreements are looked for: the configured folders, then the shipped ones."""
    rules, policies = settings.value("rules"), settings.value("policies")
    return Shelf(
        rules=((Path(rules),) if rules else ()) + (shipped("rules"),),
        policies=((Path(policies),) if policies else ()) + (shipped("policies"),),
    )


def releases_of(settings: Settings) -> Releases | None:
    """Answer the earlier releases that exports are compared with. Raises UsageError, EvidenceError."""
    folder = settings.value("releases")
    if not folder:
        return None
    from isa_guard.scan.export.releases.folder import Releases

    return Releases(Path(folder), secrets.token_bytes)


@dataclass(frozen=True, slots=True)
class Acts:
    """What people have done in the register that bears on a decision."""

    permissions: Permissions
    departed: Departed


class Checker:
    """Decides facts; agreements are loaded once each. Problems are collected, not thrown at the first."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings = settings
        self.now = now
        self.shelf = shelf_of(settings)
        self.agreements: dict[str, Versions | LoadError] = {}
        self.problems: list[Problem] = []
        self.releases = releases_of(settings)
        self.walked: set[str] = set()  # the files of folders
        self.declared: set[Path] = set()  # the files of exports

    def check_all(self, names: Iterable[str]) -> list[Decision]:
        """Answer the decisions on every fact that `names` stand for; `problems` are the rest."""
        decisions: list[Decision] = []
        files = [path for name in names for path in self.files(name)]
        for path in shown(files, "checking"):
            decisions += self.check_file(path)
        self.problems = [one for one in self.problems if not self.is_data(one)]
        return decisions

    def is_data(self, problem: Problem) -> bool:
        """Answer whether what a folder holds is no fact because it is a file of an export, which was looked into."""
        source = problem.place.source
        return problem.code != "unread" and source in self.walked and Path(source).resolve() in self.declared

    def files(self, name: str) -> Iterator[str]:
        """Answer the files behind a name. What a folder holds and cannot be read is a problem: nothing is passed over.

        Raises UsageError for an empty name, which a script's unset variable leaves and which is no folder.
        """
        if not name:
            raise UsageError("a fact's name is empty: is a variable of the calling script not set?")
        path = Path(name)
        if name == STDIN or not _is_folder(path):
            yield name
            return
        before, found = len(self.problems), self.found_in(name)
        if not found and len(self.problems) == before:
            self.trouble("there is no fact in this folder", name, "", "empty")
        self.walked.update(found)
        yield from found

    def found_in(self, name: str) -> list[str]:
        """Answer the files of a folder and of all below it whose names end as facts do, in order."""
        found: list[Path] = []
        for folder, folders, files in os.walk(name, onerror=self.unreadable):
            for link in (Path(folder, one) for one in folders if Path(folder, one).is_symlink()):
                self.trouble("a linked folder is not followed", str(link), "name it as well", "linked")
            for path in (Path(folder, one) for one in files):
                if path.suffix.lower() not in SUFFIXES or path.name.endswith(ACCEPTED):
                    continue
                if path.exists() and not path.is_file():
                    self.trouble("this is no plain file", str(path), "", "unreadable")
                else:  # a link to nothing too: reading it says what is wrong
                    found.append(path)
        return [str(path) for path in sorted(found)]

    def unreadable(self, error: OSError) -> None:
        """Note a folder that cannot be looked into."""
        self.trouble(
            f"cannot be read: {(error.strerror or '').lower()}", str(error.filename), "", "unreadable"
        )

    def trouble(self, what: str, name: str, hint: str, code: str) -> None:
        """Note what is wrong with a file or folder as a whole."""
        self.problems.append(Problem(what, Place(name), hint, code))

    def check_file(self, name: str) -> Iterator[Decision]:
        """Answer the decisions on the facts of one file."""
        try:
            content = sys.stdin.buffer.read(LIMIT_STDIN + 1) if name == STDIN else read_named(Path(name))
            facts = read_facts(content, "standard input" if name == STDIN else name)
        except LoadError as error:
            self.problems += error.problems
            return
        folder = Path() if name == STDIN else Path(name).parent
        for untyped in facts:
            try:
                yield self.decided(untyped, folder)
            except LoadError as error:
                self.problems += error.problems
            except EvidenceError:  # of a register that does not verify nothing is decided at all
                raise
            except IsaGuardError as error:
                place = untyped.document.place(untyped.at)
                self.problems.append(
                    Problem(str(error).removeprefix(f"{place}: "), place, "", "nothing-matched")
                )

    def decided(self, untyped: UntypedFact, folder: Path) -> Decision:
        """Answer the decision on one fact under the version in force when it happened."""
        versions = self.versions_for(untyped)
        if untyped.kind is FactKind.EXPORT:
            decision = self.looked_into(untyped, versions, folder)
        else:
            acts = self.acts() if names_request(untyped) else None
            permissions = acts.permissions if acts is not None else None
            fact = typed(untyped, versions, folder, london_day(self.now), permissions)
            decision = decide(self.judged_by(versions, fact), fact, now=self.now)
        LOG.info(
            "decided",
            verdict=decision.verdict.value,
            fact=decision.fact.digest,
            agreement=decision.agreement.id,
        )
        return decision

    @lru_cache(maxsize=1)  # noqa: B019 - a checker lives as long as its call
    def acts(self) -> Acts | None:
        """Answer what people have approved, permitted and dispensed from in the register, where one is set and trusted here.

        Without it nothing is evidenced and nothing dispensed, which is the stricter. Raises as `cli.opening.opened`.
        """
        if not (self.settings.value("register") and self.settings.value("key")):
            return None
        from isa_guard.acts.dispensations import Departed
        from isa_guard.acts.evidence import Permissions
        from isa_guard.cli.opening import opened_by

        held = opened_by(self.settings)
        ledger = held.ledger()
        return Acts(Permissions(held.store, ledger), Departed(ledger))

    def judged_by(self, versions: Versions, fact: Fact) -> Agreement:
        """Answer the agreement by which a fact is judged, with the dispensations that people gave."""
        agreement, acts = versions.version(fact.version), self.acts()
        return acts.departed.agreement(agreement) if acts is not None else agreement

    def looked_into(self, untyped: UntypedFact, versions: Versions, folder: Path) -> Decision:
        """Answer the decision on an export whose files were read; what could not be read is a problem beside it."""
        export = look_into(untyped, versions, folder, london_day(self.now), self.releases)
        self.problems += export.problems
        self.declared |= {(folder / one).resolve() for one in export.files}
        decision = decide(self.judged_by(versions, export.fact), export.fact, now=self.now)
        if self.releases and export.release and decision.verdict in PERMITS and not export.problems:
            self.releases.keep(export.release)
        return replace(decision, observations=export.observations)

    def versions_for(self, untyped: UntypedFact) -> Versions:
        """Answer the agreement that a fact names, or that was asked for."""
        asked = self.settings.value("agreement")
        if asked:
            return self.loaded(asked, lambda: Path(asked))
        name = untyped.agreement
        if not name:
            place = untyped.document.place(untyped.at)
            hint = "add `agreement: ID` to it, or give --agreement"
            raise LoadError((Problem("the fact names no agreement", place, hint, "no-agreement"),))
        return self.loaded(name, lambda: self.on_the_shelf(name, untyped))

    def on_the_shelf(self, name: str, untyped: UntypedFact) -> Path:
        """Answer the folder of the agreement that a fact names. Raises LoadError where no shelf holds it.

        A fact comes from the one who asks. It names an agreement by id and never by a path, or else it could
        bring along an agreement that permits it.
        """
        if _ID.fullmatch(name):
            for policies in self.shelf.policies:
                if _is_folder(policies / name):
                    return policies / name
        known = {
            one.name for policies in self.shelf.policies if policies.is_dir() for one in policies.iterdir()
        }
        place = untyped.document.place((*untyped.at, "agreement"))
        by_path = "a fact names an agreement by its id; --agreement names a folder"
        hint = did_you_mean(name, known) if _ID.fullmatch(name) else by_path
        raise LoadError((Problem("there is no agreement of this id", place, hint, "no-agreement"),))

    def loaded(self, name: str, where: Callable[[], Path]) -> Versions:
        """Answer an agreement, loaded at its first use. Raises LoadError: with its problems once, then without."""
        if name not in self.agreements:
            try:
                versions = load(where(), self.shelf)
                self.agreements[name] = versions
                for one in versions.agreements:
                    LOG.info(
                        "agreement-loaded",
                        id=one.id,
                        version=one.version,
                        digest=one.digest,
                        rules=len(one.rules),
                    )
            except LoadError as error:
                self.agreements[name] = error
                raise
        found = self.agreements[name]
        if isinstance(found, LoadError):  # told once already, for the first fact that named it
            raise LoadError(())
        return found


def names_request(untyped: UntypedFact) -> bool:
    """Answer whether a fact says which request it answers."""
    data = step_to(untyped.document.data, (*untyped.at, untyped.kind.value))
    return isinstance(data, dict) and "request" in data


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that no file can have: reading it will say so
        return False
