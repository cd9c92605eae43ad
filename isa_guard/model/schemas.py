"""The fields of every kind of fact: the one description behind checker, loader, JSON Schema and reference.

Only `reference` is required. All else may be missing, because a missing answer is not a malformed document:
it is what makes a rule answer "cannot tell yet", and say what it needs.
A `private` field may hold what identifies a person; rules may test it, reports never show it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.language.types import BOOL, DATE, INT, TIMESTAMP, Field, List, Record, String
from isa_guard.model.facts import FactKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.types import Type

TEXT: Final = String()
PRIVATE: Final = String(private=True)


def _optional(name: str, kind: Type, doc: str) -> Field:
    return Field(name, kind, optional=True, doc=doc)


def _words(*values: str) -> String:
    return String(values=values)


REFERENCE: Final = Field(
    "reference", TEXT, optional=False, doc="the sender's own number for it; a code, never a name"
)

RECIPIENT: Final = Record(
    "recipient",
    (
        _optional("post", TEXT, "the post, never a person's name"),
        _optional("vetted_until", DATE, "the last day on which the person's vetting is current"),
        _optional(
            "vetting",
            _words("none", "bpss", "nppv1", "nppv2", "nppv3", "ctc", "sc", "dv"),
            "the clearance held",
        ),
        _optional("inducted_on", DATE, "when the induction training was completed"),
        _optional("trained_on", DATE, "when the yearly training was last completed"),
    ),
)

ONWARD: Final = Record(
    "onward",
    (
        _optional("organisation", TEXT, "the further recipient, an organisation"),
        _optional("country", TEXT, "where it is established, ISO 3166 alpha-2"),
        _optional("similar_security", BOOL, "its security arrangements have been found similar"),
        _optional("partner_consent", BOOL, "the other party to the agreement consents"),
        _optional("spoc_authority", BOOL, "the SPOC has given express written authority"),
        _optional("owner_permission", BOOL, "the original owner of the information permits it"),
        _optional("public_request", BOOL, "it answers a request from the public (FOIA, EIR)"),
    ),
)

STORAGE: Final = Record(
    "storage",
    (
        _optional("place", _words("secured-drive", "force-system", "case-system", "personal-drive", "local-disk", "cloud", "paper-file"), "where the recipient will keep it"),
        _optional("members_only", BOOL, "only members of the receiving office have access to the folder"),
        _optional("need_to_know", BOOL, "access is granted to those alone who need it for their functions"),
        _optional("named_accounts", BOOL, "every account that can reach it belongs to one named person"),
    ),
)  # fmt: skip

PAPER: Final = Record(
    "paper",
    (
        _optional("printed", BOOL, "it will be printed"),
        _optional("locked", BOOL, "printed copies are locked away when not in use"),
        _optional("need_to_know", BOOL, "printed copies go to those alone who need to know"),
        _optional("clear_desk", BOOL, "a clear desk is kept where it is used"),
    ),
)

TRANSFER: Final = Record(
    "transfer",
    (
        REFERENCE,
        _optional("from", TEXT, "the party that sends"),
        _optional("to", TEXT, "the party that receives"),
        _optional("originator", TEXT, "the party that the information comes from"),
        _optional("purpose", TEXT, "the purpose, by its id in the agreement"),
        _optional("purpose_stated", BOOL, "the request says clearly what the information is for"),
        _optional("basis", _words("statutory", "consent"), "what the sharing rests on"),
        _optional("gateway", TEXT, "the legal power, by its id in the agreement"),
        _optional("consent_recorded", BOOL, "the consent of the people concerned is on record"),
        _optional("in_doubt", BOOL, "somebody has raised a legal doubt about it"),
        _optional("legal_advice", BOOL, "legal advice on the doubt has been taken"),
        _optional("categories", List(TEXT), "the categories of data, by their ids in the agreement"),
        _optional("fields", List(TEXT), "the fields to be sent, where the agreement schedules them"),
        _optional("volume", INT, "how many records"),
        _optional("requested_on", DATE, "the day on which the request reached the sender"),
        _optional("needed_by", DATE, "the day on which it is to be released"),
        _optional("formality", _words("formal", "informal"), "a formal request, or one between colleagues"),
        _optional("via", _words("spoc", "colleague"), "where the request was made"),
        _optional("already_accessible", BOOL, "the requester can already reach it in a system it uses"),
        _optional("needs_context", BOOL, "it needs interpretation, comment or context from the holder"),
        _optional("burden_reasonable", BOOL, "meeting the request is a reasonable burden on the holder"),
        _optional("personal", BOOL, "it holds personal data"),
        _optional("only_effective_way", BOOL, "nothing less than personal data would serve"),
        _optional("treatment", _words("clear", "pseudonymised", "anonymised", "aggregated"), "what was done to personal data"),
        _optional("treatment_practicable", BOOL, "anonymising or pseudonymising would still serve the functions"),
        _optional("treatment_reason", PRIVATE, "why it is sent in clear"),
        _optional("special_category", BOOL, "it holds special category data (UK GDPR Article 9) or is sensitive processing (DPA 2018 s.35)"),
        _optional("special_consideration", PRIVATE, "the additional consideration given to the need for it"),
        _optional("about", _words("nobody", "offender", "victim", "witness", "complainant", "staff"), "whether it is about individuals, and which"),
        _optional("high_profile", BOOL, "the individual case is of high profile"),
        _optional("public_concern", BOOL, "the individual case is of public concern"),
        _optional("marking", TEXT, "the protective marking on it; leave out if unmarked"),
        _optional("originator_permission", BOOL, "the originator expressly permits sharing it"),
        _optional("handling_instructions_carried", BOOL, "its handling instructions go with it"),
        _optional("restrictions", _words("none", "noted", "not-noted"), "restrictions beyond the agreement, and whether they are noted on it"),
        _optional("channel", _words("force-system", "shared-drive", "secure-mail", "secure-portal", "internet-mail", "phone", "post", "by-hand", "removable-media", "messaging-app"), "how it travels"),
        _optional("address", PRIVATE, "the mail address it is sent to"),
        _optional("sender_address", PRIVATE, "the mail address it is sent from"),
        _optional("transport_evidence", BOOL, "TLS and MTA-STS between the two mail domains have been checked"),
        _optional("extra_encryption", BOOL, "the content itself is encrypted for the recipient"),
        _optional("partner_security_policy", BOOL, "the partner's information security policy is on file"),
        _optional("storage", STORAGE, "how the recipient will keep it"),
        _optional("paper", PAPER, "printed copies"),
        _optional("recipients", List(RECIPIENT), "the posts that will have access"),
        _optional("onward", ONWARD, "a further sharing of information received under the agreement"),
        _optional("sent_at", TIMESTAMP, "when it was sent, once it has been"),
        _optional("request", TEXT, "the request in the register that it answers, by its reference"),
        _optional("request_approved", BOOL, "that request was approved, and this lies within it"),
    ),
)  # fmt: skip

ACTIONS: Final = (
    "accessed", "used", "shared", "received", "refused", "printed", "stored", "held", "disposed", "corrected",
    "reviewed", "review-outstanding", "trained", "requested", "permitted", "authorised", "access-granted",
    "access-ended", "breach-discovered", "breach-notified", "other",
)  # fmt: skip

EVENT: Final = Record(
    "event",
    (
        REFERENCE,
        _optional("action", _words(*ACTIONS), "what was done"),
        _optional("at", TIMESTAMP, "when"),
        _optional("source", TEXT, "the log in which it stands"),
        _optional("seq", INT, "its number in that log's own sequence"),
        _optional("actor", PRIVATE, "who did it: an account or a staff number"),
        _optional("party", TEXT, "the party that did it"),
        _optional("recipient", TEXT, "the organisation that it went to"),
        _optional("owner", TEXT, "the party that owns the information"),
        _optional("dataset", TEXT, "the record set, folder or system that holds the information"),
        _optional("ref", TEXT, "the number of the request, transfer or breach that ties events together"),
        _optional("records", INT, "how many records"),
        _optional("origin", PRIVATE, "the network address or device that it was done from"),
        _optional("justification", PRIVATE, "the reason that was entered"),
        _optional("purpose", TEXT, "the purpose it served"),
        _optional("shared_for", TEXT, "the purpose for which the information was shared"),
        _optional("category", TEXT, "the category of data"),
        _optional("marking", TEXT, "the protective marking"),
        _optional("medium", _words("electronic", "paper"), "electronic or paper"),
        _optional("recorded", BOOL, "the exchange or refusal stands in the register"),
        _optional("reason_given", BOOL, "a refusal carries its reason"),
        _optional("needed_by", DATE, "the day on which what is requested is to be released"),
        _optional("formality", _words("formal", "informal"), "a formal request, or one between colleagues"),
        _optional("received_on", DATE, "when the information was received"),
        _optional("needed_until", DATE, "the day on which it was no longer needed"),
        _optional("legal_hold", BOOL, "a legal hold suspends disposal"),
        _optional("method", _words("secure-erase", "confidential-waste", "cross-shredder", "strip-shredder", "general-waste", "recycling", "delete"), "how it was disposed of"),
        _optional("partners_informed_on", DATE, "when the partners were told of a correction"),
        _optional("corrected_on", DATE, "when the owner changed its information"),
        _optional("review", _words("first", "yearly", "office-holder"), "which review"),
        _optional("review_from", DATE, "commencement, the last yearly date, or the appointment"),
        _optional("reviewers", List(TEXT), "the parties that took part in the review"),
    ),
)  # fmt: skip

BREACH: Final = Record(
    "breach",
    (
        REFERENCE,
        _optional("party", TEXT, "the party that suffered it"),
        _optional("originator", TEXT, "the party that the information came from"),
        _optional("occurred_at", TIMESTAMP, "when it happened"),
        _optional("discovered_at", TIMESTAMP, "when somebody first noticed it"),
        _optional("aware_at", TIMESTAMP, "when the controller was reasonably certain"),
        _optional("notified_at", TIMESTAMP, "when the originating party was told"),
        _optional("notified_party", TEXT, "who was told"),
        _optional("mitigation_included", BOOL, "the notice says what was done at once to reduce the risk"),
        _optional("delay_reason", PRIVATE, "why the notice is late"),
        _optional("procedures_followed", BOOL, "the party's own breach procedure was followed"),
    ),
)

CLAIM: Final = Record(
    "claim",
    (
        _optional("citation", TEXT, "the exemption as the reply cites it: 31(1)(a), 40(2)"),
        _optional("condition", TEXT, "the condition of section 40(2) that the reply names: 40(3A)(a)"),
        _optional("basis_stated", _words("class", "prejudice"), "what the reply calls it: by class, or by prejudice"),
        _optional("strength_stated", _words("absolute", "qualified"), "what the reply calls it: absolute or qualified"),
        _optional("why", BOOL, "the reply says why it applies"),
        _optional("harm", BOOL, "the reply gives evidence of the harm"),
        _optional("likelihood", _words("would", "would-be-likely", "not-chosen"), "which prejudice the reply claims: that which would, or would be likely to, be caused; or it does not choose"),
        _optional("threshold", _words("more-likely-than-not", "real-and-significant-risk"), "how likely the reply says that the harm has to be"),
        _optional("interest_for", BOOL, "the reply gives public interest factors for disclosure"),
        _optional("interest_against", BOOL, "the reply gives public interest factors against it"),
        _optional("interest_balance", BOOL, "the reply says on which side the balance falls"),
        _optional("interest_headed", BOOL, "the public interest test stands under a heading of its own"),
        _optional("ncnd", BOOL, "it is claimed in order neither to confirm nor to deny"),
    ),
)  # fmt: skip

FIGURES: Final = Record(
    "figures",
    (
        _optional("export", TEXT, "the reference of the export whose check looked into the figures"),
        _optional("disclosures", List(TEXT), "what that check found the figures to give away"),
        _optional("least_shown", INT, "the smallest count of people that it let through as safe"),
    ),
)

OUTCOMES: Final = (
    "disclosed", "part-refused", "refused", "not-held", "ncnd", "over-cost-limit", "vexatious-or-repeated",
)  # fmt: skip

DISCLOSURE: Final = Record(
    "disclosure",
    (
        REFERENCE,
        _optional("regime", _words("foia", "eir", "subject-access", "part-3-access"), "the right under which it is asked"),
        _optional("holder", TEXT, "the party that was asked"),
        _optional("owner", TEXT, "the party that owns the information"),
        _optional("received_on", DATE, "when the request was received"),
        _optional("clarified_on", DATE, "when a clarification that was asked for arrived"),
        _optional("answered_on", DATE, "when it was answered"),
        _optional("request", TEXT, "the request in the register that it was put before the owner and the SPOC by"),
        _optional("owner_permission", BOOL, "the original owner permits the disclosure"),
        _optional("spoc_authority", BOOL, "the SPOC has given express written authority"),
        _optional("owner_consulted", BOOL, "the owner was consulted before the answer"),
        _optional("outcome", _words(*OUTCOMES), "what the reply, drafted or sent, comes to; ncnd neither confirms nor denies"),
        _optional("extension_working_days", INT, "further working days claimed to weigh the public interest (FOIA s.10(3))"),
        _optional("withholding_stated", BOOL, "the reply says that information is withheld (FOIA s.17(1)(a))"),
        _optional("exemptions", List(CLAIM), "the exemptions of the Freedom of Information Act that the reply claims"),
        _optional("claimed_apart", BOOL, "exemptions that exclude each other are claimed for different information, or in the alternative"),
        _optional("review_rights", BOOL, "the reply tells of the internal review, or that there is none (FOIA s.17(7)(a))"),
        _optional("commissioner_rights", BOOL, "the reply tells of the right to apply to the Commissioner (FOIA s.17(7)(b))"),
        _optional("review_within", INT, "how many working days the reply gives to ask for an internal review"),
        _optional("request_references", List(TEXT), "the case references that the request names; codes, never a name"),
        _optional("withdrawn_references", List(TEXT), "those of them that the applicant withdrew"),
        _optional("reply_references", List(TEXT), "the case references that the reply answers for"),
        _optional("request_points", INT, "how many numbered points the request has"),
        _optional("reply_points", List(INT), "the points of the request that the reply names by number"),
        _optional("figures_given", BOOL, "the reply gives figures about groups of people"),
        _optional("figures", FIGURES, "the disclosure control of these figures"),
        _optional("identity_confirmed", BOOL, "the person who asks for their own data is known, or has proved who they are"),
        _optional("identified_on", DATE, "when a proof of identity that was asked for without delay arrived"),
        _optional("further_months", INT, "further months claimed for a complex or one of many requests (UK GDPR Art 12(3))"),
        _optional("told_of_further_months_on", DATE, "when the person was told of the further months and the reason"),
    ),
)  # fmt: skip

# What is found in the files of an export when they are read; nobody writes it into a manifest.
IN_FILES: Final = (
    _optional("unread", INT, "found: parts of files that could not be read"),
    _optional("changed", List(TEXT), "found: files that are missing, or whose digest or number of rows is other than declared"),
    _optional("undeclared", List(TEXT), "found: columns that the manifest does not declare, by their numbers"),
    _optional("lacking", List(TEXT), "found: declared columns that no file has"),
    _optional("filled", List(TEXT), "found: columns declared as suppressed that hold something"),
    _optional("unscheduled", List(TEXT), "found: columns outside the schedule of their category, or with another treatment than it has"),
    _optional("departing", List(TEXT), "found: columns with cells outside the schedule, and those that it requires and are not there"),
    _optional("identifiers", List(TEXT), "found: kinds of identifier, where the manifest does not declare them"),
    _optional("doubtful", List(TEXT), "found: kinds of identifier that may stand there, not surely"),
    _optional("marked", TEXT, "found: the highest protective marking in the files"),
    _optional("marked_formerly", BOOL, "found: a marking used before April 2014"),
    _optional("disclosures", List(TEXT), "found: what the figures give away, by the name of the check"),
    _optional("least_shown", INT, "found: the smallest count of people that was let through as safe"),
    _optional("accepted", List(TEXT), "found: doubts that a person has looked at and accepted, by their kind"),
    _optional("earlier", INT, "found: how many earlier releases it was compared with"),
    _optional("weigh", List(TEXT), "found: what may be given away, or could not be checked"),
)  # fmt: skip
FOUND: Final = tuple(field.name for field in IN_FILES)

EXPORT: Final = Record(
    "export",
    (
        REFERENCE,
        _optional("from", TEXT, "the party that sends"),
        _optional("to", TEXT, "the party that receives"),
        _optional("purpose", TEXT, "the purpose, by its id in the agreement"),
        _optional("categories", List(TEXT), "the categories of data"),
        _optional("fields", List(TEXT), "the fields in the files"),
        _optional("volume", INT, "how many records"),
        _optional("personal", BOOL, "the manifest declares personal data"),
        _optional("treatment", _words("clear", "pseudonymised", "anonymised", "aggregated"), "what was done to personal data"),
        _optional("marking", TEXT, "the declared protective marking"),
        _optional("release", _words("microdata", "statistics", "documents"), "records about people, figures about groups, or documents"),
        _optional("population", TEXT, "whom the figures count, and when: they are held to earlier figures about the same"),
        *IN_FILES,
    ),
)  # fmt: skip

SCHEMAS: Final[Mapping[FactKind, Record]] = {
    FactKind.TRANSFER: TRANSFER,
    FactKind.EXPORT: EXPORT,
    FactKind.EVENT: EVENT,
    FactKind.BREACH: BREACH,
    FactKind.DISCLOSURE: DISCLOSURE,
}
