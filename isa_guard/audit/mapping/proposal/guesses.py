"""What a column holds: its type, whether lines leave it out, and how times and days are written in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.time_patterns import day_reader
from isa_guard.audit.mapping.times import ISO_DAY, RFC3339, TimeFormat, TimeFormatError, time_reader
from isa_guard.frozen import dataclass
from isa_guard.language.faults import ExpressionError
from isa_guard.language.parser import parse
from isa_guard.language.values import INT_MAX, INT_MIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isa_guard.audit.mapping.proposal.sample import Path, Sample

NULLS: Final = ("", "-", "NULL", "null", "N/A", "(null)")
DAYS: Final = (ISO_DAY, "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d-%b-%Y", "%m/%d/%Y")
_CLOCKS: Final = ("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S %p", "%I:%M %p")
_DATES: Final = ("%Y-%m-%d", "%Y/%m/%d", *DAYS[1:])
LOCALS: Final = (
    *(f"%Y-%m-%dT{clock}" for clock in _CLOCKS),
    *(f"{day} {clock}" for day in _DATES for clock in _CLOCKS),
    "%d/%b/%Y:%H:%M:%S",
)
WITH_OFFSET: Final = ("%d/%b/%Y:%H:%M:%S %z", *(f"{one}{gap}%z" for one in LOCALS[:8] for gap in ("", " ")))
# Counted from 1970, a time of these years tells its unit by its size alone: 2001 to 2099.
_UNITS: Final = (("unix-s", 10**9), ("unix-ms", 10**12), ("unix-us", 10**15))
_WHOLE: Final = re.compile(r"0|-?[1-9][0-9]{0,17}", re.ASCII)
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}", re.ASCII)

_EXACT: Final = 2**53  # beyond it, doubles leave whole numbers out


@dataclass(frozen=True, slots=True)
class Guess:
    """A column as it seems to be. `values` are those that are not null, each once, in order of first appearance."""

    name: str
    path: Path
    type: str
    optional: bool
    values: tuple[object, ...]
    counts: tuple[int, ...]
    key: str  # the last step of the path, in small letters and without marks: what the log calls it

    @property
    def lines(self) -> int:
        """How many lines hold it."""
        return sum(self.counts)


def guessed_nulls(sample: Sample) -> tuple[str, ...]:
    """Answer the texts that seem to stand for no value."""
    seen = {held for row in sample.rows for held in row.values() if isinstance(held, str)}
    return tuple(null for null in NULLS if null in seen)


def guesses(sample: Sample, nulls: Sequence[str]) -> tuple[tuple[Guess, ...], bool]:
    """Answer the columns of a sample, and whether all of them can be columns of one type."""
    paths = dict.fromkeys(path for row in sample.rows for path in row)
    inner = {path[:length] for path in paths for length in range(1, len(path))}
    torn = _torn(sample, inner)
    taken: set[str] = set()
    found: list[Guess] = []
    for path in paths:
        if path in inner or any(path[:length] in torn for length in range(1, len(path))):
            continue
        counts: dict[object, int] = {}
        for row in sample.rows:
            held = row.get(path)
            if held is None or (isinstance(held, str) and held in nulls):
                continue
            value = tuple(held) if isinstance(held, list) else held
            key = (type(value), value)  # True and 1 are two values
            counts[key] = counts.get(key, 0) + 1
        values = tuple(key[1] for key in counts)  # type: ignore[index]
        kind = _type(values, written=sample.reads != "jsonl")
        if kind is None:
            continue
        optional = sum(counts.values()) < len(sample.rows)
        name = _name(path, taken)
        found.append(Guess(name, path, kind, optional, values, tuple(counts.values()), plain(path[-1])))
    return tuple(found), len(found) == len(paths)


def _torn(sample: Sample, inner: set[Path]) -> set[Path]:
    """The places that hold an object on one line, and on another a list, or a value: no column can lead through them."""
    torn = {path for row in sample.rows for path, held in row.items() if path in inner and held is not None}
    listed = {
        path[:at] for row in sample.rows for path in row for at in range(1, len(path)) if path[at] == "0"
    }
    named = {
        path[:at] for row in sample.rows for path in row for at in range(1, len(path)) if path[at] != "0"
    }
    return torn | (listed & named)


def _type(values: tuple[object, ...], *, written: bool) -> str | None:
    if not values:
        return "string"  # never seen: nothing is known of it
    if all(isinstance(value, str) for value in values):
        return _written_type([str(value) for value in values]) if written else "string"
    if all(isinstance(value, bool) for value in values):
        return "bool"
    if any(isinstance(value, bool) for value in values):
        return None
    if all(isinstance(value, int) and INT_MIN <= value <= INT_MAX for value in values):
        return "int"
    if all(isinstance(value, float) or (isinstance(value, int) and abs(value) <= _EXACT) for value in values):
        return "double"
    return "list" if all(isinstance(value, tuple) for value in values) else None


def _written_type(values: list[str]) -> str:
    if all(_WHOLE.fullmatch(value) for value in values):
        return "int"
    if all(value in {"true", "false"} for value in values):
        return "bool"
    return "double" if all(_DECIMAL.fullmatch(value) for value in values) else "string"


def plain(key: str) -> str:
    """Answer a key in small letters, its words set apart by single spaces."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key)
    return " ".join(re.findall(r"[a-z0-9]+", spaced.lower()))


def _name(path: Path, taken: set[str]) -> str:
    """A name that expressions can use, as near to the log's own as may be."""
    steps = [step for step in (plain(step).replace(" ", "_") for step in path) if step]
    longer = ["_".join(steps[-length:]) for length in range(1, len(steps) + 1)] or ["column"]
    names = [name if name[0].isalpha() else f"column_{name}" for name in longer]
    names += [f"{names[-1]}_{number}" for number in range(2, len(taken) + 3)]
    name = next(name for name in names if name not in taken and _usable(name))
    taken.add(name)
    return name


def _usable(name: str) -> bool:
    try:
        parse(f"line.{name}")
    except ExpressionError:
        return False
    return True


def time_format(type_: str, values: Sequence[object]) -> TimeFormat | None:
    """Answer the format in which every one of the values is a time, if there is one."""
    if not values or type_ not in {"string", "int", "double"}:
        return None
    if type_ != "string" or all(re.fullmatch(r"[0-9]{10,16}(\.[0-9]+)?", str(value)) for value in values):
        return next((one for one in _counted(values) if _reads_all(one, values)), None)
    forms = [TimeFormat(RFC3339), *(TimeFormat(name) for name in WITH_OFFSET)]
    for name in LOCALS:  # what London's clocks never showed is likely to be written in UTC
        forms += [TimeFormat(name, "Europe/London", "reject", "first"), TimeFormat(name, "UTC")]
    return next((one for one in forms if _reads_all(one, values)), None)


def _counted(values: Sequence[object]) -> Iterable[TimeFormat]:
    least = min(float(str(value)) for value in values)
    return [TimeFormat(name) for name, low in _UNITS if low <= least < 4.2 * low]


def day_format(values: Sequence[object]) -> str | None:
    """Answer the format in which every one of the values is a day, if there is one."""
    for name in DAYS:
        read = day_reader(TimeFormat(name))
        if values and all(read(value) is not None for value in values):
            return name
    return None


def _reads_all(form: TimeFormat, values: Sequence[object]) -> bool:
    try:
        read = time_reader(form)
    except TimeFormatError:
        return False
    return all(read(value) is not None for value in values)
