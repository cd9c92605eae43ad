"""The digest of a file: which file it is that was decided on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

CHUNK: Final = 1 << 20


def sha256_of(path: Path) -> str:
    """Answer the SHA-256 of a file. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
