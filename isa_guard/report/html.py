"""The report as one page that stands alone: nothing is fetched, nothing runs, it prints and reads on a phone."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING, Final

from isa_guard.decide.verdict import stopping
from isa_guard.language.outcome import Outcome
from isa_guard.model.decision import Verdict
from isa_guard.model.observation import Weight
from isa_guard.model.rule import Otherwise
from isa_guard.report.visible import visible
from isa_guard.report.words import OUTCOMES, counts, instant, needs, verdict_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isa_guard.model.decision import Decision, Finding
    from isa_guard.report.run import Run

STYLE: Final = """
:root { color-scheme: light; }
body { font: 1.05rem/1.5 "Helvetica Neue", Arial, sans-serif; color: #1a1a1a; background: #fff; max-width: 48rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.4rem; margin-top: 2.5rem; } h3 { font-size: 1.15rem; margin-top: 2rem; }
.verdict { border-left: .5rem solid #555; padding: .5rem 1rem; }
.stop { border-color: #a3171e; } .ask { border-color: #8a5a00; } .go { border-color: #00603c; }
article { border-top: 1px solid #b1b4b6; padding: .5rem 0; } article h4 { font-size: 1.05rem; margin: .5rem 0; }
dl { margin: 0; } dt { font-weight: bold; } dd { margin: 0 0 .4rem 0; overflow-wrap: anywhere; }
footer { border-top: 1px solid #b1b4b6; margin-top: 3rem; padding-top: 1rem; font-size: .95rem; color: #404040; }
code { overflow-wrap: anywhere; } table { border-collapse: collapse; } th, td { text-align: right; padding: .2rem .8rem; border-bottom: 1px solid #b1b4b6; }
.words th, .words td { text-align: left; vertical-align: top; } svg { display: block; margin: 1rem 0; }
@media (min-width: 40rem) { dl { display: grid; grid-template-columns: 8rem 1fr; } }
summary { cursor: pointer; font-weight: bold; padding: .5rem 0; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } article { break-inside: avoid; } }
"""
NOTE: Final = (
    "Practice, not legal advice. Each finding names the encoded clause and the recorded reading that it used; "
    "what people must judge is left to people."
)
_SYMBOLS: Final = {
    Outcome.MET: "\u2713",
    Outcome.NOT_MET: "\u2717",
    Outcome.CANNOT_TELL: "?",
    Outcome.NOT_APPLICABLE: "\u2013",
}
_LOOKS: Final = {
    Verdict.PERMIT: "go",
    Verdict.PERMIT_WITH_OBLIGATIONS: "go",
    Verdict.REFER: "ask",
    Verdict.REFUSE: "stop",
    Verdict.NOT_COVERED: "stop",
}


def render(run: Run) -> str:
    """Answer the page."""
    number = len(run.decisions)
    heading = f"{number} decision{'' if number == 1 else 's'}"
    body = [line for decision in run.decisions for line in _decision(decision)]
    title = f"{heading} under an information sharing agreement"
    return visible(page(title, heading, [*body, *_problems(run)]))


def page(title: str, heading: str, body: Iterable[str]) -> str:
    """Answer a page around what it holds: one style, which its own policy alone allows, and the note at the foot."""
    allowed = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    head = [
        "<!doctype html>",
        '<html lang="en-GB">',
        "<head>",
        '<meta charset="utf-8">',
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{allowed}'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{heading}</h1>",
    ]
    foot = ["</main>", f"<footer><p>{NOTE}</p></footer>", "</body>", "</html>", ""]
    return "\n".join([*head, *body, *foot])


def _decision(decision: Decision) -> Iterator[str]:
    fact, agreement = decision.fact, decision.agreement
    yield f"<h2>{escape(fact.kind.value.capitalize())} {escape(fact.reference)}</h2>"
    yield f'<p class="verdict {_LOOKS[decision.verdict]}"><strong>{escape(verdict_words(decision))}</strong><br>'
    yield f"under {escape(agreement.title)} ({escape(agreement.id)} {escape(agreement.version)}), as at {instant(decision.now)}</p>"
    stops = [one for one in decision.findings if stopping(one)]
    groups = (
        ("What stops it", [one for one in stops if one.outcome is Outcome.NOT_MET]),
        ("What cannot be told yet", [one for one in stops if one.outcome is Outcome.CANNOT_TELL]),
        ("Departed from under a dispensation", [one for one in decision.findings if one.dispensation]),
        ("Advice", [one for one in decision.findings if _is_advice(one)]),
    )
    for title, findings in groups:
        if findings:
            yield f"<h3>{title}</h3>"
            for finding in findings:
                yield from _finding(finding, decision)
    yield from _seen(decision)
    if decision.obligations:
        yield "<h3>What must be done</h3>"
        yield "<ul>"
        for one in decision.obligations:
            when = f"by {instant(one.by)}" if one.by else "no time stated"
            numbers = ", ".join(clause.number for clause in one.clauses)
            yield f"<li>{escape(one.do)} ({escape(when)}; clause {escape(numbers)})</li>"
        yield "</ul>"
    yield f"<p>{escape(counts(decision.findings))}.</p>"
    met = [one for one in decision.findings if one.outcome is Outcome.MET]
    if met:
        yield f"<h3>What was met</h3><details><summary>{len(met)} rule{'' if len(met) == 1 else 's'}</summary>"
        for finding in met:
            yield from _finding(finding, decision)
        yield "</details>"


def _seen(decision: Decision) -> Iterator[str]:
    """What was seen in the files of an export, and where; never what stands there."""
    told = [one for one in decision.observations if one.weight is not Weight.ALLOWED]
    if not told:
        return
    yield "<h3>Seen in the files</h3><ul>"
    for one in told:
        where = ", ".join(filter(None, (str(one.place), one.part)))
        shape = f", of the shape {one.shape}" if one.shape else ""
        yield f"<li>{escape(one.words)}{escape(shape)} ({escape(where)})</li>"
    yield "</ul>"


def _is_advice(finding: Finding) -> bool:
    troubled = finding.outcome in {Outcome.NOT_MET, Outcome.CANNOT_TELL}
    return troubled and finding.rule.otherwise is Otherwise.ADVISE


def _finding(finding: Finding, decision: Decision) -> Iterator[str]:
    said = f"{_SYMBOLS[finding.outcome]} {escape(finding.rule.title)} ({OUTCOMES[finding.outcome]})"
    yield f"<article><h4>{said}</h4><dl>"
    facts: list[tuple[str, str]] = [(f"Clause {clause.number}", clause.says) for clause in finding.clauses]
    facts += [("Seen", finding.seen), ("Needs", needs(finding)), ("To satisfy", finding.satisfy)]
    if finding.dispensation:
        one = finding.dispensation
        facts.append(("Dispensed", f"{one.id}, by {one.approved_by}, until {one.expires}: {one.reason}"))
    facts += [
        ("Read as", f"{one.reading} ({one.id})") for one in decision.agreement.readings_of(finding.rule.id)
    ]
    facts += [("Where", str(finding.place)), ("Rule", finding.rule.id)]
    yield from rows(facts)
    yield "</dl></article>"


def rows(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Answer labels and texts as entries of a list; an empty text is left out."""
    for label, text in facts:
        if text:
            yield f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>"


def _problems(run: Run) -> Iterator[str]:
    if not run.problems and run.decisions:
        return
    yield "<h2>Could not be read</h2>"
    if not run.problems:
        yield "<p>No fact was found: nothing was checked, and nothing is permitted.</p>"
    yield "<ul>"
    for problem in run.problems:
        hint = f" Hint: {escape(problem.hint)}" if problem.hint else ""
        yield f"<li><code>{escape(str(problem.place))}</code>: {escape(problem.what)}.{hint}</li>"
    yield "</ul>"
