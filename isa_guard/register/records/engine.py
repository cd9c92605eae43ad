"""Which isa-guard decided: its version and the digest of its own source files."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from isa_guard.frozen import dataclass
from isa_guard.version import __version__


@dataclass(frozen=True, slots=True)
class Engine:
    """The program that made a decision. Two of the same digest decide alike."""

    name: str
    version: str
    digest: str


@cache
def this_engine() -> Engine:
    """Answer the program that runs now."""
    return Engine("isa-guard", __version__, sources_digest(Path(__file__).parents[2]))


def sources_digest(package: Path) -> str:
    """Answer the SHA-256 over `sha256  name` lines of every Python file of a package, in order of name."""
    names = sorted(path.relative_to(package).as_posix() for path in package.rglob("*.py"))
    lines = "".join(
        f"{hashlib.sha256((package / name).read_bytes()).hexdigest()}  {name}\n" for name in names
    )
    return hashlib.sha256(lines.encode()).hexdigest()
