"""The report as JUnit XML, which every CI system reads: a suite for each decision, a case for each rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from isa_guard.decide.verdict import stopping
from isa_guard.language.outcome import Outcome
from isa_guard.model.observation import Weight
from isa_guard.report.words import OUTCOMES, clause_numbers, needs, verdict_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.model.decision import Decision, Finding
    from isa_guard.report.run import Run

# What XML 1.0 has no way to write (section 2.2), even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'


def render(run: Run) -> str:
    """Answer the report, ending in a newline."""
    lines = [HEAD, '<testsuites name="isa-guard">']
    for decision in run.decisions:
        lines += _suite(decision)
    if run.problems or not run.decisions:
        lines += _unread(run)
    return "\n".join([*lines, "</testsuites>", ""])


def _suite(decision: Decision) -> Iterator[str]:
    findings = decision.findings
    failed = sum(_is_failure(one) for one in findings)
    unknown = sum(_is_error(one) for one in findings)
    silent = sum(one.outcome is Outcome.NOT_APPLICABLE for one in findings)
    name = f"{decision.agreement.id} {decision.agreement.version}: {decision.fact.kind.value} {decision.fact.reference}"
    stamp = decision.now.replace(microsecond=0, tzinfo=None).isoformat()
    yield (
        f'  <testsuite name={attribute(name)} tests="{len(findings)}" failures="{failed}" errors="{unknown}" '
        f'skipped="{silent}" time="0" timestamp="{stamp}" hostname="localhost">'
    )
    yield f'    <properties><property name="verdict" value={attribute(verdict_words(decision))}/></properties>'
    for finding in findings:
        yield from _case(finding)
    yield from _seen(decision)
    yield "    <system-err/>"
    yield "  </testsuite>"


def _seen(decision: Decision) -> Iterator[str]:
    """What was seen in the files of an export, a line for each place."""
    lines = [
        f"{', '.join(filter(None, (str(one.place), one.part)))}: {one.words}"
        for one in decision.observations
        if one.weight is not Weight.ALLOWED
    ]
    yield f"    <system-out>{written(chr(10).join(lines))}</system-out>" if lines else "    <system-out/>"


def _is_failure(finding: Finding) -> bool:
    return finding.outcome is Outcome.NOT_MET and stopping(finding) is not None


def _is_error(finding: Finding) -> bool:
    return finding.outcome is Outcome.CANNOT_TELL and stopping(finding) is not None


def _case(finding: Finding) -> Iterator[str]:
    family, _, name = finding.rule.id.partition("/")
    head = f'    <testcase classname={attribute(family)} name={attribute(name)} time="0"'
    body = f"{finding.place}: {finding.rule.title} ({clause_numbers(finding.clauses)}). seen: {finding.seen}. to satisfy: {finding.satisfy}"
    if _is_failure(finding):
        tag, short = "failure", OUTCOMES[finding.outcome]
    elif _is_error(finding):
        tag, short = "error", needs(finding)
    elif finding.outcome is Outcome.NOT_APPLICABLE:
        yield f"{head}><skipped/></testcase>"
        return
    else:
        yield f"{head}/>"
        return
    kind = attribute(finding.rule.otherwise.value)
    yield f"{head}><{tag} type={kind} message={attribute(short)}>{written(body)}</{tag}></testcase>"


def _unread(run: Run) -> Iterator[str]:
    number = len(run.problems) or 1
    yield (
        f'  <testsuite name="could not be read" tests="{number}" failures="0" errors="{number}" skipped="0" '
        'time="0" timestamp="1970-01-01T00:00:00" hostname="localhost">'
    )
    yield "    <properties/>"
    if not run.problems:
        yield '    <testcase classname="load" name="nothing" time="0"><error type="empty" message="no fact was found"/></testcase>'
    for problem in run.problems:
        head = f'<testcase classname="load" name={attribute(str(problem.place))} time="0">'
        error = f"<error type={attribute(problem.code)} message={attribute(problem.what)}>{written(problem.hint)}</error>"
        yield f"    {head}{error}</testcase>"
    yield "    <system-out/>"
    yield "    <system-err/>"
    yield "  </testsuite>"


def attribute(text: str) -> str:
    """Answer text as a quoted attribute."""
    return quoteattr(_UNWRITABLE.sub("\ufffd", text))


def written(text: str) -> str:
    """Answer text as content of an element."""
    return escape(_UNWRITABLE.sub("\ufffd", text))
