"""Identifiers in free text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.identifiers.candidates import Candidate, candidates, shields
from isa_guard.scan.identifiers.grading import Confidence, Evidence, grade, own_evidence
from isa_guard.scan.identifiers.known import NOBODY, Known
from isa_guard.scan.identifiers.plain import normalise
from isa_guard.scan.identifiers.shape import shape, shape_pattern
from isa_guard.scan.identifiers.spans import Spans
from isa_guard.scan.identifiers.words import LEFT, Near, named_by, names_other, near
from isa_guard.uk.identifiers import IDENTIFIERS, Strength

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isa_guard.uk.identifiers import Identifier

RANK: Final = {strength: rank for rank, strength in enumerate(Strength)}
_TELLING: Final = {one.entity: re.compile(shape_pattern(one.telling)) for one in IDENTIFIERS if one.telling}
_FAR: Final = 1_000
_LIST: Final = re.compile(r"[ ,;&/]*(?:and|or)?[ ,;&/]*")
# A label that names an order or a product does not make an e-mail address, or a person, one.
UNMOVED: Final = frozenset({Strength.CONCLUSIVE, Strength.FAINT})


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a text before it is read: the heading it stands under, and what is the organisations' own."""

    heading: str = ""
    known: Known = NOBODY


@dataclass(frozen=True, slots=True)
class Hit:
    """An identifier in a text, from character `start` up to `end` of it: everything but the value."""

    entity: str
    start: int
    end: int
    confidence: Confidence
    shape: str
    evidence: frozenset[Evidence]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with its grade; `distance` is how far the word that names it stands. Holds a value."""

    candidate: Candidate
    confidence: Confidence
    evidence: frozenset[Evidence]
    distance: int

    def __repr__(self) -> str:
        return f"Weighed({self.candidate!r}, {self.confidence.word})"


def find(text: str, context: Context = Context()) -> tuple[Hit, ...]:  # noqa: B008 - a frozen value
    """Every identifier in a text, in the order of their places, none overlapping another."""
    plain = normalise(text)
    hits = []
    for each in weighed(plain.text, context, IDENTIFIERS):
        start, end = plain.place(each.candidate.start, each.candidate.end)
        written = plain.text[each.candidate.start : each.candidate.end]
        hits.append(
            Hit(each.candidate.identifier.entity, start, end, each.confidence, shape(written), each.evidence)
        )
    return tuple(hits)


def weighed(plain: str, context: Context, identifiers: Iterable[Identifier]) -> list[Weighed]:
    """The candidates of a plain text that are worth saying, the organisations' own left out."""
    headed = named_by(context.heading)
    other = names_other(context.heading)
    found: list[Weighed] = []
    nearby: dict[tuple[int, int], Near] = {}  # a number of ten digits is a candidate for five
    for identifier in identifiers:
        if other and identifier.strength not in UNMOVED:
            continue
        found += _weigh_all(
            plain, identifier, Evidence.HEADING if identifier.entity in headed else None, nearby
        )
    kept = _without_overlaps(found, shields(plain)) if found else []
    known = context.known
    return [one for one in kept if not known.covers(one.candidate.identifier.entity, one.candidate.canonical)]


def _weigh_all(
    plain: str, identifier: Identifier, heading: Evidence | None, nearby: dict[tuple[int, int], Near]
) -> Iterator[Weighed]:
    """The candidates for one identifier that are worth saying."""
    last_end, last_named = 0, False
    for candidate in candidates(plain, identifier):
        beside = nearby.get(candidate.span)
        if beside is None:
            beside = nearby[candidate.span] = near(plain, candidate.start, candidate.end)
        distance = beside.distance(identifier.entity)
        shared = distance is not None and distance <= LEFT and candidate.start - distance < last_end
        if shared and identifier.strength is Strength.WEAK:
            # "born 1/2/1980, seen 3/4/2024": one word names one value, or a list of them.
            listed = last_named and _LIST.fullmatch(plain, last_end, candidate.start)
            distance = distance if listed else None
        last_end, last_named = candidate.end, distance is not None
        if beside.other and identifier.strength not in UNMOVED:
            continue
        if each := _weigh(plain, candidate, distance, heading):
            yield each


def _weigh(
    plain: str, candidate: Candidate, distance: int | None, heading: Evidence | None
) -> Weighed | None:
    identifier = candidate.identifier
    evidence = set(own_evidence(identifier))
    if distance is not None:
        evidence.add(Evidence.KEYWORD)
    if heading is not None:
        evidence.add(heading)
    telling = _TELLING.get(identifier.entity)
    if telling and telling.fullmatch(plain, candidate.start, candidate.end):
        evidence.add(Evidence.FORM)
    confidence = grade(identifier.strength, frozenset(evidence))
    if confidence is None:
        return None
    return Weighed(candidate, confidence, frozenset(evidence), _FAR if distance is None else distance)


def _without_overlaps(found: list[Weighed], elsewhere: tuple[tuple[int, int], ...]) -> list[Weighed]:
    """The surest of those that overlap: by grade, then the nearer name, the stronger kind, the longer span.

    Only what is certain comes before the spans that are something `elsewhere`.
    """
    ordered = sorted(found, key=_order)
    free = Spans()
    kept = [
        each for each in ordered if each.confidence is Confidence.CERTAIN and free.take(*each.candidate.span)
    ]
    for start, end in elsewhere:
        free.take(start, end)
    kept += [
        each
        for each in ordered
        if each.confidence is not Confidence.CERTAIN and free.take(*each.candidate.span)
    ]
    return sorted(kept, key=lambda one: one.candidate.start)


def _order(each: Weighed) -> tuple[int, int, int, int, int]:
    length = each.candidate.end - each.candidate.start
    rank = RANK[each.candidate.identifier.strength]
    return (-each.confidence, each.distance, rank, -length, each.candidate.start)
