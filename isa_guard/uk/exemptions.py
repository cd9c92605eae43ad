"""The exemptions of the Freedom of Information Act 2000: what a refusal under each must show.

An absolute exemption needs no public interest test, a qualified one does (s.2(2)). An exemption by class
needs no evidence of harm, one by prejudice does. Some sections hold exemptions of both kinds, and then a
citation without its subsection cannot tell. Section 40 is numbered as it has been since 25 May 2018.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass


class ExemptionError(IsaGuardError):
    """A citation that is no exemption of the Act, or cannot be read as a citation."""


class Strength(StrEnum):
    """Whether the public interest has to be weighed. DEPENDS: on the subsection or the holder."""

    ABSOLUTE = "absolute"
    QUALIFIED = "qualified"
    DEPENDS = "depends"


class Basis(StrEnum):
    """What brings information under an exemption. MIXED: class and prejudice both have to be shown."""

    CLASS = "class"
    PREJUDICE = "prejudice"
    MIXED = "mixed"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class Exemption:
    """One exemption: `ncnd` is the provision that lifts the duty to confirm or deny, None where there is
    none.
    """

    section: str
    subject: str
    strength: Strength
    basis: Basis
    harm_evidence: bool
    ncnd: str | None
    note: str = ""

    @property
    def public_interest_test(self) -> bool:
        """Whether a refusal may have to weigh the public interest: all but the absolute ones, s.17(3)."""
        return self.strength is not Strength.ABSOLUTE


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as it was read: in full, under today's numbers, with what should be said about it."""

    citation: str
    exemption: Exemption
    notes: tuple[str, ...] = ()


_A, _Q, _D = Strength.ABSOLUTE, Strength.QUALIFIED, Strength.DEPENDS
_CLASS, _PREJUDICE, _MIXED, _VARIES = Basis.CLASS, Basis.PREJUDICE, Basis.MIXED, Basis.DEPENDS

EXEMPTIONS: Final = (
    Exemption("21", "accessible to the applicant by other means", _A, _CLASS, False, None),
    Exemption("22", "intended for future publication", _Q, _CLASS, False, "22(2)"),
    Exemption(
        "22A", "research", _Q, _MIXED, True, "22A(2)", "the programme continues, and prejudice is shown"
    ),
    Exemption("23", "supplied by, or relating to, security bodies", _A, _CLASS, False, "23(5)"),
    Exemption(
        "24", "national security", _Q, _MIXED, True, "24(2)", "the exemption is required for the purpose"
    ),
    Exemption("26", "defence", _Q, _PREJUDICE, True, "26(3)"),
    Exemption(
        "27", "international relations", _Q, _VARIES, True, "27(4)", "cite 27(1), prejudice, or 27(2), class"
    ),
    Exemption("27(1)", "international relations", _Q, _PREJUDICE, True, "27(4)"),
    Exemption("27(2)", "confidential information from another state", _Q, _CLASS, False, "27(4)"),
    Exemption("28", "relations within the United Kingdom", _Q, _PREJUDICE, True, "28(3)"),
    Exemption("29", "the economy", _Q, _PREJUDICE, True, "29(2)"),
    Exemption("30", "investigations and proceedings", _Q, _CLASS, False, "30(3)"),
    Exemption("31", "law enforcement", _Q, _PREJUDICE, True, "31(3)", "only where section 30 does not apply"),
    Exemption("32", "court records", _A, _CLASS, False, "32(3)"),
    Exemption("33", "audit functions", _Q, _PREJUDICE, True, "33(3)"),
    Exemption("34", "parliamentary privilege", _A, _CLASS, False, "34(2)"),
    Exemption("35", "formulation of government policy", _Q, _CLASS, False, "35(3)"),
    Exemption(
        "36",
        "effective conduct of public affairs",
        _D,
        _PREJUDICE,
        True,
        "36(3)",
        "a qualified person's reasonable opinion; absolute only for what the Commons or the Lords hold",
    ),
    Exemption("37", "communications with the Royal Household, and honours", _D, _CLASS, False, "37(2)"),
    Exemption("37(1)(a)", "communications with the Sovereign", _A, _CLASS, False, "37(2)"),
    Exemption("37(1)(aa)", "communications with the heir to the Throne", _A, _CLASS, False, "37(2)"),
    Exemption("37(1)(ab)", "communications with the second in line", _A, _CLASS, False, "37(2)"),
    Exemption("37(1)(ac)", "communications with other Royals", _Q, _CLASS, False, "37(2)"),
    Exemption("37(1)(ad)", "communications with the Royal Household", _Q, _CLASS, False, "37(2)"),
    Exemption("37(1)(b)", "the conferring of honours", _Q, _CLASS, False, "37(2)"),
    Exemption("38", "health and safety", _Q, _PREJUDICE, True, "38(2)", "the word is endanger"),
    Exemption("39", "environmental information", _Q, _CLASS, False, "39(2)", "answer under the EIR 2004"),
    Exemption(
        "40", "personal data", _D, _CLASS, False, "40(5A), 40(5B)", "cite 40(1), or 40(2) and its condition"
    ),
    Exemption("40(1)", "personal data of the applicant", _A, _CLASS, False, "40(5A)"),
    Exemption(
        "40(2)",
        "personal data of others",
        _D,
        _CLASS,
        False,
        "40(5B)",
        "name the condition: 40(3A) is absolute, 40(3B) and 40(4A) are qualified",
    ),
    Exemption("40(3A)", "personal data of others: the principles", _A, _CLASS, False, "40(5B)"),
    Exemption("40(3B)", "personal data of others: objection", _Q, _CLASS, False, "40(5B)"),
    Exemption("40(4A)", "personal data of others: exempt from access", _Q, _CLASS, False, "40(5B)"),
    Exemption(
        "41",
        "provided in confidence",
        _A,
        _CLASS,
        False,
        "41(2)",
        "the law of confidence has a public interest defence of its own",
    ),
    Exemption("42", "legal professional privilege", _Q, _CLASS, False, "42(2)"),
    Exemption(
        "43", "commercial interests", _Q, _VARIES, True, "43(3)", "cite 43(1), class, or 43(2), prejudice"
    ),
    Exemption("43(1)", "trade secrets", _Q, _CLASS, False, None),
    Exemption("43(2)", "commercial interests", _Q, _PREJUDICE, True, "43(3)"),
    Exemption("44", "prohibitions on disclosure", _A, _CLASS, False, "44(2)"),
)
_BY_SECTION: Final = {exemption.section: exemption for exemption in EXEMPTIONS}

