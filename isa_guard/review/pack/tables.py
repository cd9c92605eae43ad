"""The review as CSV, in the columns that information governance registers have; and all of it as JSON."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Final

from isa_guard.acts.dispensations import given_on, last_day
from isa_guard.acts.requests import approved_until, state_of
from isa_guard.model.act import Action, MatterKind
from isa_guard.review.pack.assurance import controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isa_guard.review.pack.gather import Decided
    from isa_guard.review.pack.pack import Pack

FORMAT: Final = "isa-guard/review/1"
# A cell that begins so is a formula to a spreadsheet, which the person who opens it did not write.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def tables(of: Pack) -> dict[str, str]:
    """Answer every table by the name of its file."""
    return {
        "decisions.csv": _decisions(of.gathered.decided),
        "clauses.csv": _clauses(of),
        "requests.csv": _requests(of),
        "agreements-register.csv": _agreements(of),
        "deadlines.csv": _deadlines(of),
        "dispensations.csv": _dispensations(of),
        "controls.csv": _controls(of),
    }


def _decisions(decided: Sequence[Decided]) -> str:
    heads = ("record", "decided_at", "kind", "decision", "agreement", "version", "from", "to", "purpose", "legal_basis", "not_met_or_unknown", "dispensations", "obligations", "replaces", "fact_sha256")  # fmt: skip
    return written(
        heads,
        (
            (one.index, one.at.isoformat(), one.kind, one.verdict, one.agreement, one.version, one.party("from"), one.party("to"), one.purpose, "; ".join(one.basis), "; ".join(f.rule for f in one.found), "; ".join(one.dispensations), one.obligations, one.supersedes, one.fact)
            for one in decided
        ),
    )  # fmt: skip


def _clauses(of: Pack) -> str:
    heads = ("clause", "says", "answer", "rules", "evidence", "person", "met", "not_met", "dispensed", "cannot_tell", "evidence_lacking", "signed_off_record")  # fmt: skip
    return written(
        heads,
        (
            (one.clause.number, one.clause.says, one.answer.value, "; ".join(one.rules), "; ".join(one.evidence), "; ".join(one.person), one.counts.met, one.counts.not_met, one.counts.dispensed, one.counts.cannot_tell, "; ".join(one.lacking), one.signed.index if one.signed else "")
            for one in of.clauses
        ),
    )  # fmt: skip


def _requests(of: Pack) -> str:
    heads = ("reference", "state", "requested_at", "requested_by_post", "requested_by_party", "last_act_at", "last_act_by_post", "approved_until")  # fmt: skip
    return written(
        heads,
        (
            (one.reference, state_of(one).value, one.opened.recorded_at.isoformat(), one.opened.by.post, one.opened.by.party, one.latest.recorded_at.isoformat(), one.latest.by.post, approved_until(one) or "")
            for one in of.matters(MatterKind.REQUEST)
        ),
    )  # fmt: skip


def _agreements(of: Pack) -> str:
    """The line that a register of information sharing agreements keeps of each agreement."""
    heads = ("reference", "title", "version", "status", "start_date", "end_date", "parties", "purposes", "legal_powers", "categories_of_data", "single_point_of_contact", "retention", "transfers", "decisions_in_period", "clauses_not_kept")  # fmt: skip
    rows = []
    for one in of.versions:
        terms = {term.path: str(term.value) for term in one.terms}
        rows.append((
            one.id, one.title, one.version, "in force" if one is of.agreement else "superseded", one.in_force.start, one.in_force.until or "",
            "; ".join(p.name for p in one.parties), "; ".join(p.title for p in one.purposes), "; ".join(g.title for g in one.gateways),
            "; ".join(c.title for c in one.categories), one.spoc.post, terms.get("retention.at_most", "not stated"), terms.get("onward.territories", "not stated"),
            sum(d.version == one.version for d in of.gathered.decided), sum(c.answer == "not kept" for c in of.clauses) if one is of.agreement else "",
        ))  # fmt: skip
    return written(heads, rows)


def _deadlines(of: Pack) -> str:
    heads = ("kind", "about", "state", "started", "end", "done", "rule", "calendar", "party", "note")
    return written(
        heads,
        (
            (one.kind.value, one.about, one.state(of.due.now).value, one.started.isoformat(), one.end.isoformat() if one.end else "", one.done.isoformat() if one.done else "", one.rule, one.calendar, one.party, one.note)
            for one in of.due.clocks
        ),
    )  # fmt: skip


def _dispensations(of: Pack) -> str:
    heads = ("rule", "given_on", "given_by", "second_person", "until", "revoked", "id")
    return written(
        heads,
        (
            (one.code("rule"), given_on(one), one.opened.by.post, confirmed.by.post if (confirmed := one.last(Action.CONFIRMED)) else "", last_day(one), "yes" if one.last(Action.REVOKED) else "no", one.id)
            for one in of.matters(MatterKind.DISPENSATION)
        ),
    )  # fmt: skip


def _controls(of: Pack) -> str:
    heads = ("control", "rating", "rules", "operated", "met", "not_met", "dispensed", "cannot_tell", "deadlines_met", "deadlines_missed")  # fmt: skip
    return written(
        heads,
        (
            (one.title, one.rating, one.rules, one.counts.looked_at, one.counts.met, one.counts.not_met, one.counts.dispensed, one.counts.cannot_tell, one.met, one.missed)
            for one in controls(of)
        ),
    )  # fmt: skip


def written(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Answer a table as CSV (RFC 4180). No cell is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_plain(str(cell)) for cell in row])
    return out.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_json(of: Pack) -> str:
    """Answer the review for programs: what the page says in figures, and nothing of persons."""
    held, period = of.gathered.register, of.gathered.period
    data = {
        "format": FORMAT,
        "agreement": {"id": of.agreement.id, "version": of.agreement.version, "sha256": of.agreement.digest},
        "period": {"from": period.start.isoformat(), "to": period.end.isoformat()},
        "register": {"origin": held.origin, "size": held.size, "root": held.root.hex()},
        "earlier": {"size": of.earlier.size, "root": of.earlier.root} if of.earlier else None,
        "decisions": {v: sum(one.verdict == v for one in of.gathered.decided) for v in sorted({one.verdict for one in of.gathered.decided})},
        "clauses": {one.clause.number: one.answer.value for one in of.clauses},
        "deadlines": {"overdue": len(of.due.overdue), "counted": len(of.due.clocks), "uncounted": len(of.due.problems)},
        "sample": {"seed": of.sample.seed, "outOf": of.sample.out_of, "records": [one.index for one in of.sample.drawn]},
    }  # fmt: skip
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
