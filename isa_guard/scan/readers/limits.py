"""How much of a file is read at most: every limit with its reason, and what has been spent of them."""

from __future__ import annotations

from isa_guard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What a hostile file may cost at most. What lies beyond a limit is `Unread`, never passed over.

    `rows`: rows of one `TablePart`; 100,000 rows of twenty columns take some 50 MB, and fewer would cost speed.
    `record`: bytes of one row or one line of JSON; a quote that never closes ends here, and so does a cell of 200 MB.
    `text`: characters of one `TextPart`; a longer text comes in several, cut between lines where it has lines.
    `whole`: bytes of a document that can only be read as a whole (XLSX, PDF, JSON, mail); takes about ten times that.
    `cells`: cells of one sheet, counted as the rectangle that holds them: a cell in the last corner of an empty sheet
    would otherwise cost 17 thousand million of them.
    `sheets`: sheets, pages or slides of one document; people make fewer.
    `members`: parts of all archives and documents in a file together; bounds the work where each is small.
    `expanded`: bytes that all archives in a file expand to together.
    `ratio`: how much larger than itself an archive's member may become, beyond its first megabyte. Deflate reaches
    1,032 at most, exports 5 to 50, and those of mostly empty columns some 200.
    `depth`: archives, attachments and documents within one another.
    `nesting`: objects within objects of JSON, elements within elements of XML; word processors stay below 60.
    """

    rows: int = 100_000
    record: int = 8_000_000
    text: int = 4_000_000
    whole: int = 256_000_000
    cells: int = 20_000_000
    sheets: int = 5_000
    members: int = 20_000
    expanded: int = 4_000_000_000
    ratio: int = 400
    depth: int = 5
    nesting: int = 200


class BeyondLimit(Exception):
    """Reading came to a limit. Its message is the reason that an `Unread` gives; it never holds content."""


class Spent:
    """What one reading has used of its limits so far; shared by everything within one file."""

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self.members = 0
        self.expanded = 0

    def member(self) -> None:
        """Count one part more. Raises BeyondLimit."""
        self.members += 1
        if self.members > self._limits.members:
            raise BeyondLimit(f"more than {self._limits.members:,} parts: the rest is not read")

    def expand(self, size: int) -> None:
        """Count bytes that came out of an archive. Raises BeyondLimit."""
        self.expanded += size
        if self.expanded > self._limits.expanded:
            raise BeyondLimit(f"expands to more than {self._limits.expanded:,} bytes: the rest is not read")
