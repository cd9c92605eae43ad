"""The review as one page that stands alone and prints; the table of everything is in the files beside it."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from isa_guard.acts.dispensations import given_on, last_day
from isa_guard.acts.requests import state_of
from isa_guard.model.act import Action, MatterKind
from isa_guard.report.html import page
from isa_guard.report.visible import visible
from isa_guard.review.clocks.breaches import lacking, told
from isa_guard.review.clocks.clock import Kind, State
from isa_guard.review.clocks.holdings import hold_of
from isa_guard.review.pack.charts import BAD, DARK, DOUBT, FAIR, GOOD, PALE, Bar, stacked
from isa_guard.review.pack.clauses import Answer, tally
from isa_guard.review.pack.pack import open_questions
from isa_guard.review.told import brief
from isa_guard.uk.periods import in_london, london_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from isa_guard.review.pack.pack import Pack

VERDICTS: Final = ("permit", "permit-with-obligations", "refer", "refuse", "not-covered")
_VERDICT_COLOURS: Final = (GOOD, FAIR, DOUBT, BAD, DARK)
_ANSWER_COLOURS: Final = (GOOD, BAD, DOUBT, PALE, DARK)
_STATE_COLOURS: Final = (GOOD, DOUBT, BAD, FAIR, PALE, DARK)
MET: Final = (State.MET, State.LATE, State.OVERDUE, State.RUNNING, State.PAUSED, State.NO_NUMBER)
CLOCKED: Final = (
    Kind.REQUEST, Kind.BREACH_PARTNER, Kind.BREACH_REGULATOR, Kind.RIGHTS_ANSWER, Kind.RIGHTS_REVIEW, Kind.DISPOSAL,
    Kind.TRAINING, Kind.VETTING, Kind.REVIEW, Kind.EVIDENCE, Kind.OBLIGATION,
)  # fmt: skip
ANSWERS: Final = {
    Answer.KEPT: "go", Answer.NOT_KEPT: "stop", Answer.CANNOT_TELL: "ask", Answer.NEVER_TESTED: "ask", Answer.OPEN: "ask",
}  # fmt: skip


def render(of: Pack) -> str:
    """Answer the page."""
    period = of.gathered.period
    title = f"Review of {of.agreement.id}, {_day(period.start)} to {_day(period.end)}"
    return visible(page(escape(title), escape(title), list(_body(of))))


def _body(of: Pack) -> Iterator[str]:
    yield from _summary(of)
    yield from _decisions(of)
    yield from _clauses(of)
    yield from _requests(of)
    yield from _clocks(of)
    yield from _people(of)
    yield from _departures(of)
    yield from _sample(of)
    yield from _changed(of)
    yield from _questions(of)
    yield from _register(of)


def _summary(of: Pack) -> Iterator[str]:
    answers, overdue = tally(of.clauses), len(of.due.overdue)
    look = "stop" if answers[Answer.NOT_KEPT] or overdue else "ask" if answers[Answer.OPEN] else "go"
    yield f'<p class="verdict {look}"><strong>{answers[Answer.NOT_KEPT]} of {len(of.clauses)} clauses were not kept, '
    yield f"{overdue} deadlines are overdue.</strong><br>"
    rest = ", ".join(
        f"{answers[one]} {one.value}" for one in Answer if one is not Answer.NOT_KEPT and answers[one]
    )
    yield f"The others: {escape(rest)}.<br>"
    yield f"{escape(of.agreement.title)} ({escape(of.agreement.id)} {escape(of.agreement.version)}), {escape(str(of.agreement.in_force))}.</p>"
    if of.due.problems:
        yield "<h3>Could not be counted</h3><ul>"
        yield from (f"<li>{escape(one.what)}</li>" for one in of.due.problems)
        yield "</ul>"


def _decisions(of: Pack) -> Iterator[str]:
    yield "<h2>Decisions</h2>"
    months: dict[str, list[int]] = {}
    for one in of.gathered.decided:
        counts = months.setdefault(f"{in_london(one.at):%b %Y}", [0] * len(VERDICTS))
        counts[VERDICTS.index(one.verdict)] += 1
    if not months:
        yield "<p>Nothing was decided in the period.</p>"
        return
    bars = [Bar(month, tuple(counts)) for month, counts in months.items()]
    yield stacked("Decisions by month and outcome", VERDICTS, _VERDICT_COLOURS, bars)
    stopped = [one for one in of.gathered.decided if one.verdict in {"refuse", "not-covered", "refer"}]
    yield f"<p>{len(of.gathered.decided):,} decisions and {len(of.gathered.audits):,} audits of logs. What stopped {len(stopped):,} of them:</p>"
    rules: dict[str, int] = {}
    for one in stopped:
        for found in one.found:
            if not found.dispensation and found.otherwise != "advise":
                rules[found.rule] = rules.get(found.rule, 0) + 1
    most = sorted(rules, key=lambda name: (-rules[name], name))
    yield from _table(("rule", "decisions"), [(name, rules[name]) for name in most])


def _clauses(of: Pack) -> Iterator[str]:
    yield "<h2>Clause by clause</h2>"
    answers = tally(of.clauses)
    yield stacked(
        "Clauses by what the period says of them",
        [one.value for one in answers],
        _ANSWER_COLOURS,
        [Bar("clauses", tuple(answers.values()))],
    )
    yield "<table class='words'><thead><tr><th>Clause</th><th>Answer</th><th>Checked by</th><th>Met</th><th>Not met</th><th>Cannot tell</th></tr></thead><tbody>"
    for one in of.clauses:
        by = [
            *(f"rule {name}" for name in one.rules),
            *(f"evidence {name}" for name in one.evidence),
            *(f"person: {name}" for name in one.person),
        ]
        lacking = f" (lacks {', '.join(one.lacking)})" if one.lacking else ""
        signed = (
            f" (signed by {one.signed.by.post}, record {one.signed.index})" if one.signed is not None else ""
        )
        counts = one.counts
        cells = (counts.met, counts.not_met, counts.cannot_tell)
        yield f'<tr><th title="{escape(one.clause.says)}">{escape(one.clause.number)}</th><td>{one.answer.value}{escape(lacking + signed)}</td>'
        yield f"<td>{escape('; '.join(by))}</td>{''.join(f'<td>{cell:,}</td>' for cell in cells)}</tr>"
    yield "</tbody></table>"


def _requests(of: Pack) -> Iterator[str]:
    yield "<h2>Requests and permissions</h2>"
    rows = [
        (one.reference, state_of(one).value, one.opened.by.post, _moment(one.opened.recorded_at), one.latest.by.post, _days(one.opened.recorded_at, one.latest.recorded_at))
        for one in of.matters(MatterKind.REQUEST)
    ]  # fmt: skip
    bars = [
        Bar(one.reference, (one.days, 0) if one.days >= one.agreed else (0, one.days)) for one in of.notices
    ]
    if bars:
        agreed = of.notices[0].agreed
        yield stacked(
            f"Notice of formal requests in working days, of {agreed} agreed",
            ("enough", "too little"),
            (GOOD, BAD),
            bars,
        )
    yield from _table(("request", "state", "by", "asked", "last act by", "days between"), rows)


def _clocks(of: Pack) -> Iterator[str]:
    yield "<h2>Deadlines</h2>"
    bars = []
    for kind in CLOCKED:
        counts = of.tally(kind)
        parts = tuple(counts.get(state, 0) for state in MET)
        if sum(parts):
            bars.append(Bar(kind.value, parts))
    yield stacked("Deadlines met and missed", [one.value for one in MET], _STATE_COLOURS, bars)
    missed = [one for one in of.due.clocks if one.state(of.due.now) in {State.OVERDUE, State.LATE}]
    yield f"<p>Missed: {len(missed)}.</p><ul>"
    for one in missed:
        note = f"; {one.note}" if one.note else ""
        yield f"<li>{escape(brief(one, of.due.now))} ({escape(one.rule)}{escape(note)})</li>"
    yield "</ul>"
    yield "<h3>Breaches</h3>"
    yield from _table(
        ("breach", "party", "discovered", "told the partner", "told the regulator", "not said yet", "closed"),
        [
            (
                one.reference,
                one.code("party"),
                _moment(one.moment("discovered_at")),
                ", ".join(_moment(each.moment("told_at")) for each in told(one, "partner")) or "no",
                ", ".join(_moment(each.moment("told_at")) for each in told(one, "regulator")) or "no",
                ", ".join(lacking(one, "partner")) or "nothing",
                "yes" if one.last(Action.BREACH_CLOSED) else "no",
            )
            for one in of.matters(MatterKind.BREACH)
        ],
    )
    yield "<h3>Information held and disposed of</h3>"
    yield from _table(
        ("information", "category", "received", "held by law", "disposed of", "how", "authority"),
        [
            (
                one.reference,
                one.code("category"),
                str(one.day("received_on") or ""),
                hold.code("ground") if (hold := hold_of(one)) else "no",
                str(one.day("disposed_on") or "no"),
                one.code("how"),
                one.code("authority"),
            )
            for one in of.matters(MatterKind.HOLDING)
        ],
    )
    yield "<h3>Requests for information</h3>"
    yield from _table(
        ("request", "right", "received", "answered"),
        [
            (
                one.reference,
                one.code("right"),
                str(one.opened.day("received_on") or ""),
                _answered(of, one.id),
            )
            for one in of.matters(MatterKind.RIGHTS)
        ],
    )


def _answered(of: Pack, matter: str) -> str:
    clock = next((one for one in of.clocks(Kind.RIGHTS_ANSWER) if one.matter == matter), None)
    return "" if clock is None else brief(clock, of.due.now).partition(", ")[2]


def _people(of: Pack) -> Iterator[str]:
    yield "<h2>Training and vetting</h2>"
    rows = []
    for one in of.colleagues:
        mine = {c.kind: c for c in of.due.clocks if c.matter in {a.act.matter for a in one.acts}}
        states = [
            brief(c, of.due.now).partition(", ")[2] if (c := mine.get(kind)) else "not on record"
            for kind in (Kind.TRAINING, Kind.VETTING)
        ]
        rows.append((one.post, one.party, *states, str(one.left or "")))
    yield from _table(("post", "party", "training", "vetting", "left"), rows)


def _departures(of: Pack) -> Iterator[str]:
    yield "<h2>Dispensations</h2>"
    today = london_day(of.due.now)
    rows = [
        (one.code("rule"), one.opened.by.post, "yes" if one.last(Action.CONFIRMED) else "NO", str(last_day(one)), str((today - given_on(one)).days), "revoked" if one.last(Action.REVOKED) else "expired" if last_day(one) < today else "live")
        for one in of.matters(MatterKind.DISPENSATION)
    ]  # fmt: skip
    rows += [
        (one.rule, one.approved_by, "in the agreement", str(one.expires), "", "")
        for one in of.agreement.dispensations
    ]
    yield from _table(("rule", "given by", "second person", "until", "age in days", "state"), rows)


def _sample(of: Pack) -> Iterator[str]:
    yield "<h2>Sample</h2>"
    yield f"<p>{len(of.sample.drawn)} of {of.sample.out_of:,} decisions, drawn by the seed <code>{escape(of.sample.seed)}</code>. Each lies in "
    yield "<code>sample/</code> with the proof that it is in the register: <code>isa-guard register check-proof</code>.</p>"
    rows = [
        (str(one.index), _moment(one.at), one.kind, one.verdict, one.purpose, one.id)
        for one in of.sample.drawn
    ]
    yield from _table(("record", "when", "kind", "decision", "purpose", "id"), rows)


def _changed(of: Pack) -> Iterator[str]:
    yield "<h2>What changed, and what is out of date</h2>"
    rows = [(one.version, str(one.in_force), one.digest[:16]) for one in of.versions]
    yield from _table(("version", "in force", "sha256"), rows)
    for version, found in of.changes:
        yield f"<h3>Changed with {escape(version)}</h3><ul>"
        yield from (f"<li>{escape(one.words)}</li>" for one in found)
        yield "</ul>"
    yield from _table(
        ("clause", "names", "since", "instead"),
        [(number, one.term, one.since, one.instead) for number, one in of.stale],
    )


def _questions(of: Pack) -> Iterator[str]:
    found = open_questions(of)
    yield "<h2>Open questions for people</h2>"
    yield "<p>No machine answers these. Each is signed off by its reviewer: <code>isa-guard agreement sign-off</code>.</p>"
    yield "<table class='words'><thead><tr><th>Clause</th><th>Says</th><th>Kept?</th><th>Post and date</th></tr></thead><tbody>"
    for one in found:
        yield f"<tr><th>{escape(one.clause.number)}</th><td>{escape(one.clause.says)}</td><td></td><td></td></tr>"
    yield "</tbody></table>"


def _register(of: Pack) -> Iterator[str]:
    held = of.gathered.register
    yield "<h2>The register</h2><dl>"
    facts = [
        ("Name", held.origin),
        ("Records", f"{held.size:,}, of them {len(of.gathered.decided):,} decisions of this agreement in the period"),
        ("Root", held.root.hex()),
        ("Witnessed", f"{held.witnessed.size:,} records, {_moment(held.witnessed.at)}" if held.witnessed else "by nobody"),
        ("Last review", f"{of.earlier.size:,} records, root {of.earlier.root}: today's register grew out of it" if of.earlier else "none was named: nothing to compare with"),
        ("Erased", f"{len(held.erased):,} cases, each with its record"),
    ]  # fmt: skip
    for name, text in facts:
        yield f"<dt>{name}</dt><dd>{escape(text)}</dd>"
    yield "</dl>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    every = list(rows)
    if not every:
        yield "<p>None.</p>"
        return
    yield f"<table class='words'><thead><tr>{''.join(f'<th>{escape(one.capitalize())}</th>' for one in heads)}</tr></thead><tbody>"
    for row in every:
        yield f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>"
    yield "</tbody></table>"


def _day(moment: datetime) -> str:
    return f"{in_london(moment):%-d %B %Y}"


def _moment(moment: datetime | None) -> str:
    return f"{in_london(moment):%-d %b %Y %H:%M}" if moment is not None else "not known"


def _days(start: datetime, end: datetime) -> str:
    return str((end - start).days)
