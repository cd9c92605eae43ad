"""Where a reader stands while it reads: the spot it speaks of, the limits it keeps, how it reads what lies inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.scan.contents import Spot, TextPart, Unread
from isa_guard.scan.readers.limits import BeyondLimit, ReadLimits, Spent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from isa_guard.scan.contents import Content

    Read: TypeAlias = Callable[[BinaryIO, str, "Visit"], Iterator[Content]]

_WITHIN: Final = " > "


@dataclass(frozen=True, slots=True)
class Visit:
    """A reader's visit to a file or to a part of one; `read` reads what lies inside, whatever form it has."""

    spot: Spot
    limits: ReadLimits
    spent: Spent
    read: Read
    depth: int = 0

    def at(self, part: str) -> Visit:
        """The visit to a part of the same document."""
        spot = Spot(self.spot.file, _WITHIN.join(filter(None, (self.spot.part, part))))
        return Visit(spot, self.limits, self.spent, self.read, self.depth)

    def inside(self, part: str, data: BinaryIO, name: str = "") -> Iterator[Content]:
        """What stands in a file inside this one; `name` helps to tell its form and is never shown."""
        inner = self.at(part)
        if self.depth >= self.limits.depth:
            yield inner.unread(f"lies more than {self.limits.depth} files deep: not read")
            return
        visit = Visit(inner.spot, self.limits, self.spent, self.read, self.depth + 1)
        yield from self.read(data, name, visit)

    def texts(self, text: str, line: int = 0) -> Iterator[Content]:
        """A text, in as many pieces as the limits ask for; nothing for a blank one."""
        if not text.strip():
            return
        start = 0
        while start < len(text):
            end = start + self.limits.text
            if end < len(text):
                end = text.rfind("\n", start, end) + 1 or end
            piece = text[start:end]
            yield TextPart(self.spot, piece, line)
            if line:
                line += piece.count("\n")
            start = end

    def unread(self, why: str) -> Unread:
        """What says that this part could not be read, and why."""
        return Unread(self.spot, why)


def guarded(contents: Iterator[Content], visit: Visit, form: str) -> Iterator[Content]:
    """The contents, and an `Unread` where reading them fails: no library's exception gets past.

    The library's own message is left out, because it may quote the file. What is raised all the same: our own errors
    of usage, no memory, an interrupt.
    """
    try:
        yield from contents
    except BeyondLimit as limit:
        yield visit.unread(str(limit))
    except (IsaGuardError, MemoryError):
        raise
    except RecursionError:
        yield visit.unread(f"{form} that is nested too deep to be read")
    except Exception:  # noqa: BLE001 - whatever a hostile file provokes
        yield visit.unread(f"damaged, or no {form}: the rest of it is not read")
    except BaseException as error:
        # A panic in Rust arrives as a BaseException of a class that cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        yield visit.unread(f"damaged, or no {form}: the rest of it is not read")


def whole(stream: BinaryIO, visit: Visit) -> bytes:
    """All that is in a stream, where a form can only be read as a whole. Raises BeyondLimit."""
    data = stream.read(visit.limits.whole + 1)
    if len(data) > visit.limits.whole:
        raise BeyondLimit(f"larger than {visit.limits.whole:,} bytes, which is what is read as a whole")
    return data