# Section 40 had these numbers until the Data Protection Act 2018, Sch.19, amended it.
_SUPERSEDED: Final = {
    "40(3)(a)(i)": "40(3A)(a)",
    "40(3)(a)(ii)": "40(3B)",
    "40(3)(b)": "40(3A)(b)",
    "40(3)": "40(3A)",
    "40(4)": "40(4A)",
}
_NO_EXEMPTION: Final = {
    "12": "is the refusal for cost, not an exemption",
    "14": "is the refusal of vexatious or repeated requests, not an exemption",
    "25": "is about certificates under sections 23 and 24, not an exemption",
}
_CITATION: Final = re.compile(
    r"(?:s|ss|sec|section|sections)?\.?\s?(\d{1,2}a?)((?:\s?\([0-9a-z]{1,4}\)){0,4})", re.ASCII
)
_PARTS: Final = re.compile(r"\(([0-9a-z]{1,4})\)")


def exemption(citation: str) -> Cited:
    """The exemption that a citation such as "s.31(1)(a)" or "section 40(2)" names, under today's numbers.

    The notes tell of superseded numbers, and of what the citation leaves open. Raises ExemptionError for what
    is no citation, no section of Part II, or a section of it that is no exemption (12, 14, 25).
    """
    found = _CITATION.fullmatch(citation[:60].strip().lower())
    if found is None:
        raise ExemptionError(f"{citation[:60]!r} is no citation of one section, such as 's.31(1)(a)'")
    section = found[1].upper()
    parts = [part.upper() if part[0].isdigit() else part for part in _PARTS.findall(found[2])]
    if section in _NO_EXEMPTION:
        raise ExemptionError(f"section {section} {_NO_EXEMPTION[section]}")
    read = section + "".join(f"({part})" for part in parts)
    renewed = _renewed(read)
    notes = [] if renewed == read else [f"{read} is numbering of before 25 May 2018; it is {renewed} now"]
    meant = _most_precise(renewed)
    if meant.note:
        notes.append(meant.note)
    return Cited(renewed, meant, tuple(notes))


def conflicts(citations: tuple[Cited, ...]) -> tuple[str, ...]:
    """What cannot be claimed together for the same information: 31 applies only where 30 does not."""
    sections = {cited.exemption.section for cited in citations}
    if {"30", "31"} <= sections:
        return ("sections 30 and 31 exclude each other: claim one, or each in the alternative",)
    return ()


def _renewed(read: str) -> str:
    for old, new in _SUPERSEDED.items():
        if read == old or read.startswith(old + "("):
            return new + read[len(old) :]
    return read


def _most_precise(citation: str) -> Exemption:
    """The entry for the longest beginning of a citation that has one: 31(1)(a) is under 31."""
    beginning = citation
    while beginning not in _BY_SECTION:
        if "(" not in beginning:
            raise ExemptionError(
                f"section {beginning} is no exemption of the Freedom of Information Act 2000"
            )
        beginning = beginning[: beginning.rindex("(")]
    return _BY_SECTION[beginning]
