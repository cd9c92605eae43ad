"""What every part of a log map's binding has in hand: the document, and the problems found so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.load.yaml import Document, Path

LINE: Final = "line"
AT: Final = "at"
REFERENCE: Final = "reference"
SOURCE: Final = "source"


class Bound:
    """Collects problems, each at its own place of the document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def fault(self, what: str, path: Path, hint: str = "", *, at_key: bool = False) -> None:
        """Add a problem."""
        place = self.document.key_place(path) if at_key else self.document.place(path)
        self.problems.append(Problem(what, place, hint, "log-map"))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Answer each problem once, in the order of the document."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.place))
