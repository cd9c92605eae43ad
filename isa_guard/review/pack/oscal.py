"""The review as OSCAL assessment results, clause by clause, for the programs that auditors keep their findings in.

NIST's Open Security Controls Assessment Language, version 1.1.3. It knows two states of an objective, `satisfied` and `not-satisfied`.
A clause that was kept is satisfied (`pass`), one that was not is not satisfied (`fail`). One of which nothing can be told, that no
case tested, or that a person has yet to look at is `not-satisfied` for the reason `other`, and says in its remarks which: SP 800-53A
(4.3) has "other than satisfied" for an objective of which an assessor could not learn enough, and never counts it as satisfied.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.review.pack.clauses import Answer
from isa_guard.review.pack.oscal_names import (
    CATALOG,
    OSCAL,
    OURS,
    control_id,
    line,
    named_in,
    objective_id,
    parties,
    party_uuid,
    prop,
    prose,
    written,
)
from isa_guard.review.pack.oscal_observation import observation, signed_words
from isa_guard.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.model.act import Standing
    from isa_guard.review.pack.clauses import ClauseReviewed
    from isa_guard.review.pack.oscal_names import Tree
    from isa_guard.review.pack.pack import Pack

MEDIA: Final = {
    "html": "text/html", "csv": "text/csv", "json": "application/json", "jsonld": "application/ld+json", "pdf": "application/pdf",
}  # fmt: skip


def as_oscal(of: Pack, files: Mapping[str, bytes]) -> str:
    """Answer the review as OSCAL assessment results in JSON. `files` are the others of its folder, listed with their digests.

    Of the same review and files it is the same, byte for byte: every UUID is of the register's root and what it is about.
    """
    period = of.gathered.period
    signers = tuple(one.signed.by for one in of.clauses if one.signed is not None)
    roles: list[Tree] = [{"id": one, "title": line(f"Post {one}")} for one in dict.fromkeys(one.post for one in signers)]  # fmt: skip
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    metadata: dict[str, Tree] = {
        "title": line(f"Review of {of.agreement.id} {of.agreement.version}: {of.agreement.title}"),
        "last-modified": period.end.isoformat(),
        "version": period.end.date().isoformat(),
        "oscal-version": OSCAL,
        "parties": parties(of.agreement, tuple(one.party for one in signers)),
    }
    document: dict[str, Tree] = {
        "uuid": named_in(of, "document", *(f"{name} {digest}" for name, digest in listed.items())),
        "metadata": metadata | ({"roles": roles} if roles else {}),
        "import-ap": {"href": f"#{named_in(of, 'plan')}"},
        "results": [_result(of)],
        "back-matter": {
            "resources": [_plan(of), _register(of), *(_file(of, *one) for one in listed.items())]
        },
    }
    return written({"assessment-results": document})


def _result(of: Pack) -> Tree:
    period = of.gathered.period
    attested: list[Tree] = [_attestation(of, one, one.signed) for one in of.clauses if one.signed is not None]
    controls: list[Tree] = [{"control-id": control_id(one.clause.number)} for one in of.clauses]
    objectives: list[Tree] = [{"objective-id": objective_id(one.clause.number)} for one in of.clauses]
    found: dict[str, Tree] = {
        "uuid": named_in(of, "result"),
        "title": line(f"Clauses of {of.agreement.id} {of.agreement.version}"),
        "description": prose(
            f"{len(of.clauses)} clauses, held against {len(of.gathered.decided)} decisions and {len(of.gathered.audits)} audits of "
            f"logs, people's acts and deadlines, as they stand in the register {of.gathered.register.origin}."
        ),
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "local-definitions": {"assessment-assets": _assets(of)},
        "reviewed-controls": {
            "links": [{"href": CATALOG, "rel": "reference", "media-type": "application/json"}],
            "control-selections": [{"include-controls": controls}],
            "control-objective-selections": [{"include-objectives": objectives}],
        },
        "observations": [observation(of, one) for one in of.clauses],
        "findings": [_finding(of, one) for one in of.clauses],
    }
    return found | ({"attestations": attested} if attested else {})


def _finding(of: Pack, one: ClauseReviewed) -> Tree:
    number = one.clause.number
    state, reason = _state(one.answer)
    status: Tree = {"state": state, "reason": reason, "remarks": prose(_why(one))}
    return {
        "uuid": named_in(of, "finding", number),
        "title": line(f"Clause {number}: {one.answer.value}"),
        "description": prose(one.clause.says),
        "props": [prop("answer", one.answer.value)],
        "target": {"type": "objective-id", "target-id": objective_id(number), "status": status},
        "related-observations": [{"observation-uuid": named_in(of, "observation", number)}],
    }


def _state(answer: Answer) -> tuple[str, str]:
    match answer:
        case Answer.KEPT:
            return "satisfied", "pass"
        case Answer.NOT_KEPT:
            return "not-satisfied", "fail"
        case Answer.CANNOT_TELL | Answer.NEVER_TESTED | Answer.OPEN:
            return "not-satisfied", "other"
    assert_never(answer)


def _why(one: ClauseReviewed) -> str:
    match one.answer:
        case Answer.KEPT:
            return "All that there was to look at was met, or departed from under a dispensation."
        case Answer.NOT_KEPT:
            return "A rule was not met, evidence is overdue, or a person found that it was not kept."
        case Answer.CANNOT_TELL:
            return "Not determined: it cannot be told from what was recorded. This is no finding that it was broken."
        case Answer.NEVER_TESTED:
            return "Not determined: no case came up that its rules apply to. This is no finding that it was broken."
        case Answer.OPEN:
            return "Not determined: a person has yet to look at it and sign it off. This is no finding that it was broken."
    assert_never(one.answer)


def _attestation(of: Pack, one: ClauseReviewed, signed: Standing) -> Tree:
    part: Tree = {
        "uuid": named_in(of, "attestation", one.clause.number),
        "name": "sign-off",
        "ns": OURS,
        "title": line(f"Clause {one.clause.number}"),
        "props": [
            prop("clause", one.clause.number),
            prop("outcome", signed.code("outcome")),
            prop("record", str(signed.index)),
        ],
        "prose": prose(f"{signed_words(signed)}, {signed.recorded_at.isoformat()}."),
    }
    party: list[Tree] = [party_uuid(of.agreement, signed.by.party)]
    return {"responsible-parties": [{"role-id": signed.by.post, "party-uuids": party}], "parts": [part]}


def _assets(of: Pack) -> Tree:
    tool: Tree = {
        "uuid": named_in(of, "tool"),
        "type": "software",
        "title": "isa-guard",
        "description": "Decides by the rules of the agreement, keeps the register, and made this review.",
        "props": [prop("version", __version__)],
        "status": {"state": "operational"},
    }
    platform: Tree = {
        "uuid": named_in(of, "platform"),
        "uses-components": [{"component-uuid": named_in(of, "tool")}],
    }
    return {"components": [tool], "assessment-platforms": [platform]}


def _plan(of: Pack) -> Tree:
    """Answer what stands for an assessment plan: an agreement has none of its own, and an invented one would say what nobody agreed."""
    return {
        "uuid": named_in(of, "plan"),
        "title": "What was to be looked at",
        "description": prose(
            f"There is no assessment plan beside the agreement: every clause of {of.agreement.id} {of.agreement.version} is looked at, "
            f"in the ways that the agreement itself names. They are the assessment methods of the catalog."
        ),
        "rlinks": [{"href": CATALOG, "media-type": "application/json"}],
    }


def _register(of: Pack) -> Tree:
    held = of.gathered.register
    return {
        "uuid": named_in(of, "register"),
        "title": line(f"Register {held.origin}"),
        "description": "It is verified by `isa-guard register verify`, which also says whether a later one grew out of it.",
        "props": [prop("size", str(held.size)), prop("root", held.root.hex())],
    }


def _file(of: Pack, name: str, digest: str) -> Tree:
    link: dict[str, Tree] = {"href": name, "hashes": [{"algorithm": "SHA-256", "value": digest}]}
    media = MEDIA.get(name.rpartition(".")[2])
    return {
        "uuid": named_in(of, "file", name),
        "title": line(name),
        "rlinks": [link | ({"media-type": media} if media else {})],
    }
