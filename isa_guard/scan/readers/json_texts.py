"""JSON and lines of JSON: objects of one list as a table with dotted columns, anything else as texts.

A key that stands twice in an object is refused: readers differ about which of the two counts, so it is a way to show one
value to a check and another to the recipient.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, BinaryIO, Final, TypeAlias

from isa_guard.scan.readers.decoding import Encoding, decoded, whole_text
from isa_guard.scan.readers.limits import BeyondLimit
from isa_guard.scan.readers.lines import pieces
from isa_guard.scan.readers.tables import frame_part, headings
from isa_guard.scan.readers.visit import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.visit import Visit

Json: TypeAlias = "str | bool | list[Json] | dict[str, Json] | None"  # numbers stay texts
_WIDEST: Final = 2_000  # columns of a table; objects with more different keys are no records
_SHOWN: Final = 10


class NotStrict(ValueError):
    """JSON that readers differ about."""


def _pairs(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrict("a key stands twice in one object")
    return found


def _no_constant(_: str) -> Json:
    raise NotStrict("NaN and Infinity are no JSON")


def _loaded(text: str) -> Json:
    # Numbers stay as they are written: an identifier must not lose a digit.
    return json.loads(  # type: ignore[no-any-return]
        text, object_pairs_hook=_pairs, parse_int=str, parse_float=str, parse_constant=_no_constant
    )


def read_json(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """The contents of one JSON document."""
    text = whole_text(whole(stream, visit))
    try:
        document = _loaded(text)
    except NotStrict as fault:
        yield visit.unread(f"{fault}: read as text")
        yield from visit.texts(text, 1)
        return
    except (ValueError, RecursionError):
        yield visit.unread("not JSON, or nested too deep: read as text")
        yield from visit.texts(text, 1)
        return
    yield from _contents(document, visit)


def read_json_lines(stream: BinaryIO, encoding: Encoding, visit: Visit) -> Iterator[Content]:
    """The records of lines of JSON, batch by batch; a broken line as text, and an `Unread` with its number."""
    for piece in pieces(stream, encoding, visit.limits.record):
        records: list[Json] = []
        numbers: list[int] = []
        broken: list[tuple[int, str]] = []
        for number, line in enumerate(decoded(piece.data).split("\n"), piece.line):
            if not line.strip():
                continue
            try:
                records.append(_loaded(line))
            except (ValueError, RecursionError):
                broken.append((number, line))
            else:
                numbers.append(number)
        yield from _batches(records, numbers, visit)
        if broken:
            shown = ", ".join(str(number) for number, _ in broken[:_SHOWN])
            more = f" and {len(broken) - _SHOWN:,} more" if len(broken) > _SHOWN else ""
            yield visit.unread(f"no strict JSON on line {shown}{more}: read as text")
        for number, line in broken:
            yield from visit.texts(line, number)


def _contents(document: Json, visit: Visit) -> Iterator[Content]:
    if isinstance(document, list) and document and all(isinstance(one, dict) for one in document):
        yield from _batches(document, range(1, len(document) + 1), visit)
        return
    if isinstance(document, dict):
        # A list of records under one key is how most interfaces answer.
        tables = [
            key
            for key, one in document.items()
            if isinstance(one, list) and len(one) > 1 and all(isinstance(each, dict) for each in one)
        ]
        for number, key in enumerate(tables, 1):
            yield from _contents(document[key], visit.at(f"list {number}"))
        document = {key: one for key, one in document.items() if key not in tables}
    yield from visit.texts(
        "\n".join(f"{path}: {cell}" if path else cell for path, cell in _flat(document, visit))
    )


def _batches(records: Sequence[Json], numbers: Sequence[int], visit: Visit) -> Iterator[Content]:
    """Records as tables of their flattened keys; where the keys are too many to be columns, as texts."""
    for start in range(0, len(records), visit.limits.rows):
        batch = [_cells(record, visit) for record in records[start : start + visit.limits.rows]]
        lines = numbers[start : start + visit.limits.rows]
        names = list(dict.fromkeys(path for cells in batch for path in cells))
        if len(names) > _WIDEST:
            for number, cells in zip(lines, batch, strict=True):
                yield from visit.texts("\n".join(f"{path}: {cell}" for path, cell in cells.items()), number)
            continue
        yield from visit.texts("\t".join(names), lines[0])
        rows = [[cells.get(name, "") for name in names] for cells in batch]
        distinct = headings(names, len(names))
        yield frame_part(distinct, rows, lines[0], visit, lines)


def _cells(record: Json, visit: Visit) -> dict[str, str]:
    """What stands under each dotted path of a record; the items of a list stand under one, a line each."""
    cells: dict[str, list[str]] = {}
    for path, cell in _flat(record, visit):
        cells.setdefault(path or "value", []).append(cell)
    return {path: "\n".join(lines) for path, lines in cells.items()}


def _flat(document: Json, visit: Visit) -> Iterator[tuple[str, str]]:
    """Each value with its dotted path, in the order of the document. Raises BeyondLimit."""
    waiting: list[tuple[str, Json, int]] = [("", document, 0)]
    while waiting:
        path, one, depth = waiting.pop()
        if depth > visit.limits.nesting:
            raise BeyondLimit(f"nested more than {visit.limits.nesting} deep: the rest is not read")
        if isinstance(one, dict):
            waiting += [
                (f"{path}.{key}" if path else key, each, depth + 1) for key, each in reversed(one.items())
            ]
        elif isinstance(one, list):
            waiting += [(path, each, depth + 1) for each in reversed(one)]
        elif one is not None:
            yield path, str(one).lower() if isinstance(one, bool) else one
