"""Regular expressions in RE2's dialect."""

from __future__ import annotations

import re

from isa_guard.errors import IsaGuardError


class PatternError(IsaGuardError):
    """A pattern that is not taken."""


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern made ready."""
    return re.compile(pattern, re.ASCII)


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern is found."""
    return compiled(pattern).search(text) is not None
