"""The agreement as an ODRL policy, read by rdflib: all that its data say is there, once, and every rule is a rule of ODRL."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF, XSD

from isa_guard.library import load_agreement
from isa_guard.model.agreement import Flow, InForce, Variation
from isa_guard.review.odrl import as_odrl
from isa_guard.review.odrl_terms import duration, namespace, within
from isa_guard.uk.periods import Period, Unit
from isa_guard.uk.working_days import Count

if TYPE_CHECKING:
    from rdflib.term import Node

    from isa_guard.model.agreement import Agreement

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib's own reader of JSON-LD
ODRL: Final = Namespace("http://www.w3.org/ns/odrl/2/")
DPV: Final = Namespace("https://w3id.org/dpv#")
ISA: Final = Namespace("https://isa-guard.org/ns/agreement#")
SHIPPED: Final = (
    "cambridgeshire-opcc",
    "example-care-framework",
    "example-hospital-discharge",
    "public-requests",
)
RULES: Final = (ODRL.permission, ODRL.prohibition, ODRL.obligation)


def of(name: str) -> Agreement:
    return load_agreement(name).agreements[-1]


def read(agreement: Agreement) -> Graph:
    return Graph().parse(data=as_odrl(agreement), format="json-ld")


def policy(graph: Graph) -> Node:
    (found,) = graph.subjects(RDF.type, ODRL.Agreement)
    return found


def rules(graph: Graph) -> list[Node]:
    return [rule for kind in RULES for rule in graph.objects(policy(graph), kind)]


def operands(graph: Graph, rule: Node, left: URIRef) -> list[Node]:
    """What the constraints of a rule on one operand hold it to."""
    constraints = [one for one in graph.objects(rule, ODRL.constraint) if (one, ODRL.leftOperand, left) in graph]  # fmt: skip
    return [right for one in constraints for right in graph.objects(one, ODRL.rightOperand)]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_party_purpose_category_and_gateway_is_there_by_its_title(name: str) -> None:
    agreement = of(name)
    graph, this = read(agreement), Namespace(namespace(agreement))
    for kind, type_, named in (
        ("party", ODRL.Party, {one.id: one.name for one in agreement.parties}),
        ("purpose", DPV.Purpose, {one.id: one.title for one in agreement.purposes}),
        ("category", ODRL.Asset, {one.id: one.title for one in agreement.categories}),
        ("gateway", DPV.LegalBasis, {one.id: one.title for one in agreement.gateways}),
    ):
        found = {str(one): str(graph.value(one, DCTERMS.title)) for one in graph.subjects(RDF.type, type_)}
        assert found == {str(this[f"{kind}-{id_}"]): title for id_, title in named.items()}
    (title,) = graph.objects(policy(graph), DCTERMS.title)
    assert str(title) == agreement.title


@pytest.mark.parametrize("name", SHIPPED)
def test_what_may_be_shared_is_permitted_over_every_flow_and_nothing_else(name: str) -> None:
    agreement = of(name)
    graph, this = read(agreement), Namespace(namespace(agreement))
    found = {
        tuple(map(str, row))
        for row in graph.query(
            """SELECT ?from ?to ?purpose ?category WHERE {
                ?policy a odrl:Agreement ; odrl:permission ?rule .
                ?rule odrl:assigner ?from ; odrl:assignee ?to ; odrl:action odrl:use ; odrl:target ?category ;
                    odrl:constraint [ odrl:leftOperand odrl:purpose ; odrl:operator odrl:eq ; odrl:rightOperand ?purpose ] .
            }""",
            initNs={"odrl": ODRL},
        )
        if not isinstance(row, bool)
    }
    assert found == {
        tuple(
            str(this[one])
            for one in (
                f"party-{flow.sender}",
                f"party-{flow.recipient}",
                f"purpose-{purpose.id}",
                f"category-{category}",
            )
        )
        for flow in agreement.flows
        for purpose in agreement.purposes
        for category in purpose.categories
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_every_rule_is_a_rule_of_odrl(name: str) -> None:
    """ODRL information model, 2.1.1 and 2.6: an agreement has both parties, a rule one action, permissions and prohibitions a target."""
    graph = read(of(name))
    assert rules(graph)
    for rule in rules(graph):
        for one in (ODRL.assigner, ODRL.assignee, ODRL.action, ODRL.target):
            assert len(list(graph.objects(rule, one))) == 1, (rule, one)
        assert (graph.value(rule, ODRL.assigner), RDF.type, ODRL.Party) in graph
    assert len(rules(graph)) == len(set(rules(graph)))
    for constraint in graph.subjects(RDF.type, ODRL.Constraint):
        assert len(list(graph.objects(constraint, ODRL.leftOperand))) == 1
        assert len(list(graph.objects(constraint, ODRL.operator))) == 1
        assert list(graph.objects(constraint, ODRL.rightOperand))


@pytest.mark.parametrize("name", SHIPPED)
def test_all_that_it_names_of_its_own_it_also_describes(name: str) -> None:
    agreement = of(name)
    graph = read(agreement)
    named = {
        one
        for triple in graph
        for one in triple
        if isinstance(one, URIRef) and one.startswith(namespace(agreement)) and "#territory-" not in one
    }
    assert named == {one for one in named if (one, None, None) in graph}
    operands = {one for one in graph.objects(None, ODRL.leftOperand) if str(one).startswith(ISA)}
    assert all((one, RDF.type, ODRL.LeftOperand) in graph for one in operands)


def test_it_is_read_without_fetching_anything() -> None:
    document = json.loads(as_odrl(of("cambridgeshire-opcc")))
    assert isinstance(document["@context"], dict)
    assert "@import" not in document["@context"]


def test_purposes_have_their_legal_bases_and_consent_only_where_no_statute_asks() -> None:
    agreement = of("cambridgeshire-opcc")
    graph, this = read(agreement), Namespace(namespace(agreement))
    for purpose in agreement.purposes:
        found = set(graph.objects(this[f"purpose-{purpose.id}"], DPV.hasLegalBasis))
        consent = {DPV.Consent} if purpose.basis == "non-statutory" else set()
        assert found == {this[f"gateway-{one}"] for one in purpose.gateways} | consent
    without = replace(agreement, rules=tuple(one for one in agreement.rules if one.id != "sharing/consent"))
    assert DPV.Consent not in set(read(without).objects())


def test_a_breach_is_told_to_whom_the_information_came_from_within_72_hours() -> None:
    agreement = of("cambridgeshire-opcc")
    graph = read(agreement)
    duties = [one for one in rules(graph) if (one, ODRL.action, ODRL.inform) in graph]
    assert len(duties) == len(agreement.flows)
    for duty in duties:
        (value,) = operands(graph, duty, ODRL.elapsedTime)
        assert isinstance(value, Literal)
        assert (value.datatype, value.toPython()) == (XSD.duration, timedelta(hours=72))
        assert operands(graph, duty, ODRL.event) == [ISA.breach]
        assert graph.value(duty, ODRL.informedParty) == graph.value(duty, ODRL.assigner)


def test_information_is_deleted_by_its_own_term_where_categories_differ() -> None:
    agreement = of("example-hospital-discharge")
    graph, this = read(agreement), Namespace(namespace(agreement))
    years = {"equipment": "P2Y", "safeguarding": "P25Y"}
    for category in agreement.categories:
        node = this[f"category-{category.id}"]
        duties = [one for one in graph.subjects(ODRL.target, node) if (one, ODRL.action, ODRL.delete) in graph]  # fmt: skip
        assert len(duties) == len(agreement.flows)
        said = years.get(category.id, "P8Y")
        assert {str(value) for one in duties for value in operands(graph, one, ODRL.elapsedTime)} == {said}
        conditions = [one for one in graph.objects(node, DPV.hasStorageCondition) if (one, RDF.type, DPV.StorageDuration) in graph]  # fmt: skip
        assert [str(graph.value(one, DPV.hasDuration)) for one in conditions] == [said]


def test_a_term_that_differs_by_party_binds_that_party_and_is_no_condition_of_the_category() -> None:
    agreement = of("example-care-framework")
    days = Variation("party", "council", Period(30, Unit.DAYS))
    terms = tuple(replace(one, variations=(days,)) if one.path == "retention.at_most" else one for one in agreement.terms)  # fmt: skip
    agreement = replace(agreement, terms=terms)
    graph, this = read(agreement), Namespace(namespace(agreement))
    found = {
        graph.value(one, ODRL.assignee): str(operands(graph, one, ODRL.elapsedTime)[0])
        for one in rules(graph)
        if (one, ODRL.action, ODRL.delete) in graph
    }
    assert found == {this["party-council"]: "P30D", this["party-trust"]: "P8Y"}
    assert not list(graph.subjects(RDF.type, DPV.StorageDuration))


def test_onward_sharing_is_prohibited_without_consent_and_permitted_with_it_in_the_territories() -> None:
    agreement = of("cambridgeshire-opcc")
    graph, this = read(agreement), Namespace(namespace(agreement))
    onward = [one for one in rules(graph) if (one, ODRL.action, ODRL.distribute) in graph]
    forbidden = [one for one in onward if (policy(graph), ODRL.prohibition, one) in graph]
    permitted = [one for one in onward if (policy(graph), ODRL.permission, one) in graph]
    assert len(forbidden) == len(permitted) == len(agreement.flows)
    for one in forbidden:
        (value,) = operands(graph, one, ISA.consentOfAssigner)
        assert value.toPython() is False  # type: ignore[attr-defined]
    for one in permitted:
        assert set(operands(graph, one, ODRL.spatial)) == {this["territory-uk"], this["territory-eea"]}
        (duty,) = graph.objects(one, ODRL.duty)
        assert (duty, ODRL.action, ODRL.obtainConsent) in graph
        assert graph.value(duty, ODRL.consentingParty) == graph.value(one, ODRL.assigner)
    assert "4.12" in str(graph.value(forbidden[0], DCTERMS.description))


def test_what_was_not_agreed_is_not_said() -> None:
    graph = read(of("public-requests"))
    assert not list(graph.objects(policy(graph), ODRL.obligation))
    assert not list(graph.objects(policy(graph), ODRL.prohibition))
    assert not list(graph.objects(policy(graph), DPV.hasTechnicalOrganisationalMeasure))


def test_measures_are_the_terms_that_speak_of_them_in_their_words() -> None:
    agreement = of("cambridgeshire-opcc")
    graph = read(agreement)
    found = {
        str(graph.value(one, ISA["term"])): (graph.value(one, RDF.type), str(graph.value(one, ISA["value"])))
        for one in graph.objects(policy(graph), DPV.hasTechnicalOrganisationalMeasure)
    }
    assert found["training.every"] == (DPV.StaffTraining, "1 year")
    assert found["vetting.accepted"] == (DPV.BackgroundChecks, "nppv2, nppv3")
    groups = {one.path.partition(".")[0] for one in agreement.terms}
    assert {one.partition(".")[0] for one in found} == groups & {"training", "vetting", "review", "channel", "disposal", "marking"}  # fmt: skip


def test_a_version_of_any_letters_has_a_namespace_of_its_own() -> None:
    agreement = of("public-requests")
    spaced = replace(
        agreement, version="May 2018/2", flows=(*agreement.flows, Flow("applicant", "authority"))
    )
    spaced = replace(spaced, in_force=InForce(date(2018, 5, 1), date(2020, 4, 30), "day"))
    graph = read(spaced)
    assert str(policy(graph)) == "https://isa-guard.org/agreement/public-requests/May%202018%2F2#agreement"
    assert namespace(agreement) != namespace(spaced)
    assert Literal("2020-04-30", datatype=XSD.date) in set(graph.objects())


@given(
    st.integers(1, 999_999),
    st.sampled_from([one for one in Unit if not one.needs_calendar]),
)
def test_a_period_is_the_duration_that_rdflib_reads_again(amount: int, unit: Unit) -> None:
    """Compared with a reader of xsd:duration that is not ours."""
    text = duration(Period(amount, unit))
    read_again = Literal(text, datatype=XSD.duration).toPython()
    if unit in {Unit.MONTHS, Unit.YEARS}:
        months = amount * (12 if unit is Unit.YEARS else 1)
        assert read_again.years * 12 + read_again.months == months
    else:
        hours = {Unit.HOURS: 1, Unit.DAYS: 24, Unit.WEEKS: 168}[unit]
        assert read_again == timedelta(hours=hours * amount)


@pytest.mark.parametrize(
    "period", [Period(10, Unit.WORKING_DAYS), Period(1, Unit.SCHOOL_DAYS), Period(3, Unit.DAYS, count=Count.CLEAR)]
)  # fmt: skip
def test_a_period_that_is_no_duration_is_said_in_words_and_not_rounded(period: Period) -> None:
    assert duration(period) is None
    said = within(period)
    assert isinstance(said, dict)
    assert (said["leftOperand"], said["rightOperand"]) == ("isa:agreedPeriod", {"@value": str(period)})
