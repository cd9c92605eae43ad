"""The exemptions of the Freedom of Information Act 2000: what a refusal under each must show.

An absolute exemption needs no public interest test, a qualified one does (s.2(2)). An exemption by class
needs no evidence of harm, one by prejudice does. Some sections hold exemptions of both kinds, and then a
citation without its subsection cannot tell. Section 40 is numbered as it has been since 25 May 2018.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass


class ExemptionError(IsaGuardError):
    """A citation that is no exemption of the Act, or cannot be read as a citation."""


class Strength(StrEnum):
    """Whether the public interest has to be weighed. DEPENDS: on the subsection or the condition."""

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
        _Q,
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
BY_SECTION: Final = {exemption.section: exemption for exemption in EXEMPTIONS}
