from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.language.checker import Scope, check
from isa_guard.language.condition import Condition
from isa_guard.language.faults import ExpressionError
from isa_guard.language.mutants import mutants
from isa_guard.language.outcome import Outcome
from isa_guard.language.parser import parse
from isa_guard.language.printer import show
from isa_guard.language.python import compile_conditions
from isa_guard.language.reach import Reach, Reaches, reaches, satisfiable
from isa_guard.language.types import (
    BOOL,
    BYTES,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    NOTHING,
    PERIOD,
    STRING,
    TIMESTAMP,
    Field,
    List,
    Record,
    String,
)
from isa_guard.uk.periods import parse_period
from tests.language import generator
from tests.language.examples import checked

POSSIBLE, NEVER, UNKNOWN = Reach.POSSIBLE, Reach.NEVER, Reach.UNKNOWN


def wrongs(text: str) -> dict[str, str]:
    return {mutant.description: show(mutant.expr) for mutant in mutants(parse(text))}


def test_every_small_wrong_is_done_and_described() -> None:
    assert wrongs("a.x >= 3 && !(b in ['x', 'y'])") == {
        "&& became || in a.x >= 3 && !(b in ['x', 'y'])": "a.x >= 3 || !(b in ['x', 'y'])",
        "!(b in ['x', 'y']) was dropped": "a.x >= 3",
        "a.x >= 3 was dropped": "!(b in ['x', 'y'])",
        ">= became > in a.x >= 3": "a.x > 3 && !(b in ['x', 'y'])",
        ">= became < in a.x >= 3": "a.x < 3 && !(b in ['x', 'y'])",
        "3 became 2": "a.x >= 2 && !(b in ['x', 'y'])",
        "3 became 4": "a.x >= 4 && !(b in ['x', 'y'])",
        "the ! of !(b in ['x', 'y']) was dropped": "a.x >= 3 && b in ['x', 'y']",
        "b in ['x', 'y'] was reversed": "a.x >= 3 && !!(b in ['x', 'y'])",
        "'x' was left out of ['x', 'y']": "a.x >= 3 && !(b in ['y'])",
        "'y' was left out of ['x', 'y']": "a.x >= 3 && !(b in ['x'])",
    }
    assert wrongs("l.all(x, true)") == {
        "all became exists in l.all(x, true)": "l.exists(x, true)",
        "true was reversed": "l.all(x, false)",
    }
    assert wrongs("l.exists_one(x, f(x))") == {
        "exists_one became exists in l.exists_one(x, f(x))": "l.exists(x, f(x))"
    }
    assert wrongs("-9223372036854775808") == {
        "-9223372036854775808 became -9223372036854775807": "-9223372036854775807"
    }
    assert wrongs("9223372036854775807") == {
        "9223372036854775807 became 9223372036854775806": "9223372036854775806"
    }
    assert list(mutants(parse("has(a.b)"))) == []


