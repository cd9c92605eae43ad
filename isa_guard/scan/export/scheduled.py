"""An export held to what the agreement schedules, field by field: its columns, what was done to them, and every cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import Place
from isa_guard.frozen import dataclass
from isa_guard.language.constraints import Rule
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.export.compiled import compiled
from isa_guard.scan.export.schedule_words import cells_break, list_of
from isa_guard.scan.frames import polars

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

    from isa_guard.language.values import Value
    from isa_guard.model.agreement import Agreement, Category
    from isa_guard.model.manifest import Manifest, ManifestColumn
    from isa_guard.model.schedule import ScheduledField
    from isa_guard.scan.contents import Spot, TablePart

MICRODATA: Final = "microdata"
FIRST: Final = 3  # places that are told of each rule of a column


@dataclass(frozen=True, slots=True)
class Broken:
    """How many cells of a column break a rule of its field, and the numbers of the first rows with one."""

    many: int
    first: tuple[int, ...]

    def __add__(self, other: Broken) -> Broken:
        return Broken(self.many + other.many, (*self.first, *other.first)[:FIRST])


class Scheduled:
    """One export, held to the schedules of its agreement. `declared` are the fields of its manifest."""

    def __init__(self, manifest: Manifest, agreement: Agreement, declared: Mapping[str, Value]) -> None:
        self.manifest = manifest
        self.declared = declared
        self.categories = {one.id: one for one in agreement.categories}
        self.schedules = {one.category: one for one in agreement.schedules}
        self.broken: dict[tuple[Spot, str, Rule], Broken] = {}
        self.tables: dict[tuple[Spot, tuple[str, ...]], None] = {}

    def add(self, part: TablePart) -> None:
        """Hold a batch of a table to the schedules. Raises UsageError where polars is missing."""
        self.tables.setdefault((part.spot, tuple(part.frame.columns)))
        fields = [field for name in part.frame.columns if (field := self._field(name)) is not None]
        for name, rule, found in broken_in(part, fields):
            at = (part.spot, name, rule)
            self.broken[at] = self.broken[at] + found if at in self.broken else found

    def seen(self) -> Iterator[Observation]:
        """Answer what is outside the schedules: columns of the manifest, and cells of the tables."""
        for column in self.manifest.columns.values():
            why = self._unscheduled(column)
            if why:
                words = f"column {column.name} {why}"
                yield Observation(
                    Seen.UNSCHEDULED,
                    Weight.STOPS,
                    column.name,
                    words,
                    column.place,
                    "",
                    f"column {column.name}",
                )
        yield from self._missing()
        for (spot, name, rule), found in self.broken.items():
            field = self._field(name)
            assert field is not None
            line, *more = found.first
            words = f"column {name}: {cells_break(field, rule, found.many)}{list_of(more, found.many)}"
            yield Observation(
                Seen.DEPARTING,
                Weight.STOPS,
                rule.value,
                words,
                Place(spot.file, line),
                spot.part,
                f"column {name}",
                many=found.many,
            )

    def _field(self, name: str) -> ScheduledField | None:
        column = self.manifest.columns.get(name)
        schedule = self.schedules.get(column.category) if column else None
        return schedule.field(name) if schedule else None

    def _unscheduled(self, column: ManifestColumn) -> str:
        """Answer why a column may not be sent as it is declared, or nothing."""
        named = self.declared.get("categories")
        if isinstance(named, tuple) and column.category not in named:
            # Else a column would leave its schedule by the name of another category.
            return f"is of the category {column.category}, which the export does not name"
        category: Category | None = self.categories.get(column.category)
        if category is not None and category.fields and column.name not in category.fields:
            return f"is not in the schedule of {column.category}"
        field = self._field(column.name)
        if field is not None and field.treatment not in {None, column.treatment}:
            return f"is declared {column.treatment}, and the schedule has it {field.treatment}"
        return ""

    def _missing(self) -> Iterator[Observation]:
        """What a schedule requires is a column of the manifest, and of every table with columns of that category."""
        for category in dict.fromkeys(
            (*self._sent(), *(one.category for one in self.manifest.columns.values()))
        ):
            schedule = self.schedules.get(category)
            required = [field.name for field in schedule.fields if field.required] if schedule else []
            for name in required:
                column = self.manifest.columns.get(name)
                if column is None or column.category != category:
                    yield _missing(name, category, self.manifest.place, "")
                    continue
                for spot, names in self.tables:
                    if name not in names and any(self._is_of(one, category) for one in names):
                        yield _missing(name, category, Place(spot.file), spot.part)

    def _sent(self) -> Sequence[str]:
        """Records are sent of every category that the export names; figures and documents have no row of it."""
        named = self.declared.get("categories")
        return (
            tuple(map(str, named))
            if self.declared.get("release") == MICRODATA and isinstance(named, tuple)
            else ()
        )

    def _is_of(self, name: str, category: str) -> bool:
        column = self.manifest.columns.get(name)
        return column is not None and column.category == category


def _missing(name: str, category: str, place: Place, part: str) -> Observation:
    words = f"there is no column {name}, which the schedule of {category} requires"
    return Observation(
        Seen.DEPARTING, Weight.STOPS, Rule.REQUIRED.value, words, place, part, f"column {name}"
    )


def broken_in(part: TablePart, fields: Sequence[ScheduledField]) -> Iterator[tuple[str, Rule, Broken]]:
    """Answer the rules that cells of a batch break, column by column. Raises UsageError where polars is missing."""
    if not fields or not part.frame.height:
        return
    checks = [
        (field.name, check)
        for number, field in enumerate(fields)
        for check in compiled(field, polars().col(str(number)))
    ]
    if not checks:
        return
    masks = masks_of(part.frame, fields, [check.breaks for _, check in checks])
    for (name, check), mask in zip(checks, masks.get_columns(), strict=True):
        many = int(mask.sum())
        if many:
            first = mask.arg_true().head(FIRST).to_list()
            yield name, check.rule, Broken(many, tuple(map(part.number, first)))


def masks_of(
    frame: pl.DataFrame, fields: Sequence[ScheduledField], breaks: Sequence[pl.Expr]
) -> pl.DataFrame:
    """Answer a column of truth values for each expression. Columns go by number: a heading such as `^.*$` is one to polars."""
    library = polars()
    cells = library.DataFrame(
        [frame.get_column(field.name).cast(library.String).alias(str(n)) for n, field in enumerate(fields)]
    )
    # Lazily, so that what several rules of a column read is read once.
    masks: pl.DataFrame = cells.lazy().select([one.alias(str(n)) for n, one in enumerate(breaks)]).collect()
    return masks
