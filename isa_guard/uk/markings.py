"""Protective markings in running text: mail subjects and bodies, page headers, tables, reply chains.

Words such as "official" and "protect" stand in ordinary prose far more often than in markings, so a marking
is found by where it stands: alone on its line, at an edge of it or set off by a separator, in brackets, after
a label, or at either end of a subject. Its capitals matter too: mixed case counts only where nothing else can
be meant. `marking_grammar` reads what was found.
"""

from __future__ import annotations

import re
from contextlib import suppress
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.uk.marking_grammar import (
    DASHES,
    HEAD,
    HIDDEN,
    MIMICS,
    Marking,
    MarkingError,
    hidden,
    parse_marking,
)
from isa_guard.uk.marking_terms import (
    EYES_ONLY,
    NAMES,
    ORGANISATION_USE,
    Classification,
    Tier,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "MAY_BE_MARKED",
    "Classification",
    "FoundMarking",
    "Marking",
    "MarkingError",
    "Tier",
    "find_markings",
    "highest",
    "parse_marking",
]

# What stands in every text in which `find_markings` finds something or fails, in re and RE2 alike: it spares who looks
# through many cells the reading of most.
MAY_BE_MARKED: Final = f"(?i)official|secret|restricted|confidential|protect|unclassified|[{HIDDEN}{''.join(map(chr, sorted(MIMICS)))}]"


@dataclass(frozen=True, slots=True)
class FoundMarking:
    """A marking in a text, from character `offset` up to `end`."""

    offset: int
    marking: Marking
    end: int


_LINE: Final = re.compile(r"[^\n\r\v\f\x85\u2028\u2029]+")
_HEAD: Final = re.compile(HEAD, re.ASCII | re.IGNORECASE)
_KNOWN: Final = "|".join([*map(re.escape, NAMES), EYES_ONLY, ORGANISATION_USE])
_TERM: Final = rf"(?:{_KNOWN})(?![A-Z0-9])"
_CODEWORD: Final = r"[A-Z]{3,20}(?=(?: - [A-Z]{3,20})? - [A-Z/ ]{2,60} EYES ONLY)"
_NEXT: Final = re.compile(
    rf"[ ]?[-:][ ]?(?:{_TERM}|EMBARGOED(?![A-Z0-9])|{_CODEWORD})"
    rf"|[ ]?\[(?:{_KNOWN})\]|[ ]?\((?:{_KNOWN})\)|[ ]{_TERM}",
    re.ASCII | re.IGNORECASE,
)

_SUBJECT: Final = re.compile(
    r"[\s>|*]{0,40}(?:(?:subject|re|fwd?|aw)\s{0,3}:[\s*]{0,5}){1,20}", re.IGNORECASE
)
_LABEL: Final = re.compile(
    r"(?<![a-z])(?:(?:protective|security|gsc)\s)?(?:marking|classification)[\s*]{0,3}[:=][\s*]{0,3}$",
    re.IGNORECASE,
)
_FILL: Final = " \t>|*_#=~+-.[({<])}\"'"  # quoting of replies, list and table signs, the rulings of a banner
_OPENING: Final = "[({<>*|"
_CLOSING: Final = "])}<*|"
_REACH: Final = (
    80  # characters looked at to either side, so that a marking costs the same in a line of any length
)
_LONGEST: Final = 480


class _Edge(IntEnum):
    """How a marking is set off on one side, weakest first."""

    GLUED = 0  # part of a longer word: UNOFFICIAL
    PROSE = 1  # a word of ordinary text
    SEPARATOR = 2
    BRACKET = 3
    LINE = 4
    LABEL = 5


def find_markings(text: str) -> tuple[FoundMarking, ...]:
    """Every marking in a text, in order; for a chain of replies ask `highest` of them.

    Lines are taken one by one, so a remark or REL-EU on a line of its own is not taken up. The work is linear
    in the length of the text. Raises MarkingError where characters that nobody sees are hidden inside a
    marking, or letters of another alphabet stand in it for those that they look like.
    """
    return tuple(found for line in _LINE.finditer(text) for found in _in_line(line[0], line.start()))


def highest(markings: Iterable[Marking]) -> Marking | None:
    """The marking that governs where several stand together; None where there are none.

    The highest tier wins, and of equals the one with most additional markings. A marking without a tier
    (PROTECT, RESTRICTED, CONFIDENTIAL) goes before anything below SECRET, because only its originator can
    tell that it is lower.
    """
    return max(markings, key=_height, default=None)


