"""The clocks of a breach: to the partner by the agreement, to the regulator and to people by law. None stands for another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import NotAuthorised
from isa_guard.language.values import to_datetime
from isa_guard.model.act import Action
from isa_guard.review.clocks.clock import Clock, Kind, of_hours
from isa_guard.review.clocks.terms import agreed, term
from isa_guard.uk.clocks import BreachRegime, breach_to_regulator
from isa_guard.uk.periods import in_london

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from isa_guard.load.acts import Said
    from isa_guard.model.act import Matter, Standing
    from isa_guard.model.agreement import Agreement

# From which moment the agreed hours run, by the word of the agreement: the field, and what people call it.
BEGINS: Final = {
    "occurrence": ("occurred_at", "the breach happened"),
    "discovery": ("discovered_at", "the breach was discovered"),
    "awareness": ("aware_at", "the controller became aware"),
}
# What the notice must say: by the agreement, and by law (UK GDPR Article 33(3), DPA 2018 s.67(4)).
PARTNER_CONTENTS: Final = ("nature", "mitigation")
REGULATOR_CONTENTS: Final = ("nature", "numbers", "contact", "consequences", "measures")
INDIVIDUALS_CONTENTS: Final = ("nature", "contact", "consequences", "measures")
CONTENTS: Final = {
    "partner": PARTNER_CONTENTS,
    "regulator": REGULATOR_CONTENTS,
    "individuals": INDIVIDUALS_CONTENTS,
    "controller": ("nature",),
}


def told(breach: Matter, whom: str) -> tuple[Standing, ...]:
    """Answer the notices of a breach to somebody, the first first."""
    return tuple(one for one in breach.every(Action.BREACH_NOTIFIED) if one.code("whom") == whom)


def lacking(breach: Matter, whom: str) -> tuple[str, ...]:
    """Answer what none of the notices to somebody has said yet, though it must be said."""
    given = {content for one in told(breach, whom) for content in one.codes("contents")}
    return tuple(one for one in CONTENTS[whom] if one not in given)


def breach_clocks(breach: Matter, agreement: Agreement) -> Iterator[Clock]:
    """Answer the clocks of a breach. Raises PeriodError."""
    yield from _to_partner(breach, agreement)
    yield from _to_regulator(breach)
    yield from _to_individuals(breach)


def _to_partner(breach: Matter, agreement: Agreement) -> Iterator[Clock]:
    if breach.code("party") == breach.code("originator"):
        return  # a party owes no notice of what was its own
    hours = agreed(agreement, "breach.hard", "breach/notice")
    if hours is None:
        return
    field, words = BEGINS.get(str(term(agreement, "breach.runs_from")), BEGINS["discovery"])
    start = breach.moment(field)
    begun = start or breach.opened.recorded_at
    soft = term(agreement, "breach.soft")
    speed = f", {soft}" if isinstance(soft, str) else ""
    yield Clock(
        Kind.BREACH_PARTNER,
        breach.reference,
        breach.id,
        words if start else f"{words} (not known when: counted from when it was opened)",
        begun,
        f"{breach.code('originator')} is told{speed}, with the mitigation taken",
        hours.end(begun),
        hours.rule,
        readings=hours.readings,
        done=_told_at(breach, "partner"),
        party=breach.code("party"),
        note=_lacking(breach, "partner"),
    )


def _to_regulator(breach: Matter) -> Iterator[Clock]:
    risk, aware, regime = breach.code("risk"), breach.moment("aware_at"), breach.code("regime")
    done = _told_at(breach, "regulator")
    if (risk == "unlikely" and done is None) or aware is None:
        return  # Article 33(1): not where a risk to people is unlikely; and no clock runs before awareness
    on = breach_to_regulator(aware, BreachRegime(regime) if regime else BreachRegime.UK_GDPR)
    end, rule = (
        (None, "Data Protection Act 2018 s.108: without undue delay") if on is None else of_hours(on)[:2]
    )
    assumed = "" if regime else "the regime is not said: UK GDPR is assumed"
    weighed = "" if risk else "the risk to people is not judged yet: the clock runs until it is"
    yield Clock(
        Kind.BREACH_REGULATOR,
        breach.reference,
        breach.id,
        "the controller became aware",
        aware,
        "the regulator is told, unless a risk to people is unlikely",
        end,
        rule,
        done=done,
        party=breach.code("party"),
        note="; ".join(filter(None, (assumed, weighed, _lacking(breach, "regulator")))),
    )


def _to_individuals(breach: Matter) -> Iterator[Clock]:
    if breach.code("risk") != "high":
        return
    law = breach.code("regime") == "law-enforcement"
    yield Clock(
        Kind.BREACH_INDIVIDUALS,
        breach.reference,
        breach.id,
        "the risk to people is high",
        breach.moment("aware_at") or breach.opened.recorded_at,
        "the people concerned are told",
        None,
        f"{'Data Protection Act 2018 s.68' if law else 'UK GDPR Art 34'}: without undue delay, and no number",
        done=_told_at(breach, "individuals"),
        party=breach.code("party"),
        note=_lacking(breach, "individuals"),
    )


def _told_at(breach: Matter, whom: str) -> datetime | None:
    """The first notice meets the clock: the law lets the rest follow in phases (Article 33(4))."""
    times = [at for one in told(breach, whom) if (at := one.moment("told_at")) is not None]
    return min(times, default=None)


def _lacking(breach: Matter, whom: str) -> str:
    unsaid = lacking(breach, whom) if told(breach, whom) else ()
    return f"the notice has not said yet: {', '.join(unsaid)}" if unsaid else ""


def refuse_unexplained(breach: Matter, agreement: Agreement, said: Said) -> None:
    """Raise NotAuthorised for a late first notice without its reason (UK GDPR Article 33(1); the agreement's own hours likewise)."""
    whom, told_at = said.codes["whom"], said.codes["told_at"]
    kind = {"partner": Kind.BREACH_PARTNER, "regulator": Kind.BREACH_REGULATOR}.get(str(whom))
    clock = next((one for one in breach_clocks(breach, agreement) if one.kind is kind), None)
    if clock is None or clock.end is None or clock.done is not None or "delay_reason" in said.words:
        return
    if isinstance(told_at, int) and to_datetime(told_at) > clock.end:
        when = in_london(clock.end)
        raise NotAuthorised(
            f"the notice is late, it was due by {when:%-d %B %Y %H:%M %Z}: say why with --delay-reason"
        )


def refuse_unfinished(breach: Matter, agreement: Agreement, said: Said) -> None:
    """Raise NotAuthorised where a breach would be closed while somebody who must be told has not been, and nobody says why."""
    excused = {Kind.BREACH_REGULATOR: "regulator_not_told", Kind.BREACH_INDIVIDUALS: "individuals_not_told"}
    for clock in breach_clocks(breach, agreement):
        if clock.done is None and excused.get(clock.kind) not in said.words:
            reason = excused.get(clock.kind)
            hint = (
                f": notify first, or say why not with --{reason.replace('_', '-')}"
                if reason
                else ": notify first"
            )
            raise NotAuthorised(f"open still: {clock.ends}{hint}")
    if (
        breach.code("risk") == "unlikely"
        and not told(breach, "regulator")
        and "regulator_not_told" not in said.words
    ):
        what = "the decision not to tell the regulator is recorded with its reason"
        raise NotAuthorised(f"{what}: --regulator-not-told")
