"""Times as records hold them, and ids made of them. Nothing here reads a clock: a reading is an argument."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

from isa_guard.frozen import dataclass
from isa_guard.register.faults import RecordError

_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z\Z", re.ASCII)
# A clock that is slewed gains or loses at most half a second in a thousand; more than this is a step.
_SLACK: Final = timedelta(seconds=2)
_DRIFT: Final = 0.001
RANDOM_BYTES: Final = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """What the clocks of a machine showed at one moment; `boot_id` says which monotonic clock it was."""

    wall: datetime
    monotonic_ns: int
    boot_id: str
    source: str


def instant(moment: datetime) -> str:
    """Answer an instant in UTC with microseconds, as RFC 3339 writes it; texts sort as the instants do."""
    if moment.tzinfo is UTC:
        return f"{moment.isoformat(timespec='microseconds')[:-6]}Z"
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def read_instant(text: object) -> datetime:
    """Answer the instant that such a text names. Raises RecordError."""
    if not isinstance(text, str) or not _INSTANT.match(text):
        raise RecordError("a time is not written as records write times")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise RecordError("a time names no instant") from None


def stepped(before: Reading, now: Reading) -> bool:
    """Answer whether the wall clock was set between two readings: back, or apart from the monotonic clock."""
    passed = now.wall - before.wall
    if passed < timedelta():
        return True
    if before.boot_id != now.boot_id:
        return False
    ran = timedelta(microseconds=(now.monotonic_ns - before.monotonic_ns) // 1000)
    return abs(passed - ran) > _SLACK + abs(ran) * _DRIFT


def uuid7(moment: datetime, randomness: bytes) -> str:
    """Answer the UUID of version 7 (RFC 9562 section 5.7) for a moment and 10 random bytes."""
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(randomness[:RANDOM_BYTES], "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(0x3 << 62) | 2 << 62
    return str(uuid.UUID(int=value))
