"""The agreement as an ODRL policy with the terms of DPV, in JSON-LD: for programs of others, which know no format of ours.

Only what the data of the agreement say is said. A purpose may be served over every flow, and with each of its categories: one
permission for each. What is held to by rules alone, and by no term, is not here; the rules decide, and this decides nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from isa_guard.review.odrl_terms import (
    MEASURES,
    PROFILE,
    constraint,
    context,
    duration,
    held,
    link,
    named,
    term,
    within,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.model.agreement import Agreement, Category, Flow, Gateway, Party, Purpose
    from isa_guard.review.odrl_terms import Node

AGREEMENT: Final = "agreement.odrl.jsonld"
ALL: Final = "this:information"


def as_odrl(agreement: Agreement) -> str:
    """Answer the agreement as JSON-LD: one policy of type odrl:Agreement, and what it speaks of."""
    graph: list[Node] = [
        _policy(agreement),
        *(_party(agreement, one) for one in agreement.parties),
        *(_purpose(agreement, one) for one in agreement.purposes),
        *(_gateway(one) for one in agreement.gateways),
        {"@id": ALL, "type": ["odrl:AssetCollection", "dpv:Data"], "title": "All that is shared under the agreement"},
        *(_category(agreement, one) for one in agreement.categories),
        *_of_our_own(),
    ]  # fmt: skip
    return json.dumps({"@context": context(agreement), "@graph": graph}, indent=1, ensure_ascii=False) + "\n"


def _policy(agreement: Agreement) -> Node:
    permissions = [*_permissions(agreement), *_onward(agreement)]
    prohibitions, obligations = [*_prohibitions(agreement)], [*_obligations(agreement)]
    until = agreement.in_force.until
    days: dict[str, Node] = {"dcat:startDate": _day(str(agreement.in_force.start))}
    days |= {"dcat:endDate": _day(str(until))} if until is not None else {}
    policy: dict[str, Node] = {
        "uid": "this:agreement",
        "type": ["odrl:Agreement", "odrl:Policy", "dpv:LegalAgreement"],
        "profile": PROFILE,
        "title": agreement.title,
        "dct:identifier": agreement.id,
        "dct:hasVersion": agreement.version,
        "dct:temporal": {"type": "dct:PeriodOfTime", **days},
        "isa:sha256": agreement.digest,
        "dpv:hasPurpose": [link("purpose", one.id) for one in agreement.purposes],
        "dpv:hasData": [link("category", one.id) for one in agreement.categories],
        "dpv:hasRecipient": [link("party", one) for one in dict.fromkeys(f.recipient for f in agreement.flows)],
        "dpv:hasTechnicalOrganisationalMeasure": [*_measures(agreement)],
        "permission": [*permissions],
        "prohibition": [*prohibitions],
        "obligation": [*obligations],
    }  # fmt: skip
    return {key: value for key, value in policy.items() if value != []}


def _party(agreement: Agreement, one: Party) -> Node:
    node: dict[str, Node] = {
        "@id": named("party", one.id),
        "type": ["odrl:Party", "dpv:Entity"],
        "title": one.name,
        "isa:kind": one.kind,
    }
    spoc = agreement.spoc
    return node | ({"isa:singlePointOfContact": spoc.post} if spoc.acts_for == one.id else {})


def _purpose(agreement: Agreement, one: Purpose) -> Node:
    bases: list[Node] = [link("gateway", gateway) for gateway in one.gateways]
    if one.basis == "non-statutory" and _uses(agreement, "sharing/consent"):
        bases.append({"@id": "dpv:Consent"})
    node: dict[str, Node] = {
        "@id": named("purpose", one.id),
        "type": "dpv:Purpose",
        "title": one.title,
        "isa:basis": one.basis,
        "dpv:hasData": [link("category", category) for category in one.categories],
    }
    return node | ({"dpv:hasLegalBasis": bases} if bases else {})


def _gateway(one: Gateway) -> Node:
    return {"@id": named("gateway", one.id), "type": "dpv:LegalBasis", "title": one.title}


def _category(agreement: Agreement, one: Category) -> Node:
    node: dict[str, Node] = {
        "@id": named("category", one.id),
        "type": ["odrl:Asset", "dpv:Data"],
        "title": one.title,
        "partOf": ALL,
    }
    conditions = [*_storage(agreement, one)]
    node |= {"isa:field": [*one.fields]} if one.fields else {}
    return node | ({"dpv:hasStorageCondition": conditions} if conditions else {})


def _storage(agreement: Agreement, category: Category) -> Iterator[Node]:
    kept, places = term(agreement, "retention.at_most"), term(agreement, "storage.places")
    # Where it differs by party there is no one answer for the category: the duties to delete have each.
    if kept is not None and not any(one.by == "party" for one in kept.variations):
        value = held(kept, category.id, "")
        length = duration(value)
        node: dict[str, Node] = {"type": "dpv:StorageDuration", "description": f"at most {words(value)}"}
        yield node | ({"dpv:hasDuration": {"@value": length, "@type": "xsd:duration"}} if length else {})
    if places is not None:
        yield {"type": "dpv:StorageLocation", "description": words(held(places, category.id, ""))}


def _permissions(agreement: Agreement) -> Iterator[Node]:
    for flow in agreement.flows:
        for purpose in agreement.purposes:
            for category in purpose.categories:
                name = named("permission", flow.sender, flow.recipient, purpose.id, category)
                served = constraint("odrl:purpose", "odrl:eq", link("purpose", purpose.id))
                node = _rule(name, "odrl:Permission", flow, "odrl:use", named("category", category))
                yield node | {"constraint": [served]}


def _onward(agreement: Agreement) -> Iterator[Node]:
    """Permit sharing onward once the other party has consented, within the territories where some were agreed."""
    if not _uses(agreement, "onward/consent"):
        return
    territories = term(agreement, "onward.territories") if _uses(agreement, "onward/territory") else None
    for flow in agreement.flows:
        names = (flow.sender, flow.recipient)
        consent: Node = {
            "uid": named("duty-consent", *names),
            "type": "odrl:Duty",
            "action": "odrl:obtainConsent",
            "consentingParty": named("party", flow.sender),
        }
        node = _rule(named("permission-onward", *names), "odrl:Permission", flow, "odrl:distribute", ALL)
        node |= {"duty": [consent], "description": _clauses(agreement, "onward/consent")}
        if territories is not None and isinstance(territories.value, tuple):
            places: list[Node] = [link("territory", str(one)) for one in territories.value]
            node |= {"constraint": [constraint("odrl:spatial", "odrl:isAnyOf", places)]}
        yield node


def _prohibitions(agreement: Agreement) -> Iterator[Node]:
    if not _uses(agreement, "onward/consent"):
        return
    for flow in agreement.flows:
        name = named("prohibition-onward", flow.sender, flow.recipient)
        without = constraint("isa:consentOfAssigner", "odrl:eq", {"@value": "false", "@type": "xsd:boolean"})
        node = _rule(name, "odrl:Prohibition", flow, "odrl:distribute", ALL)
        yield node | {"constraint": [without], "description": _clauses(agreement, "onward/consent")}


def _obligations(agreement: Agreement) -> Iterator[Node]:
    told, kept = term(agreement, "breach.hard"), term(agreement, "retention.at_most")
    soft, start = term(agreement, "breach.soft"), term(agreement, "breach.runs_from")
    for flow in agreement.flows:
        names = (flow.sender, flow.recipient)
        if told is not None:
            value = held(told, "", flow.recipient)
            after = constraint("odrl:event", "odrl:gt", {"@id": "isa:breach"})
            said = [f"at the latest within {words(value)}"]
            said += [words(soft.value)] if soft is not None else []
            said += [f"from {words(start.value)}"] if start is not None else []
            node = _rule(named("duty-breach", *names), "odrl:Duty", flow, "odrl:inform", ALL)
            yield node | {
                "informedParty": named("party", flow.sender),
                "constraint": [after, within(value)],
                "dpv:hasOrganisationalMeasure": {"@id": "dpv:DataBreachNotification"},
                "description": "; ".join(said),
            }
        for category in agreement.categories if kept is not None else ():
            assert kept is not None
            value = held(kept, category.id, flow.recipient)
            name, target = named("duty-delete", *names, category.id), named("category", category.id)
            node = _rule(name, "odrl:Duty", flow, "odrl:delete", target)
            yield node | {"constraint": [within(value)], "description": f"kept for at most {words(value)}"}


def _measures(agreement: Agreement) -> Iterator[Node]:
    for one in agreement.terms:
        measure = MEASURES.get(one.path.partition(".")[0])
        if measure is not None:
            node: dict[str, Node] = {"@id": named("term", one.path), "type": measure, "isa:term": one.path}
            yield node | {"isa:value": words(one.value)}


def _of_our_own() -> Iterator[Node]:
    """Say what the words of ours mean, where they are used: a profile that is nowhere described helps nobody."""
    for name, meaning in (
        ("consentOfAssigner", "Whether the party that the information comes from has consented to this sharing onward."),
        ("agreedPeriod", "The time within which it is done, as agreed: in working days, school days or clear days."),
    ):  # fmt: skip
        yield {"@id": f"isa:{name}", "type": "odrl:LeftOperand", "rdfs:comment": meaning}
    yield {"@id": "isa:breach", "rdfs:comment": "A breach of the security of what was shared."}


def _rule(name: str, kind: str, flow: Flow, action: str, target: str) -> dict[str, Node]:
    return {
        "uid": name,
        "type": ["odrl:Rule", kind],
        "assigner": named("party", flow.sender),
        "assignee": named("party", flow.recipient),
        "action": action,
        "target": target,
    }


def _uses(agreement: Agreement, rule: str) -> bool:
    return any(one.id == rule for one in agreement.rules)


def _clauses(agreement: Agreement, rule: str) -> str:
    return f"clause {', '.join(one.number for one in agreement.clauses_of(rule))}"


def _day(day: str) -> Node:
    return {"@value": day, "@type": "xsd:date"}
