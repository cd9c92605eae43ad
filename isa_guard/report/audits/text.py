"""An audit as an auditor reads it: verdict first, what departs with its lines, what was read, month by month."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from isa_guard.language.outcome import Outcome
from isa_guard.report.audits.words import (
    counted,
    departs,
    fault_words,
    months,
    number,
    span,
    stops,
    verdict_words,
    where,
    why,
)
from isa_guard.report.text import Manner, labelled
from isa_guard.report.visible import one_line, visible
from isa_guard.report.words import instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from isa_guard.model.audit import Audit, LogFinding, Tally

STYLES: Final = {0: "32;1", 1: "31;1", 3: "33;1"}
LISTED: Final = 5  # findings of a rule that the terminal shows; a file or another format has them all
MONTHS: Final = 12


def render(audit: Audit, manner: Manner | None = None, listed: int = LISTED) -> str:
    """Answer the whole report, ending in a newline."""
    how = manner or Manner()
    head = how.paint(verdict_words(audit), STYLES.get(audit.exit_code, "31;1"))
    lines = [f"{head}  {number(audit.audited, 'event')}"]
    if span(audit):
        lines.append(f"  {span(audit)}")
    as_at = instant(audit.now)
    lines += [f"  under {one.id} {one.version}, as at {as_at}" for one in audit.agreements]
    # First of all: what could not be read may be the very answer that is missed below.
    lines += _unread(audit, listed)
    lines += _rules(audit, how, listed)
    lines += _months(audit)
    lines += _files(audit, how)
    lines += ["", f"{number(len(audit.tallies), 'rule')}, {audit.engine} engine"]
    if audit.recorded is not None:
        lines.append(f"recorded as {audit.recorded}")
    return "\n".join(lines) + "\n"


def _rules(audit: Audit, how: Manner, listed: int) -> Iterator[str]:
    groups: tuple[tuple[str, str, Sequence[Tally]], ...] = (
        ("Not in order", "x", [one for one in audit.tallies if stops(one)]),
        ("Advice", "x", [one for one in audit.tallies if departs(one) and not stops(one)]),
        (
            "Cannot be told yet",
            "?",
            [one for one in audit.tallies if one.counts.cannot_tell and not departs(one)],
        ),
    )
    for title, symbol, tallies in groups:
        if tallies:
            yield from ("", title)
            for tally in tallies:
                yield from _rule(tally, symbol, audit, how, listed)
    shown = {id(one) for _, _, tallies in groups for one in tallies}
    quiet = [one for one in audit.tallies if id(one) not in shown and one.counts.looked_at]
    if quiet:
        yield from ("", "In order")
        for tally in quiet:
            yield from _line(f"+ {tally.rule.title}: {counted(tally.counts)}", how)
    silent = sum(not one.counts.looked_at for one in audit.tallies)
    if silent:
        yield from ("", f"{number(silent, 'rule')} found nothing to judge in these logs")


def _line(text: str, how: Manner) -> list[str]:
    return textwrap.wrap(visible(text), how.width, initial_indent="  ", subsequent_indent="    ")


def _rule(tally: Tally, symbol: str, audit: Audit, how: Manner, listed: int) -> Iterator[str]:
    yield from _line(f"{symbol} {tally.rule.title}", how)
    for clause in tally.clauses:
        yield from labelled(f"clause {clause.number}", clause.says, how)
    yield from labelled("found", counted(tally.counts), how)
    mine = [one for one in audit.findings if one.rule is tally.rule and one.agreement is tally.agreement]
    departures = [one for one in mine if one.outcome is Outcome.NOT_MET]
    untold = [one for one in mine if one.outcome is Outcome.CANNOT_TELL]
    for one in departures[:listed]:
        yield from _finding(one, audit, how)
    more = tally.counts.not_met - len(departures[:listed])
    if more > 0:
        yield from labelled("", f"and {more:,} more not met", how)
    yield from _untold(untold, tally.counts.cannot_tell, audit, how)
    if departures:
        yield from labelled("to satisfy", departures[0].satisfy, how)
    for reading in tally.agreement.readings_of(tally.rule.id):
        yield from labelled("read as", f"{reading.reading} ({reading.id})", how)
    yield from labelled("rule", tally.rule.id, how)


def _finding(one: LogFinding, audit: Audit, how: Manner) -> Iterator[str]:
    yield from labelled("line", one_line(where(one.places[0], audit)), how)
    yield from labelled("  seen", one.seen, how)
    if one.dispensed:
        yield from labelled("  allowed", f"by dispensation {one.dispensed}", how)
    if one.places[1:]:
        others = ", ".join(one_line(where(place, audit)) for place in one.places[1:6])
        more = len(one.places) - 6
        yield from labelled("  with", others + (f" and {more} more" if more > 0 else ""), how)


def _untold(untold: Iterable[LogFinding], total: int, audit: Audit, how: Manner) -> Iterator[str]:
    """One entry for each reason: a field that a log does not hold is missing on every line of it."""
    reasons: dict[str, list[LogFinding]] = {}
    for one in untold:
        reasons.setdefault(why(one) or "it cannot be told", []).append(one)
    listed = sum(map(len, reasons.values()))
    for reason, found in reasons.items():
        first = one_line(where(found[0].places[0], audit))
        many = f", and {len(found) - 1:,} more" if len(found) > 1 else ""
        yield from labelled("cannot tell", f"{reason}: {first}{many}", how)
    if total > listed:
        yield from labelled("", f"and {total - listed:,} more that cannot be told", how)


def _months(audit: Audit) -> Iterator[str]:
    found = list(months(audit.tallies).items())[-MONTHS:]
    if len(found) < 2:
        return
    yield from ("", "Month by month", f"  {'':<9}{'not met':>10}{'cannot tell':>13}{'met':>12}")
    for month, counts in found:
        yield f"  {month:<9}{counts.not_met:>10,}{counts.cannot_tell:>13,}{counts.met:>12,}"


def _files(audit: Audit, how: Manner) -> Iterator[str]:
    yield from ("", "What was read: lines = events + rejected + blank")
    for one in audit.files:
        yield f"  {one_line(one.name)}"
        sums = f"{one.lines:,} = {one.audited:,} + {one.rejected:,} + {one.blank:,}"
        yield from labelled("lines", f"{sums}, by the mapping {one.mapping}", how)
        yield from labelled("sha256", one.sha256, how)


def _unread(audit: Audit, listed: int) -> Iterator[str]:
    if not audit.rejected:
        return
    yield from ("", f"Could not be read: {number(audit.refused, 'line')}")
    for rejected in audit.rejected[: 2 * listed]:
        yield f"  {one_line(where(rejected.place, audit))}: {visible(fault_words(rejected))}"
    more = audit.refused - len(audit.rejected[: 2 * listed])
    if more > 0:
        yield f"  and {more:,} more; --rejects FILE writes them all"
