"""An audit as one page that stands alone, in the manner of `report.html`."""

from __future__ import annotations

from html import escape
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
from isa_guard.report.html import page, rows
from isa_guard.report.visible import visible
from isa_guard.report.words import instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.model.audit import Audit, LogFinding, Tally

LOOKS: Final = {0: "go", 3: "ask"}


def render(audit: Audit) -> str:
    """Answer the page."""
    title = f"Audit of {number(audit.audited, 'event')} under an information sharing agreement"
    return visible(page(title, "Audit", list(_body(audit))))


def _body(audit: Audit) -> Iterator[str]:
    look = LOOKS.get(audit.exit_code, "stop")
    yield f'<p class="verdict {look}"><strong>{escape(verdict_words(audit))}</strong><br>'
    yield f"{number(audit.audited, 'event')} {escape(span(audit))}<br>"
    for agreement in audit.agreements:
        yield f"under {escape(agreement.title)} ({escape(agreement.id)} {escape(agreement.version)})<br>"
    yield f"as at {instant(audit.now)}</p>"
    yield from _unread(audit)
    groups = (
        ("Not in order", [one for one in audit.tallies if stops(one)]),
        ("Advice", [one for one in audit.tallies if departs(one) and not stops(one)]),
        ("Cannot be told yet", [one for one in audit.tallies if one.counts.cannot_tell and not departs(one)]),
    )
    for title, tallies in groups:
        if tallies:
            yield f"<h2>{title}</h2>"
            for tally in tallies:
                yield from _rule(tally, audit)
    yield from _in_order(audit)
    yield from _months(audit)
    yield from _read(audit)


def _rule(tally: Tally, audit: Audit) -> Iterator[str]:
    yield f"<article><h3>{escape(tally.rule.title)}</h3><dl>"
    facts = [(f"Clause {clause.number}", clause.says) for clause in tally.clauses]
    facts.append(("Found", counted(tally.counts)))
    facts += [("Read as", f"{one.reading} ({one.id})") for one in tally.agreement.readings_of(tally.rule.id)]
    facts.append(("Rule", tally.rule.id))
    yield from rows(facts)
    yield "</dl>"
    mine = [one for one in audit.findings if one.rule is tally.rule and one.agreement is tally.agreement]
    listed = f"{number(len(mine), 'finding')} with their lines"
    yield f"<details{' open' if len(mine) <= 20 else ''}><summary>{listed}</summary>"
    for finding in mine:
        yield from _finding(finding, audit)
    yield "</details></article>"


def _finding(finding: LogFinding, audit: Audit) -> Iterator[str]:
    told = "not met" if finding.outcome is Outcome.NOT_MET else "cannot tell yet"
    yield f"<article><h4>{escape(where(finding.places[0], audit))} ({told})</h4><dl>"
    others = ", ".join(where(place, audit) for place in finding.places[1:])
    allowed = f"by dispensation {finding.dispensed}" if finding.dispensed else ""
    yield from rows(
        [
            ("Seen", finding.seen),
            ("Needs", why(finding)),
            ("Allowed", allowed),
            ("With", others),
            ("To satisfy", finding.satisfy),
        ]
    )
    yield "</dl></article>"


def _in_order(audit: Audit) -> Iterator[str]:
    quiet = [
        one
        for one in audit.tallies
        if one.counts.looked_at and not one.counts.cannot_tell and not departs(one)
    ]
    if quiet:
        yield "<h2>In order</h2><ul>"
        for tally in quiet:
            yield f"<li>{escape(tally.rule.title)}: {counted(tally.counts)}</li>"
        yield "</ul>"


def _months(audit: Audit) -> Iterator[str]:
    yield "<h2>Month by month</h2><table><thead><tr><th>Month</th><th>Not met</th><th>Cannot tell</th>"
    yield "<th>Met</th></tr></thead><tbody>"
    for month, counts in months(audit.tallies).items():
        cells = "".join(f"<td>{many:,}</td>" for many in (counts.not_met, counts.cannot_tell, counts.met))
        yield f"<tr><th>{month}</th>{cells}</tr>"
    yield "</tbody></table>"


def _read(audit: Audit) -> Iterator[str]:
    yield "<h2>What was read</h2><p>Every line is accounted for: lines = events + rejected + blank.</p>"
    for one in audit.files:
        yield f"<article><h4>{escape(one.name)}</h4><dl>"
        sums = f"{one.lines:,} = {one.audited:,} + {one.rejected:,} + {one.blank:,}"
        yield from rows([("Lines", sums), ("Mapping", one.mapping), ("SHA-256", one.sha256)])
        yield "</dl></article>"


def _unread(audit: Audit) -> Iterator[str]:
    """What could not be read comes first: it may be the very answer that is missed below."""
    if audit.rejected:
        yield f"<h2>Could not be read</h2><p>{number(audit.refused, 'line')}</p><ul>"
        for rejected in audit.rejected:
            line = f"{where(rejected.place, audit)}: {fault_words(rejected)}"
            yield f"<li>{escape(line)}</li>"
        yield "</ul>"
