"""Every way isa-guard can fail: one root, each with what, where and what to do.

A document's faults are collected as `Problem`s and raised together, so that an author mends them in one go.
The exit code of a failure is fixed by its class (docs/design/exit-codes.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a file with line and column (from 1), or a record by its index."""

    source: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.source
        return f"{self.source}:{self.line}:{self.column}" if self.column else f"{self.source}:{self.line}"


class Severity(StrEnum):
    """Whether a problem stops a document from being used, or is for its author to weigh."""

    ERROR = "error"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a document: what is wrong, where, and what would mend it."""

    what: str
    place: Place
    hint: str = ""
    code: str = "invalid"
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        tail = f"\n    hint: {self.hint}" if self.hint else ""
        return f"{self.place}: {self.what}{tail}"


class IsaGuardError(Exception):
    """The root of every failure that isa-guard knows; anything else that escapes is a defect."""

    exit_code: ClassVar[int] = 4


class LoadError(IsaGuardError):
    """A document, rule or fact could not be read; carries every problem found, in document order."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class UsageError(IsaGuardError):
    """The call's own words are off: an unknown option value, a missing argument."""

    exit_code = 2


class OutsideCalendar(IsaGuardError):
    """A day lies outside the years a calendar knows: the answer is `cannot-tell`, never a number."""


class EvidenceError(IsaGuardError):
    """A signature, a register or a proof does not verify."""

    exit_code = 5


class KeyRefused(IsaGuardError):
    """A key could not be used: loose file mode, wrong passphrase, unknown kind."""


class NotAuthorised(IsaGuardError):
    """A person's act that the person may not do, or that the matter does not allow as it stands."""

    exit_code = 1


class Defect(IsaGuardError):
    """isa-guard contradicted itself: two readings of one rule disagree, a replay differs from its own record."""

    exit_code = 70
