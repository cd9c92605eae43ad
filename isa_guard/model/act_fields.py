"""The fields of every act: one description behind the reader of documents, the record, and the reference page.

A private field is words, and stays in the act's document. All others are codes, days, times and numbers, and go into the record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.language.types import BOOL, DATE, INT, TIMESTAMP, Field, List, Record, String
from isa_guard.model.act import Action, MatterKind
from isa_guard.model.people import Office

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.types import Type

WORDS: Final = String(private=True)
CODE: Final = String()  # held to CODE_FORM where it is read
CODE_FORM: Final = r"[a-z0-9][a-z0-9:/._#-]{0,199}"


@dataclass(frozen=True, slots=True)
class Form:
    """In which kinds of matter an action has a place, whether it opens one, who may do it, and what it says."""

    matters: tuple[MatterKind, ...]
    opens: bool
    offices: tuple[Office, ...]
    record: Record


def _must(name: str, kind: Type, doc: str) -> Field:
    return Field(name, kind, doc=doc)


def _may(name: str, kind: Type, doc: str) -> Field:
    return Field(name, kind, optional=True, doc=doc)


def _one_of(*values: str) -> String:
    return String(values=values)


_REFERENCE: Final = _must("reference", WORDS, "what people call it")
_REASON: Final = _must("reason", WORDS, "why")
_WHY: Final = _may("reason", WORDS, "why")
_NOTE: Final = _may("note", WORDS, "anything else that should be known")
_R, _S, _O, _D, _A = (
    Office.REQUESTER,
    Office.SPOC,
    Office.OWNER,
    Office.DATA_PROTECTION,
    Office.AUDITOR,
)
_ANYBODY: Final = (_R, _S, _O, _D)
PERMISSIONS: Final = {
    "transfer.originator_permission": Office.OWNER,
    "transfer.onward.owner_permission": Office.OWNER,
    "transfer.onward.partner_consent": Office.OWNER,
    "transfer.onward.spoc_authority": Office.SPOC,
    "disclosure.owner_permission": Office.OWNER,
    "disclosure.spoc_authority": Office.SPOC,
}
REGIMES: Final = _one_of("uk-gdpr", "law-enforcement", "intelligence")
RISKS: Final = _one_of("unlikely", "risk", "high")
RIGHTS: Final = _one_of("foia", "eir", "subject-access", "part-3-access")


def _form(matter: MatterKind, offices: tuple[Office, ...], name: str, *fields: Field) -> Form:
    return Form((matter,), opens=False, offices=offices, record=Record(name, fields))


def _opening(matter: MatterKind, offices: tuple[Office, ...], name: str, *fields: Field) -> Form:
    return Form((matter,), opens=True, offices=offices, record=Record(name, fields))


_FACT: Final = _must("fact", CODE, "the digest of the document that it is about")
_REQUESTS: Final = {
    Action.REQUESTED: _opening(
        MatterKind.REQUEST,
        (_R, _S, _O),
        "requested",
        _REFERENCE,
        _FACT,
        _must("position", CODE, "where in that document it stands"),
        _must("kind", _one_of("transfer", "disclosure"), "what kind of fact it is"),
        _must("decision", INT, "the index of the record in which it was decided"),
        _NOTE,
    ),
    Action.APPROVED: _form(
        MatterKind.REQUEST,
        (_S,),
        "approved",
        _must("until", DATE, "the last day on which it may be acted on"),
        _WHY,
    ),
    Action.REFUSED: _form(MatterKind.REQUEST, (_S,), "refused", _REASON),
    Action.RETURNED: _form(MatterKind.REQUEST, (_S,), "returned", _REASON),
    Action.WITHDRAWN: _form(MatterKind.REQUEST, (_R, _S, _O), "withdrawn", _WHY),
    Action.PERMITTED: _form(
        MatterKind.REQUEST,
        (_S, _O),
        "permitted",
        _must("field", _one_of(*PERMISSIONS), "what is permitted, by the field that it supports"),
        _must("until", DATE, "the last day on which it holds"),
        _WHY,
    ),
    Action.REVOKED: Form(
        (MatterKind.REQUEST, MatterKind.DISPENSATION),
        opens=False,
        offices=(_S, _O),
        record=Record(
            "revoked",
            (
                _may("revokes", CODE, "the id of the act that gave it; without one, all that was given"),
                _REASON,
            ),
        ),
    ),
}
_DISPENSATIONS: Final = {
    Action.DISPENSED: _opening(
        MatterKind.DISPENSATION,
        (_S,),
        "dispensed",
        _must("rule", CODE, "the rule that is departed from"),
        _must("scope", WORDS, "the condition under which, in the rule language"),
        _must("until", DATE, "the last day; twelve months at most"),
        _REASON,
    ),
    Action.CONFIRMED: _form(MatterKind.DISPENSATION, (_S, _O, _D), "confirmed", _NOTE),
}
_BREACHES: Final = {
    Action.BREACH_OPENED: _opening(
        MatterKind.BREACH,
        (*_ANYBODY,),
        "breach-opened",
        _REFERENCE,
        _must("party", CODE, "the party that suffered it"),
        _must("originator", CODE, "the party that the information came from"),
        _must("discovered_at", TIMESTAMP, "when somebody first noticed it"),
        _may("occurred_at", TIMESTAMP, "when it happened"),
        _may(
            "aware_at",
            TIMESTAMP,
            "when the controller was reasonably certain that personal data were affected",
        ),
        _may("regime", REGIMES, "the law under which the data were processed"),
        _may("risk", RISKS, "the risk to people, as it is judged now"),
        _may("people", INT, "about how many people"),
        _may("records", INT, "about how many records"),
        _may("categories", List(CODE), "the categories of data"),
        _must("nature", WORDS, "what happened"),
    ),
    Action.BREACH_NOTIFIED: _form(
        MatterKind.BREACH,
        (_S, _D, _O),
        "breach-notified",
        _must("whom", _one_of("partner", "regulator", "individuals", "controller"), "who was told"),
        _must("told_at", TIMESTAMP, "when"),
        _must(
            "contents",
            List(_one_of("nature", "numbers", "contact", "consequences", "measures", "mitigation")),
            "what the notice said",
        ),
        _may("phase", INT, "which of several notices, from 1"),
        _may("complete", BOOL, "nothing more is to follow"),
        _may("delay_reason", WORDS, "why it is late"),
    ),
    Action.BREACH_UPDATED: _form(
        MatterKind.BREACH,
        (_S, _D, _O),
        "breach-updated",
        _may(
            "aware_at",
            TIMESTAMP,
            "when the controller was reasonably certain that personal data were affected",
        ),
        _may("regime", REGIMES, "the law under which the data were processed"),
        _may("risk", RISKS, "the risk to people, as it is judged now"),
        _may("people", INT, "about how many people"),
        _may("records", INT, "about how many records"),
        _must("facts", WORDS, "what is known now"),
    ),
    Action.BREACH_CLOSED: _form(
        MatterKind.BREACH,
        (_S, _D),
        "breach-closed",
        _must("effects", WORDS, "what came of it"),
        _must("remedy", WORDS, "what was done"),
        _may("regulator_not_told", WORDS, "why the regulator was not told"),
        _may("individuals_not_told", WORDS, "why the people were not told"),
    ),
}
_HOLDINGS: Final = {
    Action.RECEIVED: _opening(
        MatterKind.HOLDING,
        (*_ANYBODY,),
        "received",
        _REFERENCE,
        _must("category", CODE, "the category of data"),
        _must("received_on", DATE, "when it came"),
        _may("created_on", DATE, "when the record was made"),
        _may("closed_on", DATE, "when the matter it belongs to was closed"),
        _may("last_contact_on", DATE, "when the person last came to notice"),
        _may("born_on", WORDS, "date of birth of the person, where the retention runs from it"),
        _may("group", INT, "the review group of police information, 1 to 4"),
        _may("fact", CODE, "the digest of the transfer's document"),
    ),
    Action.HELD: _form(
        MatterKind.HOLDING,
        (_S, _D),
        "held",
        _must("ground", _one_of("litigation", "inquiry", "disclosure-in-a-case", "rights-request"), "why"),
        _must("look_again_on", DATE, "when the hold is looked at again"),
        _REASON,
    ),
    Action.HOLD_RELEASED: _form(MatterKind.HOLDING, (_S, _D), "hold-released", _REASON),
    Action.RETAINED: _form(
        MatterKind.HOLDING,
        (_S, _D, _O),
        "retained",
        _may("last_contact_on", DATE, "when the person last came to notice"),
        _may("no_longer_needed_on", DATE, "when it ceased to be needed"),
        _may("next_review_on", DATE, "when it is looked at again"),
        _must("necessary", BOOL, "keeping it is necessary and proportionate"),
        _REASON,
    ),
    Action.DISPOSED: _form(
        MatterKind.HOLDING,
        (_R, _S, _D, _O),
        "disposed",
        _must(
            "how",
            _one_of("secure-erase", "confidential-waste", "cross-shredder", "returned"),
            "how it was disposed of",
        ),
        _must("disposed_on", DATE, "when"),
        _must("authority", CODE, "the post on whose authority"),
        _may("copies", INT, "how many copies"),
        _NOTE,
    ),
}
_RIGHTS: Final = {
    Action.ASKED: _opening(
        MatterKind.RIGHTS,
        (_S, _D, _O),
        "asked",
        _REFERENCE,
        _must("right", RIGHTS, "the right under which it is asked"),
        _must("received_on", DATE, "when the request was received"),
        _must("holder", CODE, "the party that was asked"),
        _may("owner", CODE, "the party that owns the information"),
        _may("identified_on", DATE, "when proof of identity came, where it was asked for"),
        _NOTE,
    ),
    Action.CLARIFICATION_SOUGHT: _form(
        MatterKind.RIGHTS, (_S, _D, _O), "clarification-sought", _must("sought_on", DATE, "when")
    ),
    Action.CLARIFIED: _form(MatterKind.RIGHTS, (_S, _D, _O), "clarified", _must("clarified_on", DATE, "when")),
    Action.CONSULTED: _form(
        MatterKind.RIGHTS,
        (_S, _D, _O),
        "consulted",
        _must("whom", CODE, "the party that was consulted"),
        _must("consulted_on", DATE, "when"),
        _may("permits", BOOL, "it permits the disclosure"),
    ),
    Action.EXTENDED: _form(
        MatterKind.RIGHTS,
        (_S, _D, _O),
        "extended",
        _must("told_on", DATE, "when the applicant was told"),
        _may("working_days", INT, "how many more working days, to weigh the public interest"),
        _may("months", INT, "how many more months, for a complex subject access request"),
        _REASON,
    ),
    Action.ANSWERED: _form(
        MatterKind.RIGHTS,
        (_S, _D, _O),
        "answered",
        _must("answered_on", DATE, "when"),
        _must("outcome", _one_of("disclosed", "part-refused", "refused", "not-held", "neither-confirmed-nor-denied"), "what"),
        _may("exemptions", List(CODE), "the exemptions claimed, as s31-1-a"),
    ),
    Action.REVIEW_ASKED: _form(MatterKind.RIGHTS, (_S, _D, _O), "review-asked", _must("asked_on", DATE, "when")),
    Action.REVIEW_ANSWERED: _form(
        MatterKind.RIGHTS,
        (_S, _D, _O),
        "review-answered",
        _must("answered_on", DATE, "when"),
        _must("outcome", _one_of("upheld", "partly-upheld", "overturned"), "what came of it"),
    ),
}  # fmt: skip
_STAFF: Final = {
    Action.QUALIFIED: _opening(
        MatterKind.STAFF,
        (*_ANYBODY,),
        "qualified",
        _must("whose", WORDS, "the staff number; never a name"),
        _must("post_of", CODE, "the post that the person fills"),
        _must("what", _one_of("induction", "training", "vetting"), "what was obtained"),
        _may("level", CODE, "the course and its version, or the level of clearance"),
        _must("on", DATE, "when"),
        _may("until", DATE, "the last day on which it is current"),
    ),
    Action.LEFT: _form(
        MatterKind.STAFF,
        (*_ANYBODY,),
        "left",
        _must("on", DATE, "the last day on which the person had access"),
    ),
}
_AGREEMENTS: Final = {
    Action.APPOINTED: _opening(
        MatterKind.AGREEMENT,
        (_S, _O, _D),
        "appointed",
        _must("office", _one_of("chief-constable", "commissioner", "other"), "the office"),
        _must("on", DATE, "when the new holder took it up"),
    ),
    Action.REVIEWED: _opening(
        MatterKind.AGREEMENT,
        (_S, _A, _O),
        "reviewed",
        _must("which", _one_of("first", "yearly", "office-holder"), "which review"),
        _must("on", DATE, "when it was held"),
        _must("parties", List(CODE), "the parties that took part"),
        _may("pack", CODE, "the digest of the review pack's manifest"),
    ),
    Action.PROVIDED: _opening(
        MatterKind.AGREEMENT,
        (_S, _O, _D, _A),
        "provided",
        _must("what", CODE, "the kind of evidence, as a clause names it"),
        _must("on", DATE, "of which day it is"),
        _may("until", DATE, "the last day on which it counts"),
        _must("evidence", CODE, "the digest of the document"),
    ),
    Action.SIGNED_OFF: _opening(
        MatterKind.AGREEMENT,
        (_A, _S),
        "signed-off",
        _must("clause", CODE, "the clause that a person looked at"),
        _must("outcome", _one_of("met", "not-met", "cannot-tell"), "what the person found"),
        _must("from", DATE, "the first day looked at"),
        _must("to", DATE, "the last day looked at"),
        _NOTE,
    ),
}
FORMS: Final[Mapping[Action, Form]] = {
    **_REQUESTS,
    **_DISPENSATIONS,
    **_BREACHES,
    **_HOLDINGS,
    **_RIGHTS,
    **_STAFF,
    **_AGREEMENTS,
}
