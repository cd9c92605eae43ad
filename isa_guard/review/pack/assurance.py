"""A summary by control, as boards read it: what operated, how often, how well, on one page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.model.audit import Counts
from isa_guard.report.html import page
from isa_guard.report.visible import visible
from isa_guard.review.clocks.clock import Kind, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.review.pack.pack import Pack

# A control, the rule families that carry it, the deadlines that belong to it.
CONTROLS: Final = (
    ("Requests are decided by those who may", ("requests", "coverage"), (Kind.REQUEST, Kind.APPROVAL)),
    ("Only what is needed and lawful is shared", ("sharing", "export"), ()),
    ("Marking and handling", ("markings", "handling"), ()),
    ("Onward sharing", ("onward",), ()),
    ("People are trained and vetted", ("people",), (Kind.TRAINING, Kind.VETTING)),
    ("Breaches are told in time", ("breach",), (Kind.BREACH_PARTNER, Kind.BREACH_REGULATOR, Kind.BREACH_INDIVIDUALS)),
    ("Information is kept no longer than agreed", ("retention",), (Kind.DISPOSAL, Kind.HOLD, Kind.POLICE_REVIEW, Kind.OBLIGATION)),
    ("Requests for information are answered in time", ("owner", "disclosure"), (Kind.RIGHTS_ANSWER, Kind.RIGHTS_REVIEW)),
    ("Exchanges and refusals are recorded, logs agree", ("log", "audit"), (Kind.WITNESS,)),
    ("The agreement is reviewed and its evidence current", ("review",), (Kind.REVIEW, Kind.EVIDENCE)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Control:
    """One control: how often its rules operated, how they came out, and its deadlines."""

    title: str
    rules: int
    counts: Counts
    met: int
    missed: int

    @property
    def rating(self) -> str:
        """What a board asks: does it work? A control that never operated has shown nothing."""
        failed = self.counts.not_met - self.counts.dispensed
        if not self.counts.looked_at and not self.met and not self.missed:
            return "did not operate"
        if failed or self.missed:
            return "with exceptions"
        return "cannot tell in part" if self.counts.cannot_tell else "operated"


def controls(of: Pack) -> tuple[Control, ...]:
    """Answer every control. A rule of a family that no control names has one of its own: none is left out."""
    known = {family for _, families, _ in CONTROLS for family in families}
    ids = [one.id for one in of.agreement.rules] + [one.id for one in of.agreement.log_rules]
    others = tuple(dict.fromkeys(one.partition("/")[0] for one in ids if one.partition("/")[0] not in known))
    extra = ((f"Rules of the family {family}", (family,), ()) for family in others)
    return tuple(_control(of, ids, *one) for one in (*CONTROLS, *extra))


def _control(
    of: Pack, ids: list[str], title: str, families: tuple[str, ...], kinds: tuple[Kind, ...]
) -> Control:
    mine = [one for one in ids if one.partition("/")[0] in families]
    counts = Counts()
    for rule in mine:
        counts = counts.plus(of.counts.get(rule, Counts()))
    states = [one.state(of.due.now) for kind in kinds for one in of.clocks(kind)]
    met = sum(state is State.MET for state in states)
    missed = sum(state in {State.LATE, State.OVERDUE} for state in states)
    return Control(title, len(mine), counts, met, missed)


def render(of: Pack) -> str:
    """Answer the page."""
    return visible(
        page("Controls assurance", f"Controls assurance: {escape(of.agreement.id)}", list(_body(of)))
    )


def _body(of: Pack) -> Iterator[str]:
    found = controls(of)
    failing = sum(one.rating == "with exceptions" for one in found)
    yield f'<p class="verdict {"stop" if failing else "go"}"><strong>{failing} of {len(found)} controls had exceptions.</strong></p>'
    yield "<table class='words'><thead><tr><th>Control</th><th>How well</th><th>Operated</th><th>Met</th><th>Not met</th><th>Dispensed</th>"
    yield "<th>Cannot tell</th><th>Deadlines met</th><th>Missed</th></tr></thead><tbody>"
    for one in found:
        counts = one.counts
        cells = (
            counts.looked_at,
            counts.met,
            counts.not_met,
            counts.dispensed,
            counts.cannot_tell,
            one.met,
            one.missed,
        )
        numbers = "".join(f"<td>{cell:,}</td>" for cell in cells)
        yield f"<tr><th>{escape(one.title)}</th><td>{one.rating}</td>{numbers}</tr>"
    yield "</tbody></table>"
    yield "<p>Operated: how often a rule of the control had a case to look at. Deadlines: those that ended by the end of the period.</p>"
