"""What a fact says, made safe to show: a terminal obeys control characters, and bidirectional ones reorder a line."""

from __future__ import annotations

import re
from typing import Final

# Control characters but tab and line ends, what is drawn as nothing or reorders its line (CVE-2021-42574), and
# halves of surrogate pairs, which a file name that is no UTF-8 brings along.
_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Answer `text` with every character that cannot be seen written as its code, as in JSON."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """Answer `text` on one line, so that no value can begin a line of its own in a report."""
    return visible(re.sub("[\t\n\r]+", " ", text))
