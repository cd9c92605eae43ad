"""What a record says of a decision: enough to replay it, and nothing about anybody."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import isa_guard
from isa_guard.language.outcome import Outcome
from isa_guard.register.faults import Damage, RegisterBroken
from isa_guard.register.records import predicate
from isa_guard.register.records.dsse import open_unverified
from isa_guard.register.records.engine import sources_digest, this_engine
from isa_guard.register.records.predicate import NOT_OURS, commitment, context_part, decision_part
from isa_guard.register.verify import Walk, verify
from tests.register.making import ORIGIN, decided, decision_at, made_in, shipped

if TYPE_CHECKING:
    from isa_guard.model.decision import Decision
    from tests.register.making import Made

KEY = b"k" * 32
# Invented, and plainly so.
PLANTED = (
    "Zebulon Quagmire",
    "zebulon@quagmire.example",
    "14 Nowhere Lane",
    "ZZ99 9ZZ",
    "Quagmire",
    "zebulon",
)
FULL = """
format: isa-guard/transfer/1
agreement: cambridgeshire-opcc
transfer:
  reference: Zebulon Quagmire
  from: Zebulon Quagmire
  to: zebulon@quagmire.example
  originator: 14 Nowhere Lane
  purpose: about Zebulon Quagmire
  gateway: ZZ99 9ZZ
  categories: [Zebulon Quagmire, performance]
  fields: [14 Nowhere Lane]
  marking: OFFICIAL Quagmire
  treatment_reason: because of Zebulon Quagmire
  special_consideration: ZZ99 9ZZ
  address: zebulon@quagmire.example
  sender_address: zebulon@quagmire.example
  recipients: [{post: Zebulon Quagmire, vetting: sc}]
  onward: {organisation: Quagmire and Daughters, country: ZZ}
