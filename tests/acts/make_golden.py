"""Makes the golden register of acts: `python -m tests.acts.make_golden`. To be done once a format; nothing is written over."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from isa_guard.model.act import Action
from tests.acts.office import desk_in
from tests.register.make_golden import packed

if TYPE_CHECKING:
    from tests.acts.office import Desk

GOLDEN = Path(__file__).parent / "golden" / "acts-1.tar.gz"
FACT = """\
format: isa-guard/transfer/1
agreement: cambridgeshire-opcc
transfer: {reference: R-1, from: constabulary, to: opcc, purpose: hold-to-account, categories: [performance]}
"""


def everything(desk: Desk) -> None:
    """One act of every kind, each in its turn."""
    request = desk.request("analyst", FACT)
    desk.act("spoc", Action.APPROVED, request, until="2026-12-31", reason="the purpose is plain")
    desk.act("owner", Action.PERMITTED, request, field="transfer.originator_permission", until="2026-12-31")
    approval = desk.ledger.matter(request).every(Action.APPROVED)[0]
    desk.act("spoc", Action.REVOKED, request, revokes=approval.act.id, reason="in error")
    desk.act("analyst", Action.WITHDRAWN, request)
    for action in (Action.REFUSED, Action.RETURNED):
        again = desk.request("analyst", FACT.replace("R-1", f"R-{action.value}"))
        desk.act("spoc", action, again, reason="not for this purpose")
    given = desk.act(
        "spoc",
        Action.DISPENSED,
        rule="requests/notice",
        scope="true",
        until="2027-03-31",
        reason="a court date",
    )
    desk.act("dpo", Action.CONFIRMED, given)
    breach = desk.act(
        "analyst", Action.BREACH_OPENED, reference="B-1", party="opcc", originator="constabulary", people=12, risk="risk",
        regime="uk-gdpr", discovered_at="2026-11-20T10:00:00Z", categories=["performance"], nature="a list left on a train",
    )  # fmt: skip
    desk.act("dpo", Action.BREACH_UPDATED, breach, risk="high", facts="it was found")
    told = {
        "whom": "partner",
        "told_at": "2026-11-21T10:00:00Z",
        "contents": ["nature", "mitigation"],
        "complete": True,
    }
    desk.act("dpo", Action.BREACH_NOTIFIED, breach, **told)
    desk.act("dpo", Action.BREACH_CLOSED, breach, effects="none", remedy="locked bags")
    held = desk.act(
        "analyst", Action.RECEIVED, reference="H-1", category="performance", received_on="2026-01-15"
    )
    desk.act("dpo", Action.HELD, held, ground="litigation", look_again_on="2027-01-15", reason="a claim")
    desk.act("dpo", Action.HOLD_RELEASED, held, reason="settled")
    desk.act("owner", Action.RETAINED, held, necessary=True, reason="still needed")
    gone = {"how": "secure-erase", "disposed_on": "2026-11-23", "authority": "data-protection-officer"}
    desk.act("analyst", Action.DISPOSED, held, **gone)
    asked = desk.act(
        "dpo", Action.ASKED, reference="F-1", right="foia", received_on="2026-10-20", holder="constabulary"
    )
    desk.act("dpo", Action.CLARIFICATION_SOUGHT, asked, sought_on="2026-10-21")
    desk.act("dpo", Action.CLARIFIED, asked, clarified_on="2026-10-30")
    desk.act("dpo", Action.CONSULTED, asked, whom="opcc", consulted_on="2026-11-02", permits=True)
    desk.act(
        "dpo", Action.EXTENDED, asked, told_on="2026-11-10", working_days=10, reason="the public interest"
    )
    desk.act(
        "dpo",
        Action.ANSWERED,
        asked,
        answered_on="2026-11-20",
        outcome="part-refused",
        exemptions=["s31-1-a"],
    )
    desk.act("dpo", Action.REVIEW_ASKED, asked, asked_on="2026-11-21")
    desk.act("dpo", Action.REVIEW_ANSWERED, asked, answered_on="2026-11-22", outcome="upheld")
    staff = desk.act(
        "analyst", Action.QUALIFIED, whose="S-1", post_of="analyst", what="training", on="2026-03-01"
    )
    desk.act("analyst", Action.LEFT, staff, on="2026-11-20")
    desk.act("spoc", Action.APPOINTED, office="commissioner", on="2026-05-01")
    desk.act("spoc", Action.REVIEWED, which="yearly", on="2026-11-10", parties=["constabulary", "opcc"])
    desk.act("spoc", Action.PROVIDED, what="access-list", on="2026-06-01", evidence="ab" * 32)
    desk.act(
        "auditor",
        Action.SIGNED_OFF,
        clause="1.2",
        outcome="met",
        note="as read",
        **{"from": "2026-01-01", "to": "2026-11-01"},
    )


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        desk = desk_in(Path(name) / "register")
        everything(desk)
        GOLDEN.parent.mkdir(exist_ok=True)
        with GOLDEN.open("xb") as file:
            file.write(packed(desk.made.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