def _height(marking: Marking) -> tuple[float, int]:
    tier = Tier.SECRET - 0.5 if marking.tier is None else float(marking.tier)
    return tier, len(marking.additions)


def _in_line(line: str, offset: int) -> Iterator[FoundMarking]:
    places: list[int] | None = None
    written = plain = line
    if not line.isascii():
        kept = [(place, character) for place, character in enumerate(line) if not hidden(character)]
        if len(kept) < len(line):
            places = [place for place, _ in kept]
            plain = "".join(character for _, character in kept)
        written = plain.translate(DASHES).replace("\u00a0", " ")
        plain = written.translate(MIMICS)
    elif not line.replace("\t", "").isprintable():
        places = [place for place, character in enumerate(line) if not hidden(character)]
        written = plain = "".join(line[place] for place in places)
    for start, end, marking in _standing(plain):
        if plain[start:end] != written[start:end]:
            raise MarkingError(
                f"letters of another alphabet stand in the marking in the line at character {offset}"
            )
        first, last = (start, end - 1) if places is None else (places[start], places[end - 1])
        if last - first != end - 1 - start:
            raise MarkingError(
                f"invisible characters are hidden in the marking at character {offset + first}"
            )
        yield FoundMarking(offset + first, marking, offset + last + 1)


def _standing(line: str) -> Iterator[tuple[int, int, Marking]]:
    """The markings of one line that stand where markings stand, each with as many parts as still do."""
    subject = _SUBJECT.match(line)
    begin = subject.end() if subject else 0
    place = begin
    while head := _HEAD.search(line, place):
        place = head.end()
        left = _left(line, begin, head.start())
        for end in reversed(_ends(line, head)):
            if not _stands(head, left, _right(line, end), in_subject=subject is not None):
                continue
            with suppress(MarkingError):  # a tail that is none, such as a second classification
                yield head.start(), end, parse_marking(line[head.start() : end])
                place = end
                break


def _ends(line: str, head: re.Match[str]) -> list[int]:
    """Where the marking could end: after the tier, or after each additional marking that follows."""
    ends = [head.end()]
    while (following := _NEXT.match(line, ends[-1])) and following.end() - head.start() <= _LONGEST:
        ends.append(following.end())
    return ends


def _stands(head: re.Match[str], left: _Edge, right: _Edge, *, in_subject: bool) -> bool:
    if _Edge.GLUED in {left, right}:
        return False
    if _Edge.PROSE in {left, right}:
        return in_subject and head[0].isupper() and _Edge.LINE in {left, right}
    if left is _Edge.LABEL or head[0].isupper():
        return True
    # "Protect" and "Confidential" head paragraphs of every kind; "Official Sensitive" alone on a line is a
    # marking.
    if head["legacy"] or any(word[0].islower() for word in re.findall("[A-Za-z]+", head[0])):
        return False
    weakest = min(left, right)
    return weakest >= _Edge.BRACKET or (in_subject and max(left, right) is _Edge.LINE)


def _left(line: str, begin: int, start: int) -> _Edge:
    before = line[max(begin, start - _REACH) : start]
    text = before.rstrip()
    if not text.strip(_FILL):
        return _Edge.LINE
    if _LABEL.search(before):
        return _Edge.LABEL
    if text[-1] in _OPENING:
        return _Edge.BRACKET
    spaced = len(text) < len(before)
    if text[-1] in ",;" or "\t" in before[len(text) :] or (spaced and text[-1] in ":-"):
        return _Edge.SEPARATOR
    return _Edge.PROSE if spaced else _Edge.GLUED


def _right(line: str, end: int) -> _Edge:
    after = line[end : end + _REACH]
    text = after.lstrip()
    if not text.strip(_FILL):
        return _Edge.LINE
    if text[0] in _CLOSING:
        return _Edge.BRACKET
    spaced = len(text) < len(after)
    if text[0] in ",;:" or "\t" in after[: len(after) - len(text)]:
        return _Edge.SEPARATOR
    if text[0] in "-./" and (spaced or text[1:2].isspace()):
        return _Edge.SEPARATOR
    return _Edge.PROSE if spaced else _Edge.GLUED
