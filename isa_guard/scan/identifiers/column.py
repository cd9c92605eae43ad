"""One column, fed batch by batch.

What a cell counts as can depend on cells that come later, for the distinct values of a column vote. So cells are
summed up by all that the vote can still decide about them, which is little: which identifiers accept the whole
cell, and what else stands within. When everything has been seen, each such part is given to the surest reading
that accepts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.frames import polars
from isa_guard.scan.identifiers.cells import LETTERED, alone, cells, plain, telling, texts, written_as
from isa_guard.scan.identifiers.digests import Digests
from isa_guard.scan.identifiers.find import RANK, UNMOVED, Context, weighed
from isa_guard.scan.identifiers.grading import Evidence, grade
from isa_guard.scan.identifiers.headings import names_people
from isa_guard.scan.identifiers.judging import FEW, Judging
from isa_guard.scan.identifiers.lanes import in_lane
from isa_guard.scan.identifiers.names import Names
from isa_guard.scan.identifiers.tally import Held, Limits, Sum, Tally
from isa_guard.scan.identifiers.voting import About, Heading, Reading, Vote, surest_first
from isa_guard.scan.identifiers.within import possible
from isa_guard.uk.identifiers import IDENTIFIERS

if TYPE_CHECKING:
    import polars as pl

    from isa_guard.scan.identifiers.known import Known
    from isa_guard.uk.identifiers import Identifier

_BIT: Final = {one.entity: 1 << place for place, one in enumerate(IDENTIFIERS)}
_OWNED: Final = frozenset(
    {"postcode", "address", "phone", "email"}
)  # the organisations' own may be among these


@dataclass(frozen=True, slots=True)
class _Key:
    """All that decides what a cell counts as: by bit, who accepts it and to whom its form is peculiar."""

    accepting: int
    telling: int
    alone: bool


class _Part:
    """The cells of one key."""

    __slots__ = ("whole", "within")

    def __init__(self, limits: Limits) -> None:
        self.whole: dict[str, Held] = {}
        self.within = Tally(limits)


class Column:
    """What has been seen of one column so far: sums and digests, no values."""

    def __init__(self, heading: str, known: Known, limits: Limits) -> None:
        self._heading = Heading.read(heading)
        self._known = known
        self._limits = limits
        self._filled = 0
        self._seen = Digests(limits.distinct)
        self._names = Names(limits) if names_people(heading) else None
        self._judges = [one for one in IDENTIFIERS if not self._heading.never(one)]
        self._votes = {one.entity: Vote(one) for one in self._judges}
        self._parts: dict[_Key, _Part] = {}
        self._settled = sum(_BIT[one.entity] for one in self._judges if self._heading.settles(one))

    def add(self, series: pl.Series, first: int) -> None:
        """Read the next cells, the first of them in row `first`."""
        written = texts(series)
        if written is None:
            return
        readable = plain(written)
        if self._names:
            self._names.add(readable, first)
        self._filled += len(readable) - readable.null_count()
        frame = cells(readable, self._heading.named, first, self._limits.places)
        if frame.is_empty():
            return
        values = frame.get_column("value")
        frame = frame.with_columns(self._seen.fresh(values).alias("fresh"), alone(values).alias("alone"))
        self._sum_up(self._judged(frame))

    def sums(self) -> list[Sum]:
        """What the column holds."""
        read = [vote.reading(self._heading, self._filled) for vote in self._votes.values()]
        readings = surest_first([one for one in read if one])
        tally = Tally(self._limits)
        if self._names:
            self._names.tell(tally)
        for key, part in self._parts.items():
            taker = next((one for one in readings if _BIT[one.identifier.entity] & key.accepting), None)
            if taker is None and key.alone:
                taker = self._alone(key)
            if taker is None:
                tally.merge(part.within)
            elif held := part.whole.get(taker.identifier.entity):
                tally.take(taker.identifier.entity, taker.confidence, taker.evidence, held)
        return tally.sums()

    def _judged(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The cells with who accepts them, to whom their form is peculiar, and their canonical form by entity."""
        frames = polars()
        values, fresh = frame.get_column("value"), frame.get_column("fresh")
        none = frames.repeat(0, len(frame), dtype=frames.UInt64, eager=True)
        accepting, peculiar = none.alias("accepting"), none.alias("telling")
        judging = Judging(values)
        lettered = values.str.contains("[A-Za-z]").any()
        judges = [one for one in self._judges if lettered or one.entity not in LETTERED]
        for identifier, written in written_as(values, judges):
            canonical = in_lane(identifier, judging.judged, written, identifier).result()
            passed = canonical.is_not_null()
            places = written.filter(passed)
            self._vote(identifier, frame, int(fresh.gather(written).sum()), places, canonical)
            if not passed.any():
                continue
            canonical = canonical.filter(passed)
            bit = _BIT[identifier.entity]
            accepting = accepting.scatter(places, accepting.gather(places) | bit)
            formed = places.filter(telling(values.gather(places), identifier))
            peculiar = peculiar.scatter(formed, peculiar.gather(formed) | bit)
            empty = frames.repeat(None, len(frame), dtype=frames.String, eager=True)
            frame = frame.with_columns(empty.scatter(places, canonical).alias(identifier.entity))
        undecided = frame.get_column("alone") & (accepting & self._settled == 0)
        return frame.with_columns(accepting, peculiar.set(~undecided, 0))

    def _vote(
        self,
        identifier: Identifier,
        frame: pl.DataFrame,
        written: int,
        places: pl.Series,
        canonical: pl.Series,
    ) -> None:
        accepted = frame.select("value", "rows", "fresh")[places]
        passed = canonical.drop_nulls().alias("canonical")
        self._votes[identifier.entity].add(written, accepted.with_columns(passed))

    def _sum_up(self, frame: pl.DataFrame) -> None:
        for (accepting, peculiar, single), cells_alike in frame.group_by(
            ["accepting", "telling", "alone"], maintain_order=True
        ):
            key = _Key(accepting, peculiar, single)
            part = self._parts.get(key) or self._parts.setdefault(key, _Part(self._limits))
            for identifier in self._judges:
                if accepting & _BIT[identifier.entity]:
                    held = part.whole.get(identifier.entity) or Held(self._limits)
                    self._whole(identifier, cells_alike, held)
                    if held.rows:
                        part.whole[identifier.entity] = held
            if not single and not accepting & self._settled:
                self._within(cells_alike, part.within)
                part.within.settle()

    def _whole(self, identifier: Identifier, frame: pl.DataFrame, held: Held) -> None:
        entity = identifier.entity
        canonical = frame.get_column(entity)
        if entity in _OWNED and self._known.any():
            theirs = [not self._known.covers(entity, one) for one in canonical.to_list()]
            frame = frame.filter(theirs)
            canonical = frame.get_column(entity)
        held.add_cells(frame, canonical)

    def _within(self, frame: pl.DataFrame, tally: Tally) -> None:
        """What stands inside the cells that are, as a whole, nothing, or may still turn out to be."""
        sought = list(IDENTIFIERS if self._heading.about is About.OPEN else filter(_unmoved, IDENTIFIERS))
        context = Context(self._heading.text, self._known)
        values, counts, places = (frame.get_column(name) for name in ("value", "rows", "places"))
        few = len(values) <= FEW
        told = (
            [(at, sought) for at in range(len(values))]
            if few
            else possible(values, self._heading.named, sought)
        )
        for at, identifiers in told:
            text = values[at]
            for each in weighed(text, context, identifiers):
                candidate = each.candidate
                held = tally.one(candidate.identifier.entity, each.confidence, each.evidence)
                held.add(
                    candidate.canonical,
                    counts[at],
                    places[at].to_list(),
                    text[candidate.start : candidate.end],
                )

    def _alone(self, key: _Key) -> Reading | None:
        """What a cell of one run of letters and figures is by itself: the surest of those that accept it."""
        found: list[Reading] = []
        for identifier in self._judges:
            if not _BIT[identifier.entity] & key.accepting:
                continue
            if self._heading.about is About.OTHER and not _unmoved(identifier):
                continue
            evidence = self._heading.evidence(identifier)
            if _BIT[identifier.entity] & key.telling:
                evidence |= {Evidence.FORM}
            if confidence := grade(identifier.strength, evidence):
                found.append(Reading(identifier, 0.0, confidence, evidence))
        return min(found, key=lambda one: (-one.confidence, RANK[one.identifier.strength]), default=None)


def _unmoved(identifier: Identifier) -> bool:
    return identifier.strength in UNMOVED
