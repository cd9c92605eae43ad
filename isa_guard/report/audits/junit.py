"""An audit as JUnit XML: a suite for each version of the agreement, a case for each rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.report.audits.words import counted, stops, verdict_words, where
from isa_guard.report.junit import HEAD, attribute, written
from isa_guard.report.words import clause_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.model.agreement import Agreement
    from isa_guard.model.audit import Audit, Tally


def render(audit: Audit) -> str:
    """Answer the report, ending in a newline."""
    lines = [HEAD, '<testsuites name="isa-guard">']
    for agreement in audit.agreements:
        lines += _suite(agreement, audit)
    lines += _reading(audit)
    return "\n".join([*lines, "</testsuites>", ""])


def _suite(agreement: Agreement, audit: Audit) -> Iterator[str]:
    tallies = [one for one in audit.tallies if one.agreement is agreement]
    failed = sum(map(stops, tallies))
    unknown = sum(bool(one.counts.cannot_tell) and not stops(one) for one in tallies)
    silent = sum(not one.counts.looked_at for one in tallies)
    stamp = audit.now.replace(microsecond=0, tzinfo=None).isoformat()
    yield (
        f"  <testsuite name={attribute(f'{agreement.id} {agreement.version}: audit')} "
        f'tests="{len(tallies)}" failures="{failed}" errors="{unknown}" skipped="{silent}" time="0" '
        f'timestamp="{stamp}" hostname="localhost">'
    )
    yield f'    <properties><property name="verdict" value={attribute(verdict_words(audit))}/></properties>'
    for tally in tallies:
        yield _case(tally, audit)
    yield from ("    <system-out/>", "    <system-err/>", "  </testsuite>")


def _case(tally: Tally, audit: Audit) -> str:
    family, _, name = tally.rule.id.partition("/")
    head = f'    <testcase classname={attribute(family)} name={attribute(name)} time="0"'
    if not tally.counts.looked_at:
        return f"{head}><skipped/></testcase>"
    tag = "failure" if stops(tally) else "error" if tally.counts.cannot_tell else ""
    if not tag:
        return f"{head}/>"
    lines = [
        f"{where(one.places[0], audit)}: {one.seen}"
        for one in audit.findings
        if one.rule is tally.rule and one.agreement is tally.agreement
    ]
    body = "\n".join([f"{tally.rule.title} ({clause_numbers(tally.clauses)})", *lines])
    kind, short = attribute(tally.rule.otherwise.value), attribute(counted(tally.counts))
    return f"{head}><{tag} type={kind} message={short}>{written(body)}</{tag}></testcase>"


def _reading(audit: Audit) -> Iterator[str]:
    """A case for each file: every line of it is accounted for, and those that could not be read fail it."""
    broken = audit.refused > audit.tolerated or not audit.audited
    failing = sum(bool(one.rejected) for one in audit.files) if broken else 0
    yield (
        f'  <testsuite name="reading" tests="{len(audit.files)}" failures="{failing}" errors="0" skipped="0" '
        'time="0" timestamp="1970-01-01T00:00:00" hostname="localhost">'
    )
    yield "    <properties/>"
    for one in audit.files:
        head = f'    <testcase classname="reading" name={attribute(one.name)} time="0"'
        said = f"{one.rejected} of {one.lines} lines could not be read"
        failure = f'><failure type="rejected" message={attribute(said)}/></testcase>'
        yield head + (failure if one.rejected and broken else "/>")
    yield from ("    <system-out/>", "    <system-err/>", "  </testsuite>")
