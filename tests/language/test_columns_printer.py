"""What a text of SQL is made of: columns from a list, bound values, lookups in order - and what is refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from isa_guard.language.checker import Scope, check
from isa_guard.language.column_lookups import Bound, Lookup
from isa_guard.language.column_statement import Statement
from isa_guard.language.columns import OUTCOMES, Column, Dialect, NotPrintable, Printer, outcome_column
from isa_guard.language.condition import Condition
from isa_guard.language.outcome import Outcome
from isa_guard.language.parser import parse
from isa_guard.language.sql_dialects import Spelling
from isa_guard.language.syntax import Binary, BinaryOp, Literal, LiteralKind
from isa_guard.language.types import BOOL, INT, PERIOD, STRING, TIMESTAMP, Field, List, Record
from tests.language.column_judges import InDuckDB, paths, quoted
from tests.language.column_rows import AGREED, AGREEMENT, GIVEN, RECORD, SCOPE, checked

KNOWN = paths("r", RECORD)


def printer_of(dialect: Dialect = Dialect.DUCKDB, **more: Any) -> Printer:
    return Printer(dialect, quoted(dialect, KNOWN), given=GIVEN, **more)


def test_a_rule_becomes_sql_that_a_person_can_read() -> None:
    printer = printer_of()
    column = outcome_column(printer, Condition(checked("r.w == 'red'"), checked("r.a > 3 || !has(r.b)")))
    assert column.text == (
        'CAST(CASE ("r.w" = CAST($isa_p1 AS VARCHAR)) WHEN TRUE THEN CASE '
        '(("r.a" > CAST(\'3\' AS BIGINT)) OR (NOT ("r.b" IS NOT NULL))) WHEN TRUE THEN 0 WHEN FALSE THEN 1 ELSE 2 END '
        "WHEN FALSE THEN 3 ELSE 2 END AS TINYINT)"
    )
    assert printer.parameters(column.text) == {"isa_p1": "red"}
    assert OUTCOMES[3] is Outcome.NOT_APPLICABLE


def test_no_text_of_a_rule_or_an_agreement_stands_in_the_sql() -> None:
    for dialect in Dialect:
        printer = printer_of(dialect)
        column = printer.of(
            checked("r.s in agreement.purposes || r.s == 'x\\'; --' || bytes(r.s) == b'secret'")
        )
        for text in ("DROP", "--", "secret", "é", "';"):
            assert text not in column.text
        assert set(printer.parameters(column.text).values()) == {*AGREED["purposes"], "x'; --", b"secret"}
        assert (":isa_p1" if dialect is Dialect.SPARK else "$isa_p1") in column.text


def test_one_value_is_one_parameter_however_often_it_is_used() -> None:
    printer = printer_of()
    first, second = (
        printer.of(checked("r.s == 'a' || r.t == 'a'")),
        printer.of(checked("r.s != 'a' || r.x == 0.5")),
    )
    assert printer.parameters(first.text) == {"isa_p1": "a"}
    assert printer.parameters(second.text) == {"isa_p1": "a", "isa_p2": 0.5}


def test_minus_nought_is_refused_because_duckdb_takes_it_for_nought() -> None:
    for text in ("1.0 / (r.x * -0.0) > 0.0", "r.x in [0.5, -0.0]", "r.?x.orValue(0.0 * -1.0) > 0.5"):
        with pytest.raises(NotPrintable, match=r"the constant -0\.0"):
            printer_of().of(checked(text))


def test_one_question_is_one_lookup_and_is_joined_before_those_that_ask_with_its_answer() -> None:
    printer = printer_of()
    text = "due_date(due_date(r.d, agreement.days), agreement.working)"
    column = printer.of(checked(f"{text} == r.e || {text} > due_date(r.d, agreement.days)"))
    other = printer.of(checked("mail_domain(r.mail) == 'police.uk'"))
    assert [lookup.name for lookup in column.lookups] == ["isa_lookup1", "isa_lookup2"]
    assert column.lookups[1].keys == (column.lookups[0].text,)
    assert [lookup.name for lookup in other.lookups] == ["isa_lookup3"]
    assert printer.lookups == (*column.lookups, *other.lookups)


def test_a_lookup_says_what_it_asks_and_how_it_is_joined() -> None:
    printer = printer_of(Dialect.SPARK)
    (lookup,) = printer.of(checked("working_days(r.d, r.e, agreement.working) > 3")).lookups
    assert lookup.asked("log") == (
        "SELECT DISTINCT * FROM (SELECT `r.d` AS isa_key1, `r.e` AS isa_key2 FROM log) "
        "WHERE isa_key1 IS NOT NULL AND isa_key2 IS NOT NULL"
    )
    assert lookup.joined("log", "t") == (
        "log LEFT JOIN t AS isa_lookup1 ON isa_lookup1.isa_key1 = `r.d` AND isa_lookup1.isa_key2 = `r.e`"
    )
    assert lookup.columns(Dialect.SPARK) == (
        ("isa_key1", "INT"),
        ("isa_key2", "INT"),
        ("isa_answer", "BIGINT"),
    )
    assert list(lookup.answers([(20_000, 20_014), [10**6, 3]])) == [(20_000, 20_014, 10), (10**6, 3, None)]


def test_answers_take_values_as_databases_give_them() -> None:
    joined = Lookup(
        "x", lambda octets, items: octets.decode() + items[0][0], ("k", "l"), (STRING, List(STRING)), STRING
    )
    assert list(joined.answers([(bytearray(b"a"), [["b"]]), (memoryview(b"c"), (("d",),))])) == [
        (b"a", (("b",),), "ab"),
        (b"c", (("d",),), "cd"),
    ]


def test_given_arguments_stand_in_their_own_places() -> None:
    bound = Bound(lambda *args: "".join(args), (0, 2), ("a", "c"))
    assert bound("b", "d") == "abcd"


def test_a_refused_expression_leaves_nothing_behind() -> None:
    printer = printer_of()
    kept = printer.of(checked("mail_domain(r.mail) == 'a'"))
    with pytest.raises(NotPrintable, match="of an element of a list of the row"):
        printer.of(checked("due_date(r.e, agreement.days) > r.d && r.ls.exists(s, mail_domain(s) == r.mail)"))
    assert printer.lookups == kept.lookups


def test_a_call_that_is_worked_out_already_is_read_from_its_column() -> None:
    printer = Printer(Dialect.DUCKDB, {"r.at": "at", "r.d": "d", "day(r.at)": "london_day"})
    assert printer.of(checked("day(r.at) <= r.d")) == Column("(london_day <= d)", ())


def test_an_instant_known_to_be_of_our_time_needs_no_lookup() -> None:
    text = "day(r.at) == r.d && r.at.getHours('Europe/London') > 3"
    assert len(printer_of().of(checked(text)).lookups) == 2
    assert printer_of(dated=frozenset({"r.at"})).of(checked(text)).lookups == ()


def test_an_agreement_that_varies_may_be_given() -> None:
    scope = Scope({"r": RECORD, "agreement": AGREEMENT}, {}, SCOPE.needed)
    expression = check(parse("r.s in agreement.purposes && r.d <= due_date(r.e, agreement.days)"), scope)
    printer = Printer(Dialect.DUCKDB, quoted(Dialect.DUCKDB, KNOWN), given={"agreement": AGREED})
    found = InDuckDB(
        [{"s": "b", "d": 20_030, "e": 20_000}, {"s": "b", "d": 20_031, "e": 20_000}, {"s": "?"}], KNOWN
    )
    assert found.values(printer, [printer.of(expression)]) == [(True,), (False,), (False,)]


OTHER = Record(
    "o",
    (
        Field("items", List(Record("item", (Field("n", INT), Field("note", STRING, True))))),
        Field("lists", List(List(INT))),
        Field("n", INT),
    ),
)
OTHERS = Scope(
    {"o": OTHER},
    {"c": (Record("c", (Field("short", PERIOD), Field("long", PERIOD), Field("lists", List(List(INT))))), {
        "short": AGREED["days"], "long": AGREED["months"], "lists": ((1,), ()),
    })},
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("o.items.exists(i, i.n > 3)", "o.items, for which there is no column"),
        ("o.items[0].n > 3", "a field of what is no record of the row"),
        ("o.items.exists(i, i.n > o.n)", "o.items, for which"),
        ("[o.n] == [] || [[o.n]] == o.lists", "a comparison of lists within lists"),
        ("[o.n] in c.lists", "a search for lists within lists"),
        ("[o.n] in [[o.n + 1]]", "a search for lists within lists"),
        ("due(timestamp(o.n), o.n > 3 ? c.short : c.long) > timestamp(o.n)", "a column of period"),
        ("[].filter(x, o.n > 3) == []", "a column of nothing"),
        ("string(o.n) == '\\ud83d'", "half a character"),
        ("o.n in [1, 2].filter(x, [3, 4].filter(y, o.n > x + y) == [x])", ""),
    ],
)
def test_what_has_no_exact_text_is_refused_by_name(text: str, construct: str) -> None:
    if "ud83d" in text:
        half = Literal("\ud83d", LiteralKind.STRING)
        expression = check(Binary(BinaryOp.EQ, parse("string(o.n)"), half), OTHERS)
    else:
        expression = check(parse(text), OTHERS)
    for dialect in Dialect:
        printer = Printer(dialect, {"o.n": "n", "o.lists": "lists"})
        if not construct:
            assert printer.of(expression).text
            continue
        with pytest.raises(NotPrintable, match=construct):
            printer.of(expression)


def test_an_expression_that_grows_without_measure_is_refused() -> None:
    numbers = f"[{', '.join(map(str, range(200)))}]"
    text = f"{numbers}.all(a, {numbers}.all(b, {numbers}.exists(c, a + b + c == r.a)))"
    with pytest.raises(NotPrintable, match="so large an expression"):
        printer_of().of(checked(text))
    long = " + ".join("start_of(r.d).getHours('Europe/London')" for _ in range(2))
    assert printer_of().of(checked(f"{long} > 3")).text


def test_a_column_named_like_what_is_made_here_is_refused() -> None:
    with pytest.raises(NotPrintable, match="with which our own names begin"):
        Printer(Dialect.DUCKDB, {"r.a": '"ISA_x1"'})


def test_a_dialect_without_an_entry_for_an_operation_refuses_it() -> None:
    with pytest.raises(NotPrintable, match="matches in spark"):
        Spelling(Dialect.SPARK)("matches", "a", "b")
    with pytest.raises(NotPrintable, match="factorial in duckdb"):
        Spelling(Dialect.DUCKDB)("factorial", "a")
    with pytest.raises(NotPrintable, match="a column of period"):
        Spelling(Dialect.DUCKDB).type(PERIOD)


def test_a_pattern_on_spark_goes_by_lookup() -> None:
    column = printer_of(Dialect.SPARK).of(checked("r.s.matches('^[0-9]+$')"))
    assert column.text == column.lookups[0].text
    assert list(column.lookups[0].answers([("5",), ("5\n",)])) == [("5", True), ("5\n", False)]


def test_types_have_columns_in_both_dialects() -> None:
    assert Spelling(Dialect.DUCKDB).type(List(List(TIMESTAMP))) == "BIGINT[][]"
    assert Spelling(Dialect.SPARK).type(List(List(BOOL))) == "ARRAY<ARRAY<BOOLEAN>>"
    statement = Statement(Dialect.DUCKDB, {}, {}, frozenset())
    assert statement.value((), List(INT)) == "CAST([] AS BIGINT[])"
