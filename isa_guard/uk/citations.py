"""Citations of exemptions as replies write them, read to the entry of the table that they mean.

A reply may name several parts of one section, "40(2)&(3)", or the condition of section 40(2) somewhere else in
its text. Numbers of before 25 May 2018 are read as today's and said to be old.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.uk.exemptions import BY_SECTION, Basis, Exemption, ExemptionError, Strength

if TYPE_CHECKING:
    from collections.abc import Iterable

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
# What section 40(2) is claimed with: the condition, not 40(2), says whether it is absolute.
_CONDITIONS: Final = frozenset({"40(3A)", "40(3B)", "40(4A)"})
_LONGEST: Final = 60  # characters: "section 40(2)(a)(b) and (3A)(a)" is 31
_CITATION: Final = re.compile(
    r"(?:s|ss|sec|section|sections)?\.?\s?(\d{1,2}a?)((?:\s?\([0-9a-z]{1,4}\)){0,4})", re.ASCII
)
_CONTINUED: Final = re.compile(r"(?:\s?\([0-9a-z]{1,4}\)){1,4}", re.ASCII)
_PARTS: Final = re.compile(r"\(([0-9a-z]{1,4})\)")
_BETWEEN: Final = re.compile(r"\s?[&,]\s?|\s(?:and|with)\s")


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as it was read: in full, under today's numbers, with what should be said about it.

    `superseded` are the numbers in it that the Act no longer has.
    """

    citation: str
    exemption: Exemption
    superseded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it tells class from prejudice and absolute from qualified."""
        return self.exemption.strength is not Strength.DEPENDS and self.exemption.basis is not Basis.DEPENDS


def cited(citation: str, condition: str = "") -> Cited:
    """The exemption that a citation such as "s.31(1)(a)", "section 40(2)" or "40(2)&(3)" names.

    `condition` is the one of section 40 that the reply names apart from it, "" where there is none. The notes
    tell of superseded numbers, and of what the citation leaves open. Raises ExemptionError for what is no
    citation, for two exemptions in one, for no section of Part II, and for a section of it that is no
    exemption (12, 14, 25).
    """
    written = [*_written(citation), *(_written(condition) if condition else ())]
    today = [_renewed(part) for part in written]
    superseded = tuple(part for part, now in zip(written, today, strict=True) if part != now)
    notes = [f"{part} is numbering of before 25 May 2018; it is {_renewed(part)} now" for part in superseded]
    meant = _meant(today)
    if meant.note:
        notes.append(meant.note)
    return Cited(_in_full(today), meant, superseded, tuple(notes))


def conflicts(citations: Iterable[Cited]) -> tuple[str, ...]:
    """What cannot be claimed together for the same information: 31 applies only where 30 does not."""
    sections = {each.exemption.section for each in citations}
    if {"30", "31"} <= sections:
        return ("sections 30 and 31 exclude each other: claim one, or each in the alternative",)
    return ()


def _written(text: str) -> tuple[str, ...]:
    """Each part of a citation with its section, as it is written: "40(2)&(3)" is 40(2) and 40(3)."""
    first, *others = _BETWEEN.split(text[:_LONGEST].strip().lower())
    found = _CITATION.fullmatch(first)
    if found is None or len(text) > _LONGEST:
        raise ExemptionError(f"{text[:_LONGEST]!r} is no citation of one section, such as 's.31(1)(a)'")
    section = found[1].upper()
    parts = [section + _brackets(found[2])]
    for other in others:
        if _CONTINUED.fullmatch(other):
            parts.append(_stem(parts[-1], other) + _brackets(other))
            continue
        again = _CITATION.fullmatch(other)
        if again is None or again[1].upper() != section:
            raise ExemptionError(f"{text!r} cites more than one section: cite each by itself")
        parts.append(section + _brackets(again[2]))
    return tuple(parts)


def _brackets(text: str) -> str:
    return "".join(f"({part.upper() if part[0].isdigit() else part})" for part in _PARTS.findall(text))


def _stem(before: str, continued: str) -> str:
    """What a part in brackets alone continues: "(b)" after 31(1)(a) is of 31(1), "(3)" after 40(2) is of 40."""
    section, _, below = before.partition("(")
    if continued.strip()[1].isdigit() or not below[:1].isdigit():
        return section
    return f"{section}({below.partition(')')[0]})"


def _renewed(read: str) -> str:
    for old, new in _SUPERSEDED.items():
        if read == old or read.startswith(old + "("):
            return new + read[len(old) :]
    return read


def _meant(parts: list[str]) -> Exemption:
    entries = dict.fromkeys(_most_precise(part) for part in parts)
    conditions = [entry for entry in entries if entry.section in _CONDITIONS]
    others = [entry for entry in entries if entry.section not in _CONDITIONS]
    if conditions and {entry.section for entry in others} <= {"40(2)"}:
        others = []
    if len(conditions) + len(others) != 1:
        raise ExemptionError(f"{' and '.join(parts)} are exemptions apart: cite each by itself")
    return (*conditions, *others)[0]


def _most_precise(citation: str) -> Exemption:
    """The entry for the longest beginning of a citation that has one: 31(1)(a) is under 31."""
    beginning = citation
    while beginning not in BY_SECTION:
        if beginning in _NO_EXEMPTION:
            raise ExemptionError(f"section {beginning} {_NO_EXEMPTION[beginning]}")
        if "(" not in beginning:
            raise ExemptionError(
                f"section {beginning} is no exemption of the Freedom of Information Act 2000"
            )
        beginning = beginning[: beginning.rindex("(")]
    return BY_SECTION[beginning]


def _in_full(parts: list[str]) -> str:
    """The parts once each, a condition last; one that a longer one begins with is said by it."""
    told = [part for part in dict.fromkeys(parts) if not any(other.startswith(f"{part}(") for other in parts)]
    conditions = [part for part in told if _most_precise(part).section in _CONDITIONS]
    others = [part for part in told if part not in conditions]
    return " with ".join(filter(None, (" and ".join(others), " and ".join(conditions))))
