"""How a decision is made: the strictest wins, what cannot be told never passes, and nothing is hidden."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.decide.decide import decide
from isa_guard.decide.plan import NothingMatched
from isa_guard.decide.verdict import combined
from isa_guard.errors import UsageError
from isa_guard.language.outcome import Outcome
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.model.agreement import Agreement
from isa_guard.model.decision import Decision, Finding, Verdict
from isa_guard.model.facts import Evidence, Fact
from tests.load.documents import loaded, rule, small, write

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def fact(agreement: Agreement, lines: str, evidence: tuple[str, ...] = (), kind: str = "transfer") -> Fact:
    text = f"format: isa-guard/{kind}/1\n{kind}:\n  reference: T-1\n{lines}"
    proofs = [Evidence(field, "document", "0" * 64) for field in evidence]
    return type_fact(read_facts(text.encode(), "f")[0], agreement.schemas, proofs)


def decided(
    folder: Path, rules: list[dict[str, Any]], lines: str, evidence: tuple[str, ...] = (), **changes: Any
) -> Decision:
    cited = {"1": {"section": "1", "says": "x", "checked-by": {"rules": [one["id"] for one in rules]}}}
    agreement = loaded(folder, small(rules=rules, clauses=cited, **changes))
    return decide(agreement, fact(agreement, lines, evidence), now=NOW)


def test_a_rule_that_is_met_permits(tmp_path: Path) -> None:
    decision = decided(tmp_path, [rule()], "  volume: 500\n")
    assert decision.verdict is Verdict.PERMIT
    assert decision.findings[0].seen == "500 records"
    assert str(decision.findings[0].place) == "f:4:11"
    assert [clause.number for clause in decision.findings[0].clauses] == ["1"]


def test_a_rule_that_is_not_met_refuses_and_says_what_would_satisfy_it(tmp_path: Path) -> None:
    decision = decided(tmp_path, [rule()], "  volume: 501\n")
    assert decision.verdict is Verdict.REFUSE
    assert decision.findings[0].satisfy == "send at most 500"


def test_what_is_not_given_is_referred_and_named(tmp_path: Path) -> None:
    decision = decided(tmp_path, [rule()], "")
    assert decision.verdict is Verdict.REFER
    assert decision.findings[0].outcome is Outcome.CANNOT_TELL
    assert decision.findings[0].missing == ("transfer.volume",)
    assert decision.findings[0].seen == "not given records"
    assert str(decision.findings[0].place) == "f:3:3"


def test_what_the_rest_decides_needs_no_answer(tmp_path: Path) -> None:
    either = rule(
        needs=["transfer.volume", "transfer.personal"], require="transfer.volume < 5 || transfer.personal"
    )
    assert decided(tmp_path, [either], "  volume: 1\n").verdict is Verdict.PERMIT
    assert decided(tmp_path, [either], "  volume: 9\n").verdict is Verdict.REFER


@pytest.mark.parametrize(
    ("otherwise", "not_met", "unknown"),
    [
        ("not-covered", Verdict.NOT_COVERED, Verdict.REFER),
        ("refuse", Verdict.REFUSE, Verdict.REFER),
        ("refer", Verdict.REFER, Verdict.REFER),
        ("advise", Verdict.PERMIT, Verdict.PERMIT),
    ],
)
def test_each_kind_of_rule_leads_where_it_says(
    tmp_path: Path, otherwise: str, not_met: Verdict, unknown: Verdict
) -> None:
    one = rule(otherwise=otherwise)
    assert decided(tmp_path, [one], "  volume: 501\n").verdict is not_met
    assert decided(tmp_path, [one], "").verdict is unknown


ORDER = ["not-covered", "refuse", "refer", "advise"]
VERDICTS = [Verdict.NOT_COVERED, Verdict.REFUSE, Verdict.REFER, Verdict.PERMIT]


@pytest.mark.parametrize(("first", "second"), list(product(ORDER, ORDER)))
def test_of_two_that_are_not_met_the_stricter_wins(tmp_path: Path, first: str, second: str) -> None:
    rules = [rule(id="own/a", otherwise=first), rule(id="own/b", otherwise=second)]
    decision = decided(tmp_path, rules, "  volume: 501\n")
    assert decision.verdict is VERDICTS[min(ORDER.index(first), ORDER.index(second))]


def test_no_rule_that_applies_is_no_permission(tmp_path: Path) -> None:
    with pytest.raises(NothingMatched, match="no rule of small 1 applies"):
        decided(tmp_path, [rule(when="transfer.volume > 9")], "  volume: 1\n")


def test_no_rule_about_such_facts_is_no_permission(tmp_path: Path) -> None:
    agreement = loaded(tmp_path, small())
    with pytest.raises(NothingMatched, match="about a breach"):
        decide(agreement, fact(agreement, "  party: north\n", kind="breach"), now=NOW)


def test_a_now_without_an_offset_is_refused(tmp_path: Path) -> None:
    agreement = loaded(tmp_path, small())
    with pytest.raises(UsageError, match="offset"):
        decide(agreement, fact(agreement, ""), now=datetime(2026, 11, 23))


PERMISSION = rule(
    id="own/permission",
    needs=["transfer.originator_permission"],
    evidenced=["transfer.originator_permission"],
    require="transfer.originator_permission",
)


def test_an_assertion_is_no_evidence(tmp_path: Path) -> None:
    line = "  originator_permission: true\n"
    asserted = decided(tmp_path, [PERMISSION], line)
    assert asserted.verdict is Verdict.REFER
    assert asserted.findings[0].asserted == ("transfer.originator_permission",)
    evidenced = decided(tmp_path, [PERMISSION], line, ("transfer.originator_permission",))
    assert evidenced.verdict is Verdict.PERMIT


def test_evidence_does_not_turn_a_no_into_a_yes(tmp_path: Path) -> None:
    line = "  originator_permission: false\n"
    assert (
        decided(tmp_path, [PERMISSION], line, ("transfer.originator_permission",)).verdict is Verdict.REFUSE
    )


DUTIFUL = rule(
    obliges=[
        {"do": "dispose", "by": "due_date(transfer.needed_by, agreement.terms.keep.most)"},
        {"do": "report", "when": "transfer.volume > 100"},
        {"do": "ask", "when": "transfer.personal"},
    ],
    needs=["transfer.volume", "transfer.needed_by", "transfer.personal"],
)
KEEP = {"volume": {"most": 500}, "keep": {"most": "1 year"}}


def test_obligations_come_with_their_dates(tmp_path: Path) -> None:
    decision = decided(
        tmp_path, [DUTIFUL], "  volume: 101\n  needed_by: 2026-11-23\n  personal: false\n", terms=KEEP
    )
    assert decision.verdict is Verdict.PERMIT_WITH_OBLIGATIONS
    assert [one.do for one in decision.obligations] == ["dispose", "report"]
    assert decision.obligations[0].by == datetime(2027, 11, 23, 23, 59, 59, 999_999, tzinfo=UTC)
    assert decision.obligations[1].by is None


def test_a_duty_that_cannot_be_told_is_owed(tmp_path: Path) -> None:
    decision = decided(tmp_path, [DUTIFUL], "  volume: 1\n", terms=KEEP)
    assert [one.do for one in decision.obligations] == ["dispose", "ask"]
    assert decision.obligations[0].by is None


def test_what_is_refused_obliges_to_nothing(tmp_path: Path) -> None:
    assert decided(tmp_path, [DUTIFUL], "  volume: 501\n", terms=KEEP).obligations == ()


def dispensation(**changes: str) -> dict[str, Any]:
    one = {
        "rule": "own/volume",
        "scope": "transfer.volume < 1000",
        "reason": "an invented reason",
        "approved-by": "SPOC officer",
        "approved-on": "2026-11-23",
        "expires": "2026-11-23",
        **changes,
    }
    return {"format": "isa-guard/dispensations/1", "dispensations": {"d1": one}}


@pytest.mark.parametrize(
    ("changes", "volume", "verdict"),
    [
        ({}, 999, Verdict.PERMIT_WITH_OBLIGATIONS),
        ({}, 1000, Verdict.REFUSE),
        ({"expires": "2026-11-22", "approved-on": "2026-01-01"}, 999, Verdict.REFUSE),
        ({"approved-on": "2026-11-24", "expires": "2026-12-24"}, 999, Verdict.REFUSE),
        ({"expires": "some day"}, 999, Verdict.REFUSE),
        ({"approved-on": "some day"}, 999, Verdict.REFUSE),
    ],
)
def test_a_dispensation_holds_in_its_scope_and_its_days(
    tmp_path: Path, changes: dict[str, str], volume: int, verdict: Verdict
) -> None:
    write(tmp_path, dispensation(**changes), "dispensations.yaml")
    decision = decided(tmp_path, [rule()], f"  volume: {volume}\n", dispensations="dispensations.yaml")
    assert decision.verdict is verdict
    shown = [one.id for one in decision.dispensations]
    assert shown == (["d1"] if verdict is Verdict.PERMIT_WITH_OBLIGATIONS else [])
    assert decision.findings[0].outcome is Outcome.NOT_MET  # the departure stays visible


def test_no_dispensation_brings_a_transfer_under_the_agreement(tmp_path: Path) -> None:
    write(tmp_path, dispensation(), "dispensations.yaml")
    decision = decided(
        tmp_path, [rule(otherwise="not-covered")], "  volume: 501\n", dispensations="dispensations.yaml"
    )
    assert decision.verdict is Verdict.NOT_COVERED


def test_no_dispensation_answers_what_cannot_be_told(tmp_path: Path) -> None:
    write(tmp_path, dispensation(scope="true"), "dispensations.yaml")
    assert decided(tmp_path, [rule()], "", dispensations="dispensations.yaml").verdict is Verdict.REFER


VARIED = {"volume": {"most": {"default": 500, "by-category": {"cases": 20}, "by-party": {"south": 7}}}}


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ("  categories: [figures]\n  volume: 500\n", Verdict.PERMIT),
        ("  categories: [figures]\n  volume: 501\n", Verdict.REFUSE),
        ("  categories: [cases]\n  volume: 20\n", Verdict.PERMIT),
        ("  categories: [cases]\n  volume: 21\n", Verdict.REFUSE),
        ("  categories: [cases, figures]\n  volume: 1\n", Verdict.REFER),
        ("  to: south\n  volume: 7\n", Verdict.PERMIT),
        ("  to: south\n  volume: 8\n", Verdict.REFUSE),
        ("  to: south\n  categories: [cases]\n  volume: 1\n", Verdict.REFER),
        ("  to: south\n  categories: [figures]\n  volume: 8\n", Verdict.REFUSE),
        ("  volume: 500\n", Verdict.PERMIT),
    ],
)
def test_a_term_may_differ_by_category_and_party_and_is_never_guessed(
    tmp_path: Path, lines: str, verdict: Verdict
) -> None:
    assert decided(tmp_path, [rule()], lines, terms=VARIED).verdict is verdict


def test_a_category_keeps_its_own_value_where_that_happens_to_be_the_default(tmp_path: Path) -> None:
    terms = {"volume": {"most": {"default": 500, "by-category": {"cases": 500}, "by-party": {"south": 7}}}}
    lines = "  to: south\n  categories: [cases]\n  volume: 1\n"
    found = decided(tmp_path, [rule()], lines, terms=terms)
    assert found.verdict is Verdict.REFER  # 500 for the category, 7 for the party: neither is guessed


def test_the_readings_that_were_relied_on_are_named_once(tmp_path: Path) -> None:
    readings = {"r": {"clauses": ["1"], "question": "?", "reading": "so", "why": "because"}}
    rules = [rule(id="own/a"), rule(id="own/b"), rule(id="own/c", when="transfer.volume > 900")]
    decision = decided(tmp_path, rules, "  volume: 1\n", readings=readings)
    assert [one.id for one in decision.readings] == ["r"]


def test_the_same_question_has_the_same_answer(tmp_path: Path) -> None:
    agreement = loaded(tmp_path, small())
    asked = fact(agreement, "  volume: 501\n")
    assert decide(agreement, asked, now=NOW) == decide(agreement, asked, now=NOW)


def test_time_alone_can_change_an_answer(tmp_path: Path) -> None:
    late = rule(needs=["transfer.needed_by"], require="today <= transfer.needed_by", seen="{today}")
    agreement = loaded(tmp_path, small(rules=[late]))
    asked = fact(agreement, "  needed_by: 2026-11-23\n")
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    assert decide(agreement, asked, now=midnight - timedelta(microseconds=1)).verdict is Verdict.PERMIT
    assert decide(agreement, asked, now=midnight).verdict is Verdict.REFUSE


@settings(max_examples=60)
@given(st.permutations(["own/a", "own/b", "own/c"]), st.integers(0, 12))
def test_the_order_of_rules_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], volume: int
) -> None:
    known = {
        "own/a": rule(id="own/a", require="transfer.volume <= 10"),
        "own/b": rule(id="own/b", require="transfer.volume != 5", otherwise="refer"),
        "own/c": rule(id="own/c", require="transfer.volume < 12", otherwise="not-covered"),
    }
    folder = tmp_path_factory.mktemp("order")
    decision = decided(folder, [known[name] for name in order], f"  volume: {volume}\n")
    expected = (
        Verdict.NOT_COVERED
        if volume >= 12
        else Verdict.REFUSE
        if volume > 10
        else Verdict.REFER
        if volume == 5
        else Verdict.PERMIT
    )
    assert decision.verdict is expected


@given(st.lists(st.tuples(st.sampled_from(ORDER), st.sampled_from(list(Outcome)), st.booleans()), max_size=6))
def test_one_more_finding_never_makes_a_decision_milder(parts: list[tuple[str, Outcome, bool]]) -> None:
    """What was refused stays refused whatever else is found: a later permit cannot hide an earlier refusal."""
    from unittest.mock import Mock

    from isa_guard.model.rule import Otherwise

    def finding(part: tuple[str, Outcome, bool]) -> Finding:
        made = Mock(spec=["otherwise"], otherwise=Otherwise(part[0]))
        return Finding(made, part[1], (), "", "", (), (), "", Mock(), Mock() if part[2] else None)

    strictness = [
        Verdict.PERMIT,
        Verdict.PERMIT_WITH_OBLIGATIONS,
        Verdict.REFER,
        Verdict.REFUSE,
        Verdict.NOT_COVERED,
    ]
    findings = [finding(part) for part in parts]
    ranks = [strictness.index(combined(findings[:count], ())) for count in range(len(findings) + 1)]
    assert ranks == sorted(ranks)


def test_an_error_that_is_no_missing_field_is_told_as_what_it_is(tmp_path: Path) -> None:
    finding = decided(tmp_path, [rule(require="transfer.volume / 0 == 1")], "  volume: 1\n").findings[0]
    assert (finding.outcome, finding.missing) == (Outcome.CANNOT_TELL, ())
    assert "zero" in finding.cause


def test_two_readings_that_disagree_decide_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from isa_guard.errors import Defect
    from isa_guard.language import exact

    monkeypatch.setattr(exact, "cause", lambda *_: None)
    with pytest.raises(Defect, match="own/volume disagree"):
        decided(tmp_path, [rule()], "")


def test_what_cannot_be_told_obliges_to_nothing_yet(tmp_path: Path) -> None:
    decision = decided(tmp_path, [DUTIFUL], "  needed_by: 2026-11-23\n", terms=KEEP)
    assert (decision.verdict, decision.obligations) == (Verdict.REFER, ())


def test_a_term_deep_in_its_groups_varies_too(tmp_path: Path) -> None:
    terms = {"a": {"b": {"most": {"default": 5, "by-party": {"south": 7, "north": 7}}}, "other": 1}}
    one = rule(
        require="transfer.volume <= agreement.terms.a.b.most && agreement.terms.a.other == 1", satisfy="x"
    )
    assert (
        decided(tmp_path, [one], "  from: north\n  to: south\n  volume: 7\n", terms=terms).verdict
        is Verdict.PERMIT
    )
    assert decided(tmp_path, [one], "  from: elsewhere\n  volume: 7\n", terms=terms).verdict is Verdict.REFUSE


def test_an_event_has_one_category_where_a_transfer_has_several(tmp_path: Path) -> None:
    one = rule(
        on="event",
        needs=["event.category"],
        require="agreement.terms.volume.most == 20 && has(event.category)",
        seen="x",
    )
    clauses = {"1": {"section": "1", "says": "x", "checked-by": {"rules": ["own/volume"]}}}
    agreement = loaded(tmp_path, small(rules=[one], clauses=clauses, terms=VARIED))
    event = fact(agreement, "  category: cases\n", kind="event")
    assert decide(agreement, event, now=NOW).verdict is Verdict.PERMIT


def test_every_field_that_is_needed_and_not_given_is_named_the_decisive_one_first(tmp_path: Path) -> None:
    needs = [
        "transfer.volume",
        "transfer.recipients",
        "transfer.recipients[].trained_on",
        "transfer.personal",
        "transfer.purpose",
    ]
    one = rule(
        needs=needs,
        require="transfer.personal && transfer.volume < 5 && transfer.recipients.all(r, r.trained_on <= today)",
    )
    found = decided(tmp_path, [one], "  purpose: oversight\n").findings[0]
    assert found.missing == ("transfer.personal", "transfer.volume", "transfer.recipients")
    assert found.cause == ""
    within = decided(tmp_path, [one], "  personal: true\n  volume: 1\n  recipients: [{post: x}]\n").findings[
        0
    ]
    assert within.missing == ("transfer.recipients[0].trained_on", "transfer.purpose")


def test_a_when_that_cannot_be_told_names_its_own_field(tmp_path: Path) -> None:
    one = rule(needs=["transfer.personal", "transfer.volume"], when="transfer.personal")
    assert decided(tmp_path, [one], "  volume: 1\n").findings[0].missing == ("transfer.personal",)


DUE = {"do": "look again", "by": "due(transfer.sent_at, agreement.terms.keep.most)"}


def test_a_duty_with_a_time_of_day_keeps_it(tmp_path: Path) -> None:
    one = rule(obliges=[DUE], needs=["transfer.volume", "transfer.sent_at"])
    terms = {"volume": {"most": 500}, "keep": {"most": "72 hours"}}
    decision = decided(tmp_path, [one], "  volume: 1\n  sent_at: 2026-10-24T10:00:00+01:00\n", terms=terms)
    assert decision.obligations[0].by == datetime(2026, 10, 27, 9, tzinfo=UTC)
    assert [clause.number for clause in decision.obligations[0].clauses] == ["1"]
    assert decision.obligations[0].rule.id == "own/volume"


def test_advice_obliges_whether_it_is_taken_or_not_and_a_refusal_does_not(tmp_path: Path) -> None:
    duty = [{"do": "look again"}]
    assert decided(tmp_path, [rule(otherwise="advise", obliges=duty)], "  volume: 501\n").obligations
    assert not decided(tmp_path, [rule(otherwise="refer", obliges=duty)], "  volume: 501\n").obligations
    write(tmp_path, dispensation(), "dispensations.yaml")
    dispensed = decided(tmp_path, [rule(obliges=duty)], "  volume: 501\n", dispensations="dispensations.yaml")
    assert [one.do for one in dispensed.obligations] == ["look again"]


def test_two_agreements_of_the_same_words_are_planned_apart(tmp_path: Path) -> None:
    first = loaded(tmp_path / "a", small())
    second = loaded(tmp_path / "b", small(terms={"volume": {"most": 1}}))
    asked = "  volume: 2\n"
    assert decide(first, fact(first, asked), now=NOW).verdict is Verdict.PERMIT
    assert decide(second, fact(second, asked), now=NOW).verdict is Verdict.REFUSE
    assert decide(first, fact(first, asked), now=NOW).agreement is first


def test_a_finding_says_all_there_is_to_say_and_nothing_else(tmp_path: Path) -> None:
    agreement = loaded(tmp_path, small())
    asked = fact(agreement, "  volume: 500\n")
    decision = decide(agreement, asked, now=NOW)
    assert (decision.fact, decision.agreement, decision.now) == (asked, agreement, NOW)
    bound, clauses = agreement.rules[0], agreement.clauses
    place = asked.places["transfer.volume"]
    assert decision.findings == (
        Finding(bound, Outcome.MET, clauses, "500 records", "", (), (), "", place, None),
    )
    refused = decide(agreement, fact(agreement, "  volume: 501\n"), now=NOW).findings
    assert refused == (
        Finding(bound, Outcome.NOT_MET, clauses, "501 records", "send at most 500", (), (), "", place, None),
    )
    unknown = decide(agreement, fact(agreement, ""), now=NOW)
    where = unknown.fact.place
    assert unknown.findings == (
        Finding(
            bound,
            Outcome.CANNOT_TELL,
            clauses,
            "not given records",
            "send at most 500",
            ("transfer.volume",),
            (),
            "",
            where,
            None,
        ),
    )


def test_what_does_not_apply_says_nothing(tmp_path: Path) -> None:
    decision = decided(
        tmp_path, [rule(id="own/a"), rule(id="own/b", when="transfer.volume > 9")], "  volume: 1\n"
    )
    silent = decision.findings[1]
    assert silent == Finding(
        silent.rule, Outcome.NOT_APPLICABLE, silent.clauses, "", "", (), (), "", silent.rule.place, None
    )
    assert silent.clauses
    assert decision.applicable == decision.findings[:1]


def test_a_dispensation_that_has_run_out_does_not_hide_one_that_has_not(tmp_path: Path) -> None:
    old = dispensation(**{"approved-on": "2026-01-01", "expires": "2026-02-01"})
    live = dispensation()["dispensations"]["d1"]
    narrow = {**live, "scope": "transfer.volume < 3"}
    old["dispensations"] = {"d0": old["dispensations"]["d1"], "d1": narrow, "d2": live}
    write(tmp_path, old, "dispensations.yaml")
    decision = decided(tmp_path, [rule()], "  volume: 501\n", dispensations="dispensations.yaml")
    assert [one.id for one in decision.dispensations] == ["d2"]


def test_what_is_met_stops_nothing(tmp_path: Path) -> None:
    from isa_guard.decide.verdict import stopping

    for otherwise in ORDER:
        met = decided(tmp_path, [rule(otherwise=otherwise)], "  volume: 1\n").findings[0]
        assert stopping(met) is None
