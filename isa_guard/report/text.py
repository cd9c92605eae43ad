"""The report that a SPOC officer reads: verdict first, then what stops it, then what must be done.

Symbols and words carry the meaning; colour only repeats it.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from isa_guard.decide.verdict import stopping
from isa_guard.frozen import dataclass
from isa_guard.language.outcome import Outcome
from isa_guard.model.decision import Verdict
from isa_guard.model.observation import Seen, Weight
from isa_guard.model.rule import Otherwise
from isa_guard.report.visible import one_line, visible
from isa_guard.report.words import VERDICTS, clause_numbers, counts, field_doc, instant, needs, verdict_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from isa_guard.model.decision import Decision, Finding
    from isa_guard.report.run import Run

WIDTH: Final = 80
LABEL: Final = 12
SHOWN: Final = 30  # observations
_STYLES: Final = {
    Verdict.PERMIT: "32;1",
    Verdict.PERMIT_WITH_OBLIGATIONS: "32;1",
    Verdict.REFER: "33;1",
    Verdict.REFUSE: "31;1",
    Verdict.NOT_COVERED: "31;1",
}


def plain(text: str, style: str) -> str:  # noqa: ARG001 - the signature of a painter
    """Answer `text` as it is."""
    return text


def none_met(decision: Decision) -> Iterable[Finding]:  # noqa: ARG001 - the signature of a chooser
    """Answer none of the findings that were met, for the short form."""
    return ()


@dataclass(frozen=True, slots=True)
class Manner:
    """How the text is laid out: how wide, how much of what was met, and how a style is written."""

    width: int = WIDTH
    met: Callable[[Decision], Iterable[Finding]] = none_met
    paint: Callable[[str, str], str] = plain


def in_colour(text: str, style: str) -> str:
    """Answer `text` in an ANSI style."""
    return f"\x1b[{style}m{text}\x1b[0m" if style else text


def all_met(decision: Decision) -> Iterable[Finding]:
    """Answer the findings that were met, for the long form."""
    return (finding for finding in decision.findings if finding.outcome is Outcome.MET)


def render(run: Run, manner: Manner | None = None) -> str:
    """Answer the whole report, ending in a newline."""
    how = manner or Manner()
    parts = ["\n".join(_decision(decision, index, run, how)) for index, decision in enumerate(run.decisions)]
    if run.problems:
        parts.append("\n".join(_problems(run, how)))
    if len(run.decisions) + bool(run.problems) > 1:
        parts.append("\n".join(_summary(run)))
    if not parts:
        parts.append("NOTHING WAS CHECKED: no fact was found.")
    return "\n\n".join(parts) + "\n"


def _decision(decision: Decision, index: int, run: Run, how: Manner) -> Iterator[str]:
    agreement, fact = decision.agreement, decision.fact
    verdict = how.paint(verdict_words(decision), _STYLES[decision.verdict])
    yield f"{verdict}  {fact.kind.value} {one_line(fact.reference)}"
    yield f"  under {agreement.id} {agreement.version}, as at {instant(decision.now)}"
    stops = [one for one in decision.findings if stopping(one) and one.outcome is Outcome.NOT_MET]
    unknown = [one for one in decision.findings if stopping(one) and one.outcome is Outcome.CANNOT_TELL]
    advice = [one for one in decision.findings if one.rule.otherwise is Otherwise.ADVISE and one.outcome in {Outcome.NOT_MET, Outcome.CANNOT_TELL}]  # fmt: skip
    dispensed = [one for one in decision.findings if one.dispensation]
    for title, findings in (
        ("What stops it", stops),
        ("What cannot be told yet", unknown),
        ("Departed from under a dispensation", dispensed),
        ("Advice", advice),
        ("What was met", list(how.met(decision))),
    ):
        if findings:
            yield from ("", title)
            for finding in findings:
                yield from _finding(finding, decision, how)
    yield from _seen_in_files(decision, how)
    yield from _still_needed(unknown, decision, how)
    if decision.obligations:
        yield from ("", "What must be done")
        for one in decision.obligations:
            when = f"by {instant(one.by)}" if one.by else "no time stated"
            yield from labelled(when, f"{one.do} ({clause_numbers(one.clauses)})", how, width=32)
    yield ""
    yield counts(decision.findings)
    if run.recorded:
        yield f"recorded as {run.recorded[index]}"


def _seen_in_files(decision: Decision, how: Manner) -> Iterator[str]:
    """What stops an export or must be looked at, place by place, surest first; never what stands there."""
    accepted = [one for one in decision.observations if one.seen in {Seen.ACCEPTED, Seen.ACCEPTANCE}]
    if accepted:
        yield from ("", "Looked at and accepted")
        for one in accepted:
            yield from textwrap.wrap(
                visible(one.words), how.width, initial_indent="  ", subsequent_indent="    "
            )
            yield from labelled("where", str(one.place), how)
    for one in decision.observations:
        if one.seen is Seen.DISCLOSURE and one.weight is Weight.ALLOWED:
            yield ""
            yield from textwrap.wrap(
                f"Note: {visible(one.words)}", how.width, subsequent_indent="  ", break_on_hyphens=False
            )
    told = [one for one in decision.observations if one.weight is not Weight.ALLOWED]
    if not told:
        return
    yield from ("", "Seen in the files")
    for one in sorted(told, key=lambda one: one.weight is Weight.DOUBTFUL)[:SHOWN]:
        symbol = "?" if one.weight is Weight.DOUBTFUL else "x"
        yield from textwrap.wrap(
            visible(f"{symbol} {one.words}"), how.width, initial_indent="  ", subsequent_indent="    "
        )
        yield from labelled("where", ", ".join(filter(None, (str(one.place), one.part))), how)
        if one.shape:
            yield from labelled("shape", one.shape, how)
    if len(told) > SHOWN:
        yield f"  and {len(told) - SHOWN:,} more: --format json lists them all"


def _still_needed(unknown: list[Finding], decision: Decision, how: Manner) -> Iterator[str]:
    """One list of all that would have to be given: what a requester is asked for in one go."""
    missing = dict.fromkeys(field for finding in unknown for field in finding.missing)
    if not missing:
        return
    yield from ("", "What to ask for")
    schema = decision.agreement.schemas[decision.fact.kind]
    for field in missing:
        if any(other.startswith(f"{field}.") for other in missing):
            continue  # its parts are asked for one by one
        yield from labelled(field.partition(".")[2], field_doc(schema, field), how, width=32)


def _finding(finding: Finding, decision: Decision, how: Manner) -> Iterator[str]:
    symbol = {Outcome.MET: "+", Outcome.NOT_MET: "x", Outcome.CANNOT_TELL: "?", Outcome.NOT_APPLICABLE: "-"}[
        finding.outcome
    ]
    yield from textwrap.wrap(
        f"{symbol} {finding.rule.title}", how.width, initial_indent="  ", subsequent_indent="    "
    )
    for clause in finding.clauses:
        yield from labelled(f"clause {clause.number}", clause.says, how)
    yield from labelled("seen", finding.seen, how)
    why = needs(finding)
    if why:
        yield from labelled("needs", why, how)
    if finding.outcome is not Outcome.MET:
        yield from labelled("to satisfy", finding.satisfy, how)
    if finding.dispensation:
        one = finding.dispensation
        yield from labelled(
            "dispensed", f"{one.id}, by {one.approved_by}, until {one.expires}: {one.reason}", how
        )
    for reading in decision.agreement.readings_of(finding.rule.id):
        yield from labelled("read as", f"{reading.reading} ({reading.id})", how)
    yield from labelled("where", f"{finding.place}", how)
    yield from labelled("rule", finding.rule.id, how)


def labelled(label: str, text: str, how: Manner, width: int = LABEL) -> Iterator[str]:
    """Answer a label and its text, wrapped beside it."""
    first = f"    {label:<{width - 1}} "
    yield from textwrap.wrap(
        visible(text),
        how.width,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def _problems(run: Run, how: Manner) -> Iterator[str]:
    number = len(run.problems)
    yield how.paint(f"COULD NOT BE READ: {number} problem{'' if number == 1 else 's'}", "31;1")
    for problem in run.problems:
        yield f"  {one_line(str(problem.place))}"
        yield from textwrap.wrap(
            visible(problem.what), how.width, initial_indent="    ", subsequent_indent="    "
        )
        if problem.hint:
            yield from labelled("hint", problem.hint, how, width=6)


def _summary(run: Run) -> Iterator[str]:
    yield f"{len(run.decisions)} decision{'' if len(run.decisions) == 1 else 's'}"
    for verdict, words in VERDICTS.items():
        number = sum(decision.verdict is verdict for decision in run.decisions)
        if number:
            yield f"  {number:>5}  {words}"
    if run.problems:
        yield f"  {len(run.problems):>5}  could not be read"