"""


def part(decision: Decision) -> dict[str, Any]:
    return json.loads(decision_part(decision, KEY).content)  # type: ignore[no-any-return]


def test_no_byte_of_the_register_but_the_cases_holds_what_was_planted(tmp_path: Path) -> None:
    from isa_guard.decide.decide import decide
    from isa_guard.load.facts import read_facts, type_fact
    from tests.register.making import NOON

    made = made_in(tmp_path / "register", ORIGIN)
    for kind, extra in (
        ("transfer", ""),
        ("breach", "delay_reason: Zebulon Quagmire was ill, party: Quagmire, notified_party: Quagmire"),
    ):
        if kind == "transfer":
            (untyped,) = read_facts(FULL.encode(), "Zebulon Quagmire.yaml")
            made.append(decide(shipped(), type_fact(untyped, shipped().schemas), now=NOON))
        else:
            made.append(decided(extra, "Zebulon Quagmire", kind))
    made.append(
        decided(
            "party: zebulon, owner: Quagmire, purpose: Quagmire, action: shared, recorded: true",
            "Quagmire",
            "event",
        )
    )
    made.append(
        decided(
            "regime: foia, holder: Quagmire, owner: zebulon, received_on: 2026-11-02",
            "ZZ99 9ZZ",
            "disclosure",
        )
    )
    texts = [open_unverified(one.envelope).payload for one in Walk(made.store, made.trust).records()]
    files = [
        path
        for path in made.folder.rglob("*")
        if path.is_file() and "cases" not in path.relative_to(made.folder).parts
    ]
    assert len(texts) == 4
    assert len(files) > 6
    for content in [*texts, *(path.read_bytes() for path in files), *(str(path).encode() for path in files)]:
        for name in PLANTED:
            for form in (
                name.encode(),
                name.upper().encode(),
                base64.b64encode(name.encode()).rstrip(b"="),
                hashlib.sha256(name.encode()).hexdigest().encode(),
            ):
                assert form not in content, (form, content[:80])
    kept = b"".join(path.read_bytes() for path in (made.folder / "cases").rglob("*") if path.is_file())
    assert b"Zebulon Quagmire" in kept  # it had to be found somewhere


def test_only_what_the_agreement_declares_is_named() -> None:
    ours = part(
        decided("from: constabulary, to: opcc, purpose: hold-to-account, basis: statutory, gateway: prsra-36")
    )
    assert (ours["parties"], ours["purpose"]) == ({"from": "constabulary", "to": "opcc"}, "hold-to-account")
    assert ours["legalBasis"] == ["statutory", "prsra-36"]
    strange = part(decided("from: nobody, to: opcc, purpose: curiosity, gateway: none"))
    assert (strange["parties"], strange["purpose"]) == ({"from": NOT_OURS, "to": "opcc"}, NOT_OURS)
    assert strange["legalBasis"] == [NOT_OURS]
    assert part(decided("volume: 1"))["purpose"] is None


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=9, max_size=14))
def test_no_text_of_a_fact_reaches_its_record(name: str) -> None:
    fields = f"from: {name}, to: {name}, purpose: {name}, gateway: {name}, categories: [{name}], marking: {name}, address: {name}"
    assert name.encode() not in decision_part(decided(fields, name), KEY).content


def test_a_reference_is_a_commitment_that_only_the_key_opens() -> None:
    found = part(decided(reference="T-0001"))["reference"]
    assert found == {"hmac-sha256": hmac.new(KEY, b"isa-guard/reference\0T-0001", "sha256").hexdigest()}
    assert commitment(KEY, "T-0001") != commitment(b"j" * 32, "T-0001")
    assert commitment(KEY, "T-0001") != commitment(KEY, "T-0002")


def test_every_rule_is_accounted_for_and_says_what_the_decision_says() -> None:
    decision = decided(
        "from: constabulary, to: opcc, purpose: hold-to-account, requested_on: 2026-11-02, needed_by: 2026-11-10, formality: formal"
    )
    found = part(decision)
    told_of = sorted([*(one["rule"] for one in found["findings"]), *found["met"], *found["notApplicable"]])
    assert told_of == sorted(one.rule.id for one in decision.findings)
    assert found["met"] == [one.rule.id for one in decision.findings if one.outcome is Outcome.MET]
    assert found["met"]
    notice = next(one for one in found["findings"] if one["rule"] == "requests/notice")
    assert (notice["outcome"], notice["otherwise"], notice["clauses"]) == ("not-met", "refuse", ["4.21"])
    assert re.fullmatch("/transfer/(needed_by|requested_on|formality)", notice["locator"])
    assert found["verdict"] == decision.verdict.value
    assert found["readings"] == [one.id for one in decision.readings]
    told = [one for one in found["findings"] if "missing" in one]
    assert told
    assert all(one["outcome"] == "cannot-tell" for one in told)
    assert NOT_OURS not in json.dumps(told)


def test_positions_in_lists_are_pointers() -> None:
    found = part(
        decided("purpose: hold-to-account, recipients: [{post: Analyst}, {post: Head, vetting: none}]")
    )
    locators = [one["locator"] for one in found["findings"]]
    assert all(re.fullmatch(r"|/transfer(/[a-z_]+|/[0-9]+)*", one) for one in locators), locators


def test_a_field_that_no_schema_has_is_not_repeated() -> None:
    decision = decided()
    finding = decision.findings[0]._replace(
        missing=("transfer.purpose", "transfer.recipients[3].post", "transfer.zebulon")
    )
    changed = type(decision)(
        decision.verdict, decision.agreement, decision.fact, decision.now, (finding,), ()
    )
    assert part(changed)["findings"][0]["missing"] == [
        "transfer.purpose",
        "transfer.recipients[3].post",
        NOT_OURS,
    ]


def test_obligations_name_their_duty_by_its_place() -> None:
    decision = decided("purpose: hold-to-account, needed_by: 2026-11-23, requested_on: 2026-11-02")
    found = part(decision)["obligations"]
    assert len(found) == len(decision.obligations) > 0
    for written, one in zip(found, decision.obligations, strict=True):
        assert one.rule.duties[written["duty"]].do == one.do
        assert (written["due"] is None) is (one.by is None)


def test_evidence_and_dispensations_are_named_by_digest_and_id() -> None:
    import dataclasses

    from isa_guard.model.facts import Evidence
    from isa_guard.model.rule import Dispensation

    decision = decided()
    fact = dataclasses.replace(
        decision.fact,
        evidence=(Evidence("transfer.b", "document", "b" * 64), Evidence("transfer.a", "document", "a" * 64)),
    )
    rule = decision.findings[0].rule
    let = Dispensation("let-1", rule.id, rule.require, "Zebulon asked", "Zebulon", None, None, rule.place)
    findings = (decision.findings[0]._replace(dispensation=let),)
    found = part(type(decision)(decision.verdict, decision.agreement, fact, decision.now, findings, ()))
    assert [one["role"] for one in found["inputs"]] == ["fact", "evidence", "evidence"]
    assert [one["digest"]["sha256"] for one in found["inputs"][1:]] == ["a" * 64, "b" * 64]
    assert found["dispensations"] == ["let-1"]
    assert found["findings"][0]["dispensation"] == "let-1"
    assert "Zebulon" not in json.dumps(found)


def test_json_and_yaml_are_told_apart() -> None:
    import dataclasses

    decision = decided()
    assert part(decision)["inputs"][0]["mediaType"] == "application/yaml"
    fact = dataclasses.replace(decision.fact, content=b' {"format": "x"}')
    written = part(dataclasses.replace(decision, fact=fact))["inputs"][0]
    assert (written["mediaType"], written["size"]) == ("application/json", 16)


def test_what_does_not_fit_moves_to_an_attachment_of_that_digest(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = decided()
    whole = part(decision)
    monkeypatch.setattr(predicate, "LIMIT_INLINE", 1_500)
    cut = decision_part(decision, KEY)
    found = json.loads(cut.content)
    assert cut.attachment is not None
    assert found["findingsTruncated"] is True
    assert found["findingsDigest"] == {"sha256": hashlib.sha256(cut.attachment).hexdigest()}
    assert 0 < len(found["findings"]) < len(whole["findings"])
    assert found["findings"] == whole["findings"][: len(found["findings"])]
    attached = json.loads(cut.attachment)
    assert attached == {name: whole[name] for name in ("findings", "met", "notApplicable", "obligations")}
    made.append(decision)
    assert verify(made.store, made.trust).size == 1
    (path,) = (path for path in (made.folder / "attachments").rglob("*") if path.is_file())
    good = path.read_bytes()
    path.write_bytes(good.replace(b"met", b"not", 1))
    with pytest.raises(RegisterBroken) as caught:
        verify(made.store, made.trust)
    assert (caught.value.damage, caught.value.index) == (Damage.ATTACHMENT, 0)
    path.unlink()
    with pytest.raises(RegisterBroken, match="lacks"):
        verify(made.store, made.trust)


def test_the_largest_lists_still_fit_an_envelope(made: Made) -> None:
    decision = decided()
    many = tuple(list(decision.findings) * 40)
    (receipt,) = made.append(
        type(decision)(decision.verdict, decision.agreement, decision.fact, decision.now, many, ())
    )
    assert decision_at(made, receipt.index).attachment is not None


def test_the_engine_is_the_whole_program() -> None:
    assert this_engine().digest == sources_digest(Path(isa_guard.__file__).parent)


def test_engine_and_calendars_are_named_by_digest(tmp_path: Path) -> None:
    found = context_part(shipped(), this_engine())
    assert [one["id"] for one in found["calendar"]][:1] == ["england-and-wales"]  # type: ignore[index, union-attr, call-overload]
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "b.py").write_text("b = 1\n")
    (tmp_path / "a.py").write_text("a = 1\n")
    (tmp_path / "left-out.txt").write_text("x")
    lines = "".join(
        f"{hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()}  {name}\n"
        for name in ("a.py", "inner/b.py")
    )
    assert sources_digest(tmp_path) == hashlib.sha256(lines.encode()).hexdigest()
