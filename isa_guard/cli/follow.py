"""`isa-guard audit --follow`: logs read on as they grow, every finding told as soon as it is sure."""

from __future__ import annotations

import io
import signal
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final

from isa_guard.cli.clock import now_or
from isa_guard.errors import UsageError
from isa_guard.uk.periods import PeriodError, Unit, parse_period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from isa_guard.audit.follow.follower import Follower
    from isa_guard.cli.auditing import Auditing

PAUSE: Final = 1.0  # seconds between two looks at logs that are still
INTERRUPTED: Final = 130
_HOURS: Final = {Unit.HOURS: 1, Unit.DAYS: 24, Unit.WEEKS: 168}
_MINUTES: Final = ("minutes", "minute")


def follow(
    work: Auditing, names: Sequence[str], *, state: str | None, lateness: str, once: bool, as_of: str | None
) -> int:
    """Follow logs until a signal ends it, or with `once` until everything there is has been read; answer the exit code."""
    from isa_guard.audit.follow.follower import Follower
    from isa_guard.audit.follow.outbox import Outbox
    from isa_guard.audit.follow.state import State
    from isa_guard.report.audits.words import fault_words

    if not state:
        raise UsageError("say where to keep what is open: --state FILE")
    logs = [(name, work.mapping_for(name)) for name in _paths(names)]
    frozen = now_or(as_of) if as_of else None
    late = period_of(lateness)
    with _signals() as ended:
        kept = State(Path(state))
        try:
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
            outbox = Outbox(kept, sys.stdout, _line if sys.stdout.isatty() else None)
            follower = Follower(kept, work.versions, logs, outbox, _clock(frozen), late, fault_words)
        except BaseException:
            kept.close()
            raise
        try:
            _run(follower, ended, once=once)
            _summed(follower)
            if once and ended.is_set():
                return INTERRUPTED  # what was read is kept, but it is not all there is
            return follower.standing.exit_code() if once else 0
        finally:
            follower.close()


def _clock(frozen: datetime | None) -> Callable[[], datetime]:
    return (lambda: frozen) if frozen else lambda: datetime.now(UTC)


@contextmanager
def _signals() -> Iterator[Event]:
    """Give what is set once a signal asks for the end: work goes on to its next commit, from the very first on."""
    ended = Event()
    asked = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: ended.set()) for number in asked]
    try:
        yield ended
    finally:
        for number, handler in zip(asked, before, strict=True):
            signal.signal(number, handler)


def _run(follower: Follower, ended: Event, *, once: bool) -> None:
    """Step until it is over."""
    while not ended.is_set():
        if follower.step():
            continue
        if once:
            return
        ended.wait(PAUSE)


def _paths(names: Sequence[str]) -> Iterator[str]:
    from isa_guard.audit.lines.sources import log_sources

    for source in log_sources(names):
        if not isinstance(source, Path) or not source.is_file():
            name = str(source) if isinstance(source, Path) else source.name
            raise UsageError(f"only files can be followed, and {name} is none")
        yield str(source)


def period_of(text: str) -> int:
    """Answer a lateness in microseconds. Raises UsageError."""
    amount, _, unit = text.strip().partition(" ")
    if amount.isascii() and amount.isdecimal() and len(amount) < 7 and unit in _MINUTES:
        return int(amount) * 60_000_000
    try:
        period = parse_period(text)
    except PeriodError as error:
        raise UsageError(f"--lateness {text}: {error}") from None
    if period.unit not in _HOURS:
        raise UsageError(f"--lateness {text}: it is counted in minutes, hours, days or weeks")
    return period.amount * _HOURS[period.unit] * 3_600_000_000


def _line(entry: dict[str, object]) -> str:
    """Answer an entry as one line for people."""
    from isa_guard.report.visible import one_line

    where = _where(entry)
    match entry["type"]:
        case "finding":
            text = f"{where}: {entry['outcome']}: {entry['title']}. {entry['seen']}"
            needs = f" ({entry['needs']})" if entry["needs"] else ""
            return one_line(text + needs)
        case "withdrawn":
            return one_line(f"{where}: withdrawn, now {entry['now']}: {entry['rule']}")
        case "rejected":
            return one_line(f"{where}: the line {entry['why']}")
        case "late":
            return one_line(f"{where}: late, of {entry['at']}")
        case "log":
            return one_line(f"{where}: {entry['seen']}")
        case "turned":
            return one_line(f"{where}: the log goes on as {entry['next']}")
        case _:
            return one_line(f"{where}: there is no such file any more")


def _where(entry: dict[str, object]) -> str:
    lines = entry.get("lines")
    first = lines[0] if isinstance(lines, list) else entry
    return f"{first['file']}:{first['line']}" if "line" in first else str(first["file"])


def _summed(follower: Follower) -> None:
    """Tell on standard error what stands."""
    from isa_guard.language.outcome import Outcome

    standing = follower.standing
    audited, rejected, blank = standing.lines()
    found = standing.findings()
    sys.stderr.write(
        f"{audited:,} events, {rejected:,} lines rejected, {blank:,} blank, {follower.late:,} late; "
        f"{found[Outcome.NOT_MET]:,} not met, {found[Outcome.CANNOT_TELL]:,} cannot tell, {standing.open():,} open\n"
    )
