"""How much of files a look into them has seen: all, a sample of rows, or no more than up to the first sure finding."""

from __future__ import annotations

from isa_guard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Drawn:
    """A table of which `rows` rows were drawn at random, without putting back, of `of` rows that it has."""

    file: str
    part: str
    rows: int
    of: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """`drawn` are the tables of which rows were drawn with `seed`; `stopped_in` is the file whose rest was not read."""

    drawn: tuple[Drawn, ...] = ()
    seed: int = 0
    stopped_in: str = ""

    @property
    def sampled(self) -> tuple[Drawn, ...]:
        """The tables of which not every row was looked at."""
        return tuple(one for one in self.drawn if one.rows < one.of)

    @property
    def word(self) -> str:
        """As it is written in reports."""
        return "stopped early" if self.stopped_in else "sample" if self.sampled else "all"


def ruled_out(rows: int) -> float:
    """The share of rows above which a clean sample of so many would be a chance of less than one in twenty.

    Of rows of which the share p hold something, n drawn at random are all clean with at most (1 - p)**n; drawn
    without putting back it is less (Clopper and Pearson 1934, the case of no success).
    """
    return float(1 - 0.05 ** (1 / rows))


def per_cent(share: float) -> str:
    """A share in per cent, to three figures."""
    return f"{share * 100:.3g} %"
