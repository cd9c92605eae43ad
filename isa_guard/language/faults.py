"""What can be wrong with an expression: each fault with its characters and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass

from isa_guard.errors import IsaGuardError


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: where it stands in the text (characters from 0, `end` excluded), and what it is."""

    start: int
    end: int
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.what}; {self.hint}" if self.hint else self.what


class ExpressionError(IsaGuardError):
    """An expression that cannot be used. `faults` are all that were found, in the order of the text."""

    def __init__(self, *faults: Fault) -> None:
        self.faults: tuple[Fault, ...] = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """On which line and column (both from 1) of `text` the character at `offset` stands.

    Offsets beyond the text count as its end. Only line feeds end a line, as in YAML after loading.
    """
    before = text[: max(0, offset)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def excerpt(text: str, fault: Fault) -> str:
    """The line of `text` where the fault stands, with carets under its characters."""
    line, column = line_and_column(text, fault.start)
    shown = text.split("\n")[line - 1]
    width = max(1, min(fault.end - fault.start, len(shown) - column + 1))
    return f"{shown}\n{' ' * (column - 1)}{'^' * width}"
