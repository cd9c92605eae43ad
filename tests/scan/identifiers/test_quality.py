"""How well identifiers are found, cell by cell, on a labelled corpus; `python -m tests...` prints the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import polars as pl
import pytest

from isa_guard.scan.identifiers import NOBODY, Confidence, Limits, TableScan
from tests.scan.identifiers.labelled import Corpus, Label, dense, sparse

ROWS = 2_000
# Forms alone, without a word: the corpus has some, and they are missed or only possible by design.
LOWER = {"person-name": 0.8, "postcode": 0.85, "vehicle-registration": 0.85}


@dataclass(frozen=True)
class Score:
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0


def found(corpus: Corpus, least: Confidence) -> set[Label]:
    """Every place of every finding, where the scanner itself keeps the first few of the surest."""
    labels = set()
    for name, columns in corpus.tables.items():
        scan = TableScan(name, NOBODY, Limits(places=10**6))
        scan.add(pl.DataFrame(columns))
        for column, sums in scan.sums().items():
            for one in sums:
                for confidence, graded in one.grades.items():
                    if confidence >= least:
                        labels |= {(name, column, row, one.entity) for row in graded.held.places}
    return labels


def scores(labels: set[Label], seen: set[Label]) -> dict[str, Score]:
    right = Counter(entity for *_, entity in labels & seen)
    wrong = Counter(entity for *_, entity in seen - labels)
    missed = Counter(entity for *_, entity in labels - seen)
    return {one: Score(right[one], wrong[one], missed[one]) for one in sorted(right | wrong | missed)}


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("make", [sparse, dense], ids=["sparse", "dense"])
def test_few_are_missed_and_few_are_called_that_are_none(
    make: Callable[[Random, int], Corpus], seed: int
) -> None:
    corpus = make(Random(seed), ROWS if make is sparse else 200)
    result = scores(corpus.labels, found(corpus, Confidence.POSSIBLE))
    poor = {
        one: (score.precision, score.recall)
        for one, score in result.items()
        if score.f1 < LOWER.get(one, 0.9)
    }
    assert poor == {}


def figures(corpus: Corpus) -> str:
    lines = []
    for least in (Confidence.POSSIBLE, Confidence.LIKELY):
        result = scores(corpus.labels, found(corpus, least))
        total = Score(
            *(sum(getattr(one, part) for one in result.values()) for part in ("right", "wrong", "missed"))
        )
        lines += [f"at least {least.word}"]
        lines += [
            f"{one:28} {s.precision:.3f} {s.recall:.3f} {s.f1:.3f}  {s.right:5} {s.wrong:4} {s.missed:4}"
            for one, s in {**result, "all": total}.items()
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    for make in (sparse, dense):
        print(make.__name__, figures(make(Random(11), ROWS if make is sparse else 200)), sep="\n")  # noqa: T201
