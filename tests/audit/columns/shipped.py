"""Random logs for the shipped agreements: events that meet one another, near the ends of what is agreed."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

from isa_guard.language.syntax import Literal, walk
from isa_guard.language.types import Bool, Date, Int, List, String, Timestamp, Type
from isa_guard.load.agreement import load
from isa_guard.model.agreement import Agreement, Versions
from isa_guard.model.facts import FactKind
from isa_guard.model.log import LogEvent, LogPlace
from isa_guard.model.log_rule import Expectation

DAY = 86_400_000_000
HOUR = 3_600_000_000
FEW = {"ref": 6, "dataset": 3, "actor": 4, "recipient": 3, "purpose": 2, "source": 2}


@cache
def shipped(name: str = "cambridgeshire-opcc") -> Versions:
    return load(name)


def words(agreement: Agreement) -> tuple[str, ...]:
    """What the conditions compare with, and the parties."""
    checked = [
        part for rule in agreement.rules if rule.on is FactKind.EVENT for part in (rule.when, rule.require)
    ]
    for rule in agreement.log_rules:
        pattern = rule.pattern
        checked += [pattern.trigger.condition if pattern.trigger else None]
        checked += [pattern.answer.condition] if isinstance(pattern, Expectation) else []
    nodes = (node for part in checked if part is not None for node in walk(part.expr))
    own = [node.value for node in nodes if isinstance(node, Literal) and isinstance(node.value, str)]
    return tuple(dict.fromkeys((*own, *(party.id for party in agreement.parties), "somebody else")))


def random_log(
    agreement: Agreement, seed: int, many: int, days: int = 500, begins: int = 20_000
) -> list[LogEvent]:
    chance, own = Random(seed), words(agreement)
    actions = [word for word in own if word in _actions(agreement)]
    fields = agreement.schemas[FactKind.EVENT].fields

    def value(name: str, type_: Type, day: int) -> Any:
        if name in FEW:
            return f"{name} {chance.randrange(FEW[name])}"
        if name == "action":
            return chance.choice(actions)
        match type_:
            case Bool():
                return chance.random() < 0.5
            case Int():
                return chance.randint(-1, many // 3)
            case Date():
                return day + chance.choice((0, 1, -1, 7, 14, 30, 365, -365))
            case List(element=element):
                return tuple(value("", element, day) for _ in range(chance.randint(0, 3)))
            case String(values=None):
                return chance.choice(own)
            case String(values=known):
                return chance.choice(known or ("",))
            case _:
                raise AssertionError(name)

    log = []
    for line in range(1, many + 1):
        day = begins + chance.randrange(days)
        at = day * DAY + chance.choice((0, -1, DAY - 1, 9 * HOUR, 10 * HOUR, chance.randrange(DAY)))
        values = {
            field.name: value(field.name, field.type, day)
            for field in fields
            if not isinstance(field.type, Timestamp) and chance.random() < 0.95
        }
        log.append(
            LogEvent(at, LogPlace(chance.randrange(2), line), values | {"at": at, "reference": f"E{line}"})
        )
    return sorted(log, key=lambda event: event.place)


def _actions(agreement: Agreement) -> tuple[str, ...]:
    field = agreement.schemas[FactKind.EVENT].field("action")
    assert field is not None
    assert isinstance(field.type, String)
    return field.type.values or ()
