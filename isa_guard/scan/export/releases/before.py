"""One export among those that went before it: what it is kept as, and what it gives away together with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import Place
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.disclosure.earlier import keep
from isa_guard.scan.disclosure.finding import Check
from isa_guard.scan.export.releases.compare import figures_before, records_before
from isa_guard.scan.export.releases.records import Linkable
from isa_guard.scan.export.releases.release import Release, digest, export_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isa_guard.language.values import Value
    from isa_guard.model.manifest import Manifest
    from isa_guard.scan.contents import TablePart
    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.export.figures import Figured
    from isa_guard.scan.export.releases.folder import Releases

NOT_COMPARED: Final = "not compared with earlier releases: none are kept (`--releases FOLDER` keeps them)"


class Before:
    """`declared` are the fields of the manifest; its records are taken batch by batch, its figures at the end."""

    def __init__(self, manifest: Manifest, declared: Mapping[str, Value], releases: Releases) -> None:
        self.manifest = manifest
        self.declared = declared
        self.releases = releases
        self.linkable = Linkable(manifest, releases.key)
        self.export = export_digest(file.sha256 for file in manifest.files)

    @property
    def earlier(self) -> tuple[Release, ...]:
        """The releases that went before, this one itself left out where it was let go already."""
        return tuple(one for one in self.releases.kept if one.export != self.export)

    def add(self, part: TablePart) -> None:
        """Take a batch of records."""
        self.linkable.add(part)

    def release(self, tables: Sequence[Figured]) -> Release:
        """Answer what is kept of this export."""
        key = self.releases.key
        population = self._said("population")
        return Release(
            self.export,
            self._said("reference"),
            self._said("to"),
            self._said("purpose"),
            digest(" ".join(population.casefold().split()), key).hex() if population else "",
            tuple(keep(one.table, key) for one in tables),
            self.linkable.keys,
            self.linkable.order,
            self.linkable.records,
        )

    def seen(self, tables: Sequence[Figured], limits: Limits) -> Iterator[Observation]:
        """Answer what this export gives away together with those that went before."""
        new = self.release(tables)
        source = self.manifest.place.source
        yield from figures_before(tables, new, self.earlier, self.releases.key, limits)
        yield from records_before(self.linkable, new, self.earlier, source)

    def _said(self, name: str) -> str:
        value = self.declared.get(name)
        return value if isinstance(value, str) else ""


def not_compared(manifest: Manifest) -> Observation:
    """Answer what is told where no releases are kept."""
    return Observation(
        Seen.DISCLOSURE, Weight.ALLOWED, Check.DIFFERENCING.value, NOT_COMPARED, Place(manifest.place.source)
    )
