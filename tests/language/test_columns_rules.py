"""Every shipped rule about events, printed for both dialects, has on every event the outcome of the exact reading."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from isa_guard.language import exact
from isa_guard.language.columns import OUTCOMES, Dialect, Printer, outcome_column
from isa_guard.language.condition import Condition
from isa_guard.language.outcome import Outcome
from isa_guard.language.syntax import Literal, walk
from isa_guard.language.types import Bool, Date, Int, List, Record, String, Timestamp, Type
from isa_guard.load.agreement import Shelf, load_version
from isa_guard.load.cases import read_rule_cases
from isa_guard.model.facts import FactKind
from tests.language.column_judges import InDuckDB, InSpark, paths, quoted, spark_session
from tests.language.column_rows import GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isa_guard.model.agreement import Agreement

ROOT = Path(__file__).parents[2]
AGREEMENTS = sorted(path.parent for path in (ROOT / "policies").glob("*/*/agreement.yaml"))
RULES = sorted(
    path.parent for path in (ROOT / "rules").glob("*/*/rule.yaml") if "\non: event\n" in path.read_text()
)
DAY = 86_400_000_000


@cache
def agreement_of(folder: Path) -> Agreement:
    if (folder / "agreement.yaml").exists():
        return load_version(folder, Shelf())
    return read_rule_cases(folder).agreement


def conditions(agreement: Agreement) -> dict[str, Condition]:
    return {
        rule.id: Condition(rule.when, rule.require) for rule in agreement.rules if rule.on is FactKind.EVENT
    }


def words(agreement: Agreement, found: dict[str, Condition]) -> tuple[str, ...]:
    """What the rules compare with: their own words, and the ids of the parties."""
    expressions = [part for c in found.values() for part in (c.when, c.require) if part is not None]
    literals = (node for part in expressions for node in walk(part.expr) if isinstance(node, Literal))
    own = [node.value for node in literals if isinstance(node.value, str)]
    return tuple(dict.fromkeys((*own, *(party.id for party in agreement.parties), "somebody else")))


def event(chance: Random, schema: Record, own: tuple[str, ...], begins: int) -> dict[str, Any]:
    """An event that keeps to the schema, each field absent now and then, its days near one another."""
    near = chance.choice((begins, begins + 183, begins + 365, begins + 366, begins + 731, 20_000, 20_750))

    def value(name: str, type_: Type) -> Any:
        match type_:
            case Bool():
                return chance.random() < 0.5
            case Int():
                return chance.randint(-1, 5)
            case Date():
                return near + chance.choice((0, 0, 0, 1, -1, 7, 30, 365, -365))
            case Timestamp():
                return (near + chance.choice((0, 0, 1, 30, 184, 366))) * DAY + chance.choice(
                    (-1, 0, DAY - 1, DAY // 2)
                )
            case List(element=element):
                several = chance.randint(0, 4)
                return own if several == 4 else tuple(value(name, element) for _ in range(several))
            case String(values=None):
                return chance.choice(own)
            case String(values=known):
                likely = [word for word in known or () if word in own]
                return chance.choice(likely if likely and chance.random() < 0.7 else known or ("",))
            case _:
                raise AssertionError(name)

    return {
        field.name: value(field.name, field.type)
        for field in schema.fields
        if not field.optional or field.name in {"at", "source"} or chance.random() < 0.93
    }


def prepared(
    folder: Path, dialect: Dialect, many: int
) -> tuple[Printer, dict[str, Condition], list[Any], Any]:
    agreement = agreement_of(folder)
    schema = agreement.schemas[FactKind.EVENT]
    found, known = conditions(agreement), paths("event", schema)
    given = {**GIVEN, "agreement": agreement.constant} if agreement.varied else GIVEN
    printer = Printer(dialect, quoted(dialect, known), given=given, dated=frozenset({"event.at"}))
    chance, own = Random(7), words(agreement, found)
    begins = agreement.constant.get("begins", 17_652)
    assert isinstance(begins, int)
    return printer, found, [event(chance, schema, own, begins) for _ in range(many)], (known, given)


def compare(
    found: dict[str, Condition], events: list[Any], rows: list[tuple[Any, ...]], given: dict[str, Any]
) -> Counter[Outcome]:
    seen: Counter[Outcome] = Counter()
    for fact, row in zip(events, rows, strict=True):
        for (name, condition), number in zip(found.items(), row, strict=True):
            wanted = exact.outcome(condition, {"event": fact, **given})
            assert OUTCOMES[number] is wanted, (name, fact)
            seen[wanted] += 1
    return seen


# The law on requests from the public has nothing to say of events.
ABOUT_EVENTS = [folder for folder in AGREEMENTS if conditions(agreement_of(folder))]


@pytest.mark.parametrize(
    "folder", [*RULES, *ABOUT_EVENTS], ids=lambda folder: f"{folder.parent.name}/{folder.name}"
)
def test_duckdb_judges_events_as_the_exact_reading_does(folder: Path) -> None:
    printer, found, events, (known, given) = prepared(folder, Dialect.DUCKDB, 1_500)
    columns = [outcome_column(printer, condition) for condition in found.values()]
    database = InDuckDB(events, known)
    seen = compare(found, events, database.values(printer, columns), given)
    database.connection.close()
    assert set(seen) == set(Outcome), seen
    assert sum(seen.values()) == 1_500 * len(found)


def test_every_rule_about_events_is_among_them() -> None:
    assert len(RULES) >= 12
    assert {rule for folder in ABOUT_EVENTS for rule in conditions(agreement_of(folder))} >= {
        f"{folder.parent.name}/{folder.name}" for folder in RULES
    }


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    session = spark_session()
    yield session
    session.stop()


@pytest.mark.slow
@pytest.mark.parametrize("folder", ABOUT_EVENTS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_spark_judges_events_as_the_exact_reading_does(folder: Path, spark: Any) -> None:
    printer, found, events, (known, given) = prepared(folder, Dialect.SPARK, 1_500)
    columns = [outcome_column(printer, condition) for condition in found.values()]
    seen = compare(found, events, InSpark(spark, events, known).values(printer, columns), given)
    assert set(seen) == set(Outcome), seen
