"""The words a protective marking is made of, and at which tiers each is legal.

Government Security Classifications Policy 2.0 (5 August 2024). Organisations may define further instructions
and descriptors of their own, so a word that is not here is something to ask about and never a fault by
itself.
"""

from __future__ import annotations

import re
from enum import IntEnum, StrEnum
from typing import Final

from isa_guard.frozen import dataclass


class Classification(StrEnum):
    """The three classifications there have been since 2 April 2014."""

    OFFICIAL = "OFFICIAL"
    SECRET = "SECRET"  # noqa: S105 - a classification
    TOP_SECRET = "TOP SECRET"  # noqa: S105 - a classification


class Tier(IntEnum):
    """How high a marking stands. OFFICIAL-SENSITIVE is no classification, but it is above plain OFFICIAL."""

    OFFICIAL = 1
    OFFICIAL_SENSITIVE = 2
    SECRET = 3
    TOP_SECRET = 4

    @property
    def words(self) -> str:
        """The tier as it stands in a marking."""
        return "OFFICIAL-SENSITIVE" if self is Tier.OFFICIAL_SENSITIVE else self.name.replace("_", " ")

    @property
    def classification(self) -> Classification:
        """The classification that the tier is, or is within."""
        return Classification.OFFICIAL if self is Tier.OFFICIAL_SENSITIVE else Classification(self.words)


class Kind(StrEnum):
    """The parts of a marking after its tier, in the order in which they are written."""

    INSTRUCTION = "handling instruction"
    DESCRIPTOR = "descriptor"
    CODEWORD = "codeword"
    CAVEAT = "national caveat"


@dataclass(frozen=True, slots=True)
class Term:
    """One additional marking: how it is written, what it is, the tiers it is legal at, what to know about
    it.
    """

    name: str
    kind: Kind
    legal_at: frozenset[Tier]
    note: str = ""


_ALL: Final = frozenset(Tier)
_TO_SECRET: Final = frozenset({Tier.OFFICIAL, Tier.OFFICIAL_SENSITIVE, Tier.SECRET})
_BOTH_OFFICIAL: Final = frozenset({Tier.OFFICIAL, Tier.OFFICIAL_SENSITIVE})
_SECRET_UP: Final = frozenset({Tier.SECRET, Tier.TOP_SECRET})

_TERMS: Final = (
    Term("RECIPIENTS ONLY", Kind.INSTRUCTION, _ALL - {Tier.OFFICIAL}),
    Term("FOR PUBLIC RELEASE", Kind.INSTRUCTION, frozenset({Tier.OFFICIAL})),
    Term(
        "HMG USE ONLY",
        Kind.INSTRUCTION,
        _TO_SECRET,
        "HMG is central government, and a police force is outside it: ask the originator",
    ),
    Term("EMBARGOED", Kind.INSTRUCTION, _TO_SECRET),
    Term("PERSONAL DATA", Kind.DESCRIPTOR, _ALL),
    Term("LEGAL PROFESSIONAL PRIVILEGE", Kind.DESCRIPTOR, _ALL),
    Term("LEGAL", Kind.DESCRIPTOR, _BOTH_OFFICIAL),
    Term("MARKET SENSITIVE", Kind.DESCRIPTOR, _ALL),
    Term("COMMERCIAL", Kind.DESCRIPTOR, _ALL),
    Term("HR/MANAGEMENT", Kind.DESCRIPTOR, _ALL),
    Term(
        "LOCSEN",
        Kind.DESCRIPTOR,
        _ALL,
        "LOCSEN is a descriptor of 2014 that the present policy does not have",
    ),
    Term("REL-EU", Kind.CAVEAT, _ALL),
)
_BY_NAME: Final = {term.name: term for term in _TERMS}
_OTHER_NAMES: Final = {
    "LPP": "LEGAL PROFESSIONAL PRIVILEGE",
    "PERSONAL": "PERSONAL DATA",
    "HR": "HR/MANAGEMENT",
    "MANAGEMENT": "HR/MANAGEMENT",
    "HR / MANAGEMENT": "HR/MANAGEMENT",
    "REL EU": "REL-EU",
}

# What both the parser and the search look for. Every repeat is bounded, so that matching stays linear.
ORGANISATION_USE: Final = r"[A-Z0-9][A-Z0-9&/',. ]{0,59} USE ONLY"
EYES_ONLY: Final = r"[A-Z]{2,10}(?:[/ ][A-Z]{2,10}){0,4} EYES ONLY"
EMBARGO: Final = r"EMBARGOED(?: [A-Z0-9:/., ]{1,60})?"
NAMES: Final = tuple(sorted((*_BY_NAME, *_OTHER_NAMES), key=len, reverse=True))
_ORGANISATION_USE: Final = re.compile(ORGANISATION_USE)
_EYES_ONLY: Final = re.compile(EYES_ONLY)
_EMBARGO: Final = re.compile(EMBARGO)


def known_term(part: str) -> Term | None:
    """The term that a part of a marking, in capitals, stands for; None for one that the policy does not
    have.
    """
    found = _BY_NAME.get(_OTHER_NAMES.get(part, part))
    if found is not None:
        return found
    if _EYES_ONLY.fullmatch(part):
        return Term(part, Kind.CAVEAT, _SECRET_UP, _order_of(part))
    if _EMBARGO.fullmatch(part):
        return Term(part, Kind.INSTRUCTION, _TO_SECRET)
    if _ORGANISATION_USE.fullmatch(part):
        return Term(part, Kind.INSTRUCTION, _ALL)
    return None


def local_term(part: str, tier: Tier | None) -> Term:
    """What an unknown part is taken for: a codeword where those are usual, else a descriptor of somebody's
    own.
    """
    if tier in _SECRET_UP and part.isalpha():
        return Term(part, Kind.CODEWORD, _ALL, f"{part} is taken for a codeword: check that it was issued")
    return Term(
        part, Kind.DESCRIPTOR, _ALL, f"{part} is not in the national policy: ask what it means locally"
    )


def _order_of(caveat: str) -> str:
    nations = caveat.removesuffix(" EYES ONLY").split("/")
    return "" if nations == sorted(nations) else f"the nations of {caveat} stand in alphabetical order"
