"""What the figures and records of an export give away: statistical disclosure control by the agreement's own numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Place, Problem, UsageError
from isa_guard.model.manifest import Role, Treatment
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.disclosure.checks import Claim, check_records, check_table
from isa_guard.scan.disclosure.finding import Severity
from isa_guard.scan.disclosure.limits import Comparison, Limits, Threshold, ZeroPolicy
from isa_guard.scan.disclosure.microdata.records import records_of
from isa_guard.scan.disclosure.sheet import find_tables
from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.model.agreement import Agreement
    from isa_guard.model.manifest import Manifest
    from isa_guard.scan.contents import Spot, TablePart
    from isa_guard.scan.disclosure.finding import Disclosure

UNCHECKED: Final = "could-not-be-checked"
MOST_ROWS: Final = 5_000_000  # of records whose claim is checked: some hundred octets each in memory


def limits_of(agreement: Agreement) -> Limits:
    """Answer the numbers that the agreement states under `terms: statistics:`; the usual ones where it states none.

    `least-shown` is the smallest count of people that may be shown, which leaves no doubt about the operator;
    `zeros: withheld`; `rounded-to: 5`; `alike: 5` is k. Raises LoadError for a value that makes no sense, at its place.
    """
    usual = Limits()
    found = {"least_shown": usual.threshold.least_safe, "rounded_to": usual.rounding_base, "alike": usual.k}
    zeros, problems = usual.zeros, []
    for term in agreement.terms:
        group, _, name = term.path.partition(".")
        if group != "statistics":
            continue
        if name == "zeros" and term.value in set(ZeroPolicy):
            zeros = ZeroPolicy(str(term.value))
        elif name in found and type(term.value) is int and term.value >= 1:
            found[name] = term.value
        else:
            hint = f"{', '.join(found).replace('_', '-')}: a number from 1; zeros: {' or '.join(ZeroPolicy)}"
            problems.append(
                Problem(f"`{term.path}` says nothing that figures can be held to", term.place, hint, "term")
            )
    if problems:
        raise LoadError(tuple(problems))
    return Limits(
        threshold=Threshold(Comparison.FEWER_THAN, found["least_shown"]),
        zeros=zeros,
        rounding_base=found["rounded_to"],
        k=found["alike"],
    )


class Figures:
    """The figures of a release. A sheet that comes in several batches, or holds no table of figures, is a doubt."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.sheets: dict[Spot, TablePart] = {}
        self.long: set[Spot] = set()

    def add(self, part: TablePart) -> None:
        """Take a sheet, or a batch of one."""
        if self.sheets.setdefault(part.spot, part) is not part:
            self.long.add(part.spot)

    def seen(self) -> Iterator[Observation]:
        """Answer what the figures give away."""
        for spot, part in self.sheets.items():
            if spot in self.long:
                yield _doubt(part, "the figures come in several parts, and were not checked as a whole")
            else:
                yield from self._in(part)

    def _in(self, part: TablePart) -> Iterator[Observation]:
        rows = [part.frame.columns, *part.frame.iter_rows()]
        tables = find_tables([[str(cell or "") for cell in row] for row in rows])
        if not tables:
            yield _doubt(part, "no table of figures was made out here")
        for table in tables:
            for one in check_table(table, self.limits):
                yield _seen(one, part, heading=1)


class Claimed:
    """What an export claims of its records, as a whole or of one column, checked over whole tables.

    In one batch everybody looks alone; so the columns on which a claim rests are kept until their table is whole.
    """

    def __init__(self, manifest: Manifest, treatment: str, limits: Limits) -> None:
        self.manifest = manifest
        self.limits = limits
        said = {treatment, *(column.treatment.value for column in manifest.columns.values())}
        self.claim = next(
            (claim for claim in Claim if claim.value in said), None
        )  # the stronger stands first
        self.parts: dict[tuple[Spot, tuple[str, ...]], list[TablePart]] = {}

    def add(self, part: TablePart) -> None:
        """Take a batch of a table."""
        if self.claim is None:
            return
        names = [name for name in part.frame.columns if role_of(self.manifest, name) is not Role.OTHER]
        held = replace(part, frame=part.frame.select(names))
        self.parts.setdefault((part.spot, tuple(names)), []).append(held)

    def seen(self) -> Iterator[Observation]:
        """Answer what speaks against the claim."""
        if self.claim is not None:
            for parts in self.parts.values():
                yield from self._in(parts, self.claim)

    def _in(self, parts: Sequence[TablePart], claim: Claim) -> Iterator[Observation]:
        first = parts[0]
        if sum(part.frame.height for part in parts) > MOST_ROWS:
            yield _doubt(first, f"the table has more than {MOST_ROWS:,} rows, and was not checked as a whole")
            return
        names = first.frame.columns
        roles = {role: tuple(one for one in names if role_of(self.manifest, one) is role) for role in Role}
        if claim is Claim.ANONYMISED and not roles[Role.QUASI_IDENTIFIER]:
            yield _doubt(
                first, "no column is declared as a quasi-identifier, so anonymity could not be checked"
            )
            return
        if not names:
            return  # a claim of pseudonymity rests on keys: here is none to be undone
        try:
            held = records_of(
                polars().concat([part.frame for part in parts]),
                quasi=roles[Role.QUASI_IDENTIFIER],
                sensitive=roles[Role.SENSITIVE],
                keys=roles[Role.KEY],
            )
            for one in check_records(held, claim, self.limits):
                yield _seen(one, first, heading=0)
        except UsageError as error:
            yield _doubt(first, str(error))


def role_of(manifest: Manifest, name: str) -> Role:
    """Answer what a column is to somebody who would find a person; what is pseudonymised is a key, whether it is called one or not."""
    column = manifest.columns.get(name)
    if column is None:
        return Role.OTHER
    is_key = column.role is Role.OTHER and column.treatment is Treatment.PSEUDONYMISED
    return Role.KEY if is_key else column.role


def _seen(one: Disclosure, part: TablePart, heading: int) -> Observation:
    weight = Weight.STOPS if one.severity is Severity.BLOCK else Weight.DOUBTFUL
    what = UNCHECKED if one.severity is Severity.UNCHECKED else one.check.value
    first = one.cells[0] if one.cells else None
    line = _line(part, first.row - 1 - heading) if first is not None and first.row else 0
    column = f"column {first.column}" if first is not None and first.column else ""
    words = f"{one.what}: {one.why}"
    return Observation(
        Seen.DISCLOSURE,
        weight,
        what,
        words,
        Place(part.spot.file, line),
        part.spot.part,
        column,
        "",
        max(1, len(one.cells)),
    )


def _line(part: TablePart, index: int) -> int:
    """Answer the number of a row of a part; that of the headings stands before the first."""
    return part.number(index) if 0 <= index < part.frame.height else max(part.row - 1, 0)


def _doubt(part: TablePart, why: str) -> Observation:
    return Observation(
        Seen.DISCLOSURE, Weight.DOUBTFUL, UNCHECKED, why, Place(part.spot.file), part.spot.part
    )
