"""Progress on long work, drawn on a terminal only and never on the standard output that carries the result."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Item = TypeVar("Item")
PATIENCE: Final = 2.0  # seconds before anybody wants to know


def shown(items: Sequence[Item], what: str) -> Iterator[Item]:
    """Answer the items one by one; where it takes long, a bar tells how far it is."""
    if not sys.stderr.isatty():
        yield from items
        return
    started = time.monotonic()
    for index, item in enumerate(items):
        yield item
        if time.monotonic() - started > PATIENCE:
            yield from _with_bar(items, index + 1, what)
            return


def _with_bar(items: Sequence[Item], done: int, what: str) -> Iterator[Item]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=len(items), completed=done)
        for item in items[done:]:
            yield item
            progress.advance(task)


EVERY: Final = 20_000  # lines between two looks at the clock


def told_lines(lines: Iterable[Item], what: str) -> Iterator[Item]:
    """Answer the lines one by one; on a terminal their number and the rate are told while it takes long."""
    if not sys.stderr.isatty():
        yield from lines
        return
    started = last = time.monotonic()
    number = 0
    try:
        for line in lines:
            yield line
            number += 1
            if number % EVERY == 0 and time.monotonic() - last > 0.2:
                last = time.monotonic()
                if last - started > PATIENCE:
                    rate = number / (last - started)
                    sys.stderr.write(f"\r\x1b[K{what}: {number:,} lines, {rate:,.0f} a second")
    finally:
        if last - started > PATIENCE:
            sys.stderr.write("\r\x1b[K")
