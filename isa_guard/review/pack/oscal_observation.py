"""What a review saw of a clause, as an OSCAL observation: by which method, with what result, in which records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.model.agreement import CheckedBy
from isa_guard.review.pack.oscal_names import line, method, named_in, party_uuid, prop, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.model.act import Standing
    from isa_guard.review.pack.clauses import ClauseReviewed
    from isa_guard.review.pack.oscal_names import Tree
    from isa_guard.review.pack.pack import Pack

CITED: Final = 20  # records in one sentence: the rest are in the table


def observation(of: Pack, one: ClauseReviewed) -> Tree:
    """Answer what was seen of a clause: how it was looked at, what came of it, and the records in which that stands."""
    number = one.clause.number
    methods: list[Tree] = [*dict.fromkeys(_methods(one))]
    actors: list[Tree] = [{"type": "tool", "actor-uuid": named_in(of, "tool")}]
    if one.signed is not None:
        by = one.signed.by
        actors.append({"type": "party", "actor-uuid": party_uuid(of.agreement, by.party), "role-id": by.post})
    return {
        "uuid": named_in(of, "observation", number),
        "title": line(f"Clause {number}"),
        "description": prose(" ".join(_seen(one))),
        "methods": methods,
        "types": ["control-objective"],
        "origins": [{"actors": actors}],
        "relevant-evidence": [*_evidence(of, one)],
        "collected": of.gathered.period.end.isoformat(),
    }


def _methods(one: ClauseReviewed) -> Iterator[str]:
    """Answer how it was looked at. That rules exist which nothing came before is seen in the register, and tests nothing."""
    if one.counts.looked_at:
        yield method(CheckedBy.RULES)
    if one.evidence or one.person or not one.counts.looked_at:
        yield method(CheckedBy.EVIDENCE)


def _seen(one: ClauseReviewed) -> Iterator[str]:
    counts = one.counts
    if one.rules and counts.looked_at:
        yield f"Its rules were met {counts.met} times and not met {counts.not_met} times, {counts.dispensed} of them under a dispensation."
        yield f"{counts.cannot_tell} times it could not be told."
    elif one.rules:
        yield "No case came up that its rules apply to."
    if one.evidence:
        lacking = (
            f"of which is overdue: {', '.join(one.lacking)}." if one.lacking else "none of which is overdue."
        )
        yield f"It asks for evidence ({', '.join(one.evidence)}), {lacking}"
    if one.signed is not None:
        yield f"{signed_words(one.signed)}."
    elif one.person:
        yield f"A person must look at it ({', '.join(one.person)}), and nobody has signed it off for the period."


def signed_words(signed: Standing) -> str:
    """Answer who signed a clause off, by post and party, and as what."""
    return f"{signed.by.post} of {signed.by.party} signed it off as {signed.code('outcome')} in record {signed.index}"


def _evidence(of: Pack, one: ClauseReviewed) -> Iterator[Tree]:
    held, gathered = of.gathered.register, of.gathered
    span = (
        "no record of it" if gathered.first is None else f"records {gathered.first} to {gathered.last} of it"
    )
    yield {
        "href": f"#{named_in(of, 'register')}",
        "description": prose(f"The register {held.origin}, {held.size} records with root {held.root.hex()}: {span} are of the period."),
        "props": [prop("root", held.root.hex()), prop("size", str(held.size))],
    }  # fmt: skip
    rules = frozenset(one.rules)
    against = [each.index for each in gathered.decided if any(found.rule in rules for found in each.found)]
    if against:
        yield _cited(
            of, "decisions.csv", "Decisions in which a rule of it was not met, or could not be told", against
        )
    audits = [
        index
        for index, _, audit in gathered.audits
        if any(tally.rule in rules for under in audit.under for tally in under.rules)
    ]
    if audits:
        yield _cited(of, "review.json", "Audits of logs that its rules were held to", audits)
    if one.signed is not None:
        yield _cited(of, "clauses.csv", "Signed off", [one.signed.index])


def _cited(of: Pack, name: str, what: str, records: list[int]) -> Tree:
    shown = ", ".join(map(str, records[:CITED]))
    more = f" and {len(records) - CITED} more" if len(records) > CITED else ""
    several = "record" if len(records) == 1 else "records"
    found: list[Tree] = [prop("record", str(index)) for index in records[:CITED]]
    return {
        "href": f"#{named_in(of, 'file', name)}",
        "description": prose(f"{what}: {several} {shown}{more}."),
        "props": found,
    }
