"""One digest for many files: what an agreement and a set of rules are known by."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.model.agreement import Source


def digest_of(sources: Iterable[Source]) -> str:
    """Answer the SHA-256 over `sha256  name` lines in order of name: what `sha256sum * | sha256sum` would give."""
    lines = "".join(f"{source.digest}  {source.name}\n" for source in sorted(sources, key=lambda s: s.name))
    return hashlib.sha256(lines.encode()).hexdigest()
