"""What an export claims of its records, checked over whole tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.model.manifest import Role, Treatment
from isa_guard.scan.disclosure.checks import Claim, check_records
from isa_guard.scan.disclosure.microdata.records import records_of
from isa_guard.scan.export.disclosed import disclosed, doubt
from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.model.manifest import Manifest
    from isa_guard.model.observation import Observation
    from isa_guard.scan.contents import Spot, TablePart
    from isa_guard.scan.disclosure.limits import Limits

MOST_ROWS: Final = 5_000_000  # of records whose claim is checked: some hundred octets each in memory


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
            yield doubt(first, f"the table has more than {MOST_ROWS:,} rows, and was not checked as a whole")
            return
        names = first.frame.columns
        roles = {role: tuple(one for one in names if role_of(self.manifest, one) is role) for role in Role}
        if claim is Claim.ANONYMISED and not roles[Role.QUASI_IDENTIFIER]:
            yield doubt(
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
                yield disclosed(one, first, heading=0)
        except UsageError as error:
            yield doubt(first, str(error))


def role_of(manifest: Manifest, name: str) -> Role:
    """Answer what a column is to somebody who would find a person; what is pseudonymised is a key, whether it is called one or not."""
    column = manifest.columns.get(name)
    if column is None:
        return Role.OTHER
    is_key = column.role is Role.OTHER and column.treatment is Treatment.PSEUDONYMISED
    return Role.KEY if is_key else column.role
