"""What is noted beside the keys of how far a register was sifted for acts: it saves reading, and proves nothing by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.register import strict_json
from isa_guard.register.faults import RecordError
from isa_guard.register.sift import NOTHING, Sifted

if TYPE_CHECKING:
    from isa_guard.register.strict_json import Json

FORMAT: Final = "isa-guard/sifted/1"


def written(of: Sifted, origin: str) -> bytes:
    """Answer the note."""
    peaks: list[Json] = [one.hex() for one in of.peaks]
    wanted: list[Json] = [[index, leaf.hex()] for index, leaf in of.wanted]
    return strict_json.write(
        {"format": FORMAT, "origin": origin, "peaks": peaks, "size": of.size, "wanted": wanted}
    )


def read_noted(content: bytes | None, origin: str) -> Sifted:
    """Answer what was noted of a register; nothing where there is no note, or one that cannot be read."""
    if content is None:
        return NOTHING
    try:
        found = strict_json.read_object(content)
        peaks, wanted, size = found["peaks"], found["wanted"], found["size"]
        if (found["format"], found["origin"]) != (FORMAT, origin) or not isinstance(size, int):
            return NOTHING
        if not isinstance(peaks, list) or not isinstance(wanted, list):
            return NOTHING
        return Sifted(size, tuple(bytes.fromhex(str(one)) for one in peaks), tuple(map(_one, wanted)))
    except (RecordError, KeyError, ValueError):
        return NOTHING


def _one(pair: Json) -> tuple[int, bytes]:
    match pair:
        case [int(index), str(leaf)]:
            return index, bytes.fromhex(leaf)
        case _:
            raise ValueError(pair)
