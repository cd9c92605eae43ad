"""What the figures and records of an export give away: statistical disclosure control by the agreement's own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import Place, UsageError
from isa_guard.model.manifest import Role, Treatment
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.disclosure.checks import Claim, check_records, check_table
from isa_guard.scan.disclosure.finding import Severity
from isa_guard.scan.disclosure.limits import Comparison, Limits, Threshold, ZeroPolicy
from isa_guard.scan.disclosure.microdata.records import records_of
from isa_guard.scan.disclosure.sheet import find_tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.model.agreement import Agreement
    from isa_guard.model.manifest import Manifest
    from isa_guard.scan.contents import TablePart
    from isa_guard.scan.disclosure.finding import Disclosure

UNCHECKED: Final = "could-not-be-checked"
MOST_ROWS: Final = 5_000_000  # of records whose claim is checked: some hundred octets each in memory


def limits_of(agreement: Agreement) -> Limits:
    """Answer the numbers that the agreement states under `terms: statistics:`; the usual ones where it states none.

    `least-shown` is the smallest count of people that may be shown, which leaves no doubt about the operator;
    `zeros: withheld`; `rounded-to: 5`; `alike: 5` is k.
    """
    terms = {term.path: term.value for term in agreement.terms if term.path.startswith("statistics.")}

    def number(name: str, default: int) -> int:
        value = terms.get(f"statistics.{name}")
        return value if isinstance(value, int) else default

    usual = Limits()
    return Limits(
        threshold=Threshold(Comparison.FEWER_THAN, number("least_shown", usual.threshold.least_safe)),
        zeros=ZeroPolicy(str(terms.get("statistics.zeros", usual.zeros))),
        rounding_base=number("rounded_to", usual.rounding_base),
        k=number("alike", usual.k),
    )


def figures(part: TablePart, limits: Limits) -> Iterator[Observation]:
    """Answer what the figures of a sheet give away. A sheet in which no table of figures is found is a doubt."""
    grid = [part.frame.columns, *([cell or "" for cell in row] for row in part.frame.iter_rows())]
    tables = find_tables([[str(cell) for cell in row] for row in grid])
    if not tables:
        yield _doubt(part, "no table of figures was made out here")
    for table in tables:
        for one in check_table(table, limits):
            yield _seen(one, part, heading=1)


def records(
    parts: Sequence[TablePart], manifest: Manifest, claim: Claim, limits: Limits
) -> Iterator[Observation]:
    """Answer what speaks against the claim that nobody, or only the holder of the key, can be found in the records of a table.

    `parts` are all of it; columns of no role may be left out of them.
    """
    first = parts[0]
    if sum(part.frame.height for part in parts) > MOST_ROWS:
        yield _doubt(first, f"the table has more than {MOST_ROWS:,} rows, and was not checked as a whole")
        return
    roles = {
        role: tuple(name for name in first.frame.columns if role_of(manifest, name) is role) for role in Role
    }
    if claim is Claim.ANONYMISED and not roles[Role.QUASI_IDENTIFIER]:
        yield _doubt(first, "no column is declared as a quasi-identifier, so anonymity could not be checked")
        return
    if not any(roles[role] for role in Role if role is not Role.OTHER):
        return  # a claim of pseudonymity rests on keys: there is none to be undone
    import polars as pl

    try:
        held = records_of(
            pl.concat([part.frame for part in parts]),
            quasi=roles[Role.QUASI_IDENTIFIER],
            sensitive=roles[Role.SENSITIVE],
            keys=roles[Role.KEY],
        )
        for one in check_records(held, claim, limits):
            yield _seen(one, first, heading=0)
    except UsageError as error:
        yield _doubt(first, str(error))


def in_parts(part: TablePart) -> Observation:
    """Answer that a table too long to be held at once was not checked as a whole."""
    return _doubt(part, "the table is too long to be checked as a whole")


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
