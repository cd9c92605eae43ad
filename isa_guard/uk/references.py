"""References of files and requests, compared as people write them: 000636/18 and 636/18 are one.

Systems pad a number with zeros that letters then leave out, and people put spaces around the stroke.
"""

from __future__ import annotations

import re
from typing import Final

_ZEROS: Final = re.compile(r"(?<![0-9])0+(?=[0-9])", re.ASCII)


def plain_reference(text: str) -> str:
    """A reference without what does not tell it from another: spaces, case, and zeros before a number."""
    return _ZEROS.sub("", "".join(text.split()).upper())


def same_reference(one: str, other: str) -> bool:
    """Whether two texts write one reference."""
    return plain_reference(one) == plain_reference(other)