@given(st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_a_mutant_differs_and_can_be_written_down(seed: int) -> None:
    chance = Random(seed)
    expr = generator.condition(chance, generator.schema(chance), 3)
    for mutant in mutants(expr):
        assert mutant.expr != expr
        assert parse(show(mutant.expr)) == mutant.expr


# Reach ------------------------------------------------------------------------------------------------------


def reach(require: str, when: str | None = None) -> Reaches:
    applies = None if when is None else checked(when, BOOL)
    return reaches(Condition(applies, checked(require, BOOL, given=applies)))


@pytest.mark.parametrize(
    ("when", "require", "expected"),
    [
        (None, "transfer.formality == 'formal'", Reaches(POSSIBLE, POSSIBLE, POSSIBLE)),
        (None, "true", Reaches(POSSIBLE, POSSIBLE, NEVER)),
        ("transfer.urgent && !transfer.urgent", "false", Reaches(NEVER, NEVER, NEVER)),
        (
            "transfer.formality == 'formal'",
            "transfer.formality != 'informal'",
            Reaches(POSSIBLE, POSSIBLE, NEVER),
        ),
        ("has(transfer.volume) && !has(transfer.volume)", "false", Reaches(NEVER, NEVER, NEVER)),
        ("has(transfer.volume)", "has(transfer.volume)", Reaches(POSSIBLE, POSSIBLE, NEVER)),
        (
            "has(transfer.deputy) && has(transfer.deputy.mail)",
            "transfer.urgent",
            Reaches(POSSIBLE, POSSIBLE, POSSIBLE),
        ),
        (None, "transfer.cells <= agreement.limit", Reaches(POSSIBLE, POSSIBLE, POSSIBLE)),
        (None, "transfer.cells < transfer.cells", Reaches(POSSIBLE, UNKNOWN, POSSIBLE)),
        (
            None,
            "transfer.needed_by >= earliest(transfer.requested_on, agreement.notice)",
            Reaches(POSSIBLE, POSSIBLE, POSSIBLE),
        ),
        (None, "transfer.items.all(i, i.kind == 'rate')", Reaches(POSSIBLE, POSSIBLE, POSSIBLE)),
        (None, "transfer.codes.exists(c, c in agreement.codes)", Reaches(POSSIBLE, POSSIBLE, POSSIBLE)),
        (None, "transfer.?notes.orValue('') != 'stop'", Reaches(POSSIBLE, POSSIBLE, POSSIBLE)),
        (
            "transfer.urgent && transfer.needed_by > transfer.requested_on",
            "true",
            Reaches(POSSIBLE, POSSIBLE, UNKNOWN),
        ),
        (None, "agreement.limit == 500", Reaches(POSSIBLE, POSSIBLE, NEVER)),
        (
            None,
            "due(transfer.sent_at, agreement.breach) >= transfer.sent_at + transfer.took",
            Reaches(POSSIBLE, POSSIBLE, POSSIBLE),
        ),
    ],
)
def test_whether_a_rule_can_apply_be_met_and_be_broken(
    when: str | None, require: str, expected: Reaches
) -> None:
    assert reach(require, when) == expected


def test_satisfiable_asks_whether_a_rule_can_be_broken() -> None:
    assert satisfiable(Condition(None, checked("transfer.urgent", BOOL))) is POSSIBLE
    assert satisfiable(Condition(None, checked("transfer.urgent || !transfer.urgent", BOOL))) is NEVER


def test_terms_of_the_agreement_and_periods_are_tried_too() -> None:
    record = Record("t", (Field("within", PERIOD), Field("empty", List(NOTHING)), Field("on", DATE)))
    agreement = Record("agreement", (Field("notice", PERIOD), Field("ended", DATE, optional=True)))
    scope = Scope({"t": record}, {"agreement": (agreement, {"notice": parse_period("3 weeks")})})
    text = "t.within != agreement.notice && t.empty == [] && agreement.?ended.orValue(t.on) == t.on"
    found = reaches(Condition(None, check(parse(text), scope, BOOL)))
    assert (found.met, found.broken) == (POSSIBLE, POSSIBLE)


def test_values_are_found_for_every_type_and_for_many_fields() -> None:
    item = Record("item", (Field("n", INT, optional=True), Field("s", STRING)))
    record = Record(
        "t",
        (
            Field("d", DOUBLE),
            Field("b", BYTES),
            Field("t", TIMESTAMP),
            Field("e", DURATION),
            Field("l", List(item)),
            Field("v", List(List(String(("x", "y"))))),
            Field("p", List(STRING), optional=True),
        ),
    )
    scope = Scope({"t": record, "u": INT})
    text = (
        "t.d > 0.5 && t.b == b'x' && t.t > timestamp('2026-01-01T00:00:00Z') && t.e == duration('5s')"
        " && t.l.exists(i, i.s == 'here') && t.v.exists(w, 'y' in w) && u == 77"
    )
    found = reaches(Condition(None, check(parse(text), scope, BOOL)))
    assert found.broken is POSSIBLE
    smaller = "t.d > 0.5 && t.b == b'x' && t.l.exists(i, i.s == 'here') && u == 77 && !has(t.p)"
    assert reaches(Condition(None, check(parse(smaller), scope, BOOL))).met is POSSIBLE


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_what_is_said_never_to_happen_does_not_happen(seed: int) -> None:
    chance = Random(seed)
    flags = tuple(
        Field(f"b{n}", chance.choice((BOOL, String(("x", "y", "z")))), optional=chance.random() < 0.5)
        for n in range(4)
    )
    record = Record("transfer", flags)
    needed = frozenset(f"transfer.{f.name}" for f in flags)
    scope = Scope({"transfer": record}, {"agreement": (generator.AGREEMENT, generator.AGREED)}, needed)
    texts = [
        f"transfer.{f.name}" if f.type == BOOL else f"transfer.{f.name} == '{chance.choice('xyz')}'"
        for f in flags
    ] + [f"has(transfer.{f.name})" for f in flags]
    words = (" && ", " || ", " && !", " || !")
    text = chance.choice(texts) + "".join(
        chance.choice(words) + "(" + chance.choice(texts) + ")" for _ in range(4)
    )
    try:
        condition = Condition(None, check(parse(text), scope, BOOL))
    except ExpressionError:
        return
    found = reaches(condition)
    assert UNKNOWN not in {found.met, found.broken}
    program = compile_conditions([condition], ("transfer",))
    seen = {program.run(generator.fact(chance, record, condition.require.expr))[0] for _ in range(400)}
    assert (found.met is POSSIBLE) or Outcome.MET not in seen
    assert (found.broken is POSSIBLE) or Outcome.NOT_MET not in seen
