from __future__ import annotations

import string
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from isa_guard.language.faults import ExpressionError, Fault, excerpt, line_and_column
from isa_guard.language.lexer import MAX_LENGTH
from isa_guard.language.parser import RESERVED, parse
from isa_guard.language.printer import show
from isa_guard.language.syntax import (
    Binary,
    BinaryOp,
    Call,
    Conditional,
    Expr,
    Has,
    Index,
    ListLiteral,
    Literal,
    LiteralKind,
    Macro,
    MacroKind,
    MapLiteral,
    MessageLiteral,
    Name,
    OptionalIndex,
    OptionalSelect,
    Select,
    Unary,
    UnaryOp,
    children,
    path_of,
    walk,
    with_children,
)


def fault(text: str) -> Fault:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    return caught.value.faults[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("0x1F", 31),
        ("-0X10", -16),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("1.5", 1.5),
        (".5e1", 5.0),
        ("1e3", 1000.0),
        ("true", True),
        ("null", None),
        (r"'\a\b\f\n\r\t\v\\\?\"\'\`'", "\a\b\f\n\r\t\v\\?\"'`"),
        (r"'\x41\X42\u00e9\U0001F600\101'", "ABé\U0001f600A"),
        (r"r'\n'", r"\n"),
        ('R"\\"', "\\"),
        ("'''a'b\nc'''", "a'b\nc"),
        ('"""a"b\\n"""', 'a"b\n'),
        (r"b'\xff\377é'", b"\xff\xff\xc3\xa9"),
        (r"b'\n\''", b"\n'"),
        (r"br'\x'", rb"\x"),
    ],
)
def test_literals_have_the_value_that_cel_gives_them(text: str, value: object) -> None:
    node = parse(text)
    assert isinstance(node, Literal)
    assert node.value == value
    assert type(node.value) is type(value)


def test_an_unsigned_number_is_a_kind_of_its_own() -> None:
    assert parse("7u") == Literal(7, LiteralKind.UINT)
    assert parse("7") != Literal(7, LiteralKind.UINT)


@pytest.mark.parametrize(
    ("text", "start", "what"),
    [
        ("'abc", 0, "does not end"),
        ("'a\nb'", 0, "does not end"),
        ("'''abc''", 0, "does not end"),
        (r"'\q'", 1, "no escape"),
        (r"'ab\ud83d'", 3, "no Unicode character"),
        (r"'\U00110000'", 1, "no Unicode character"),
        (r"b'\u0041'", 2, "bytes have no Unicode escapes"),
        ("9223372036854775808", 0, "64 bits"),
        ("--9223372036854775808", 2, "64 bits"),
        ("1" * 41, 0, "64 bits"),
        ("99999999999999999999", 0, "64 bits"),
        ("1e999", 0, "too large"),
        ("a & b", 2, "no meaning"),
        ("a = b", 2, "no meaning"),
        ("`a`", 0, "no meaning"),
        ("a \ud800", 2, "surrogate"),
        ("a \x00", 2, "no meaning"),
        ("", 0, "the expression ends"),
        ("a b", 2, "expected an operator"),
        ("a and b", 2, "expected an operator"),
        ("(a", 2, "to close the bracket"),
        ("[a", 2, "to close the list"),
        ("{a: 1", 5, "to close the map"),
        ("{a}", 2, "after the key"),
        ("A{b: 1", 6, "to close the message"),
        ("A{1: 1}", 2, "the name of a field"),
        ("a[1", 3, "after the index"),
        ("a.1", 1, "expected an operator"),
        ("a.(b)", 2, "the name of a field"),
        ("a.in", 2, "cannot be the name"),
        ("a ? b", 5, "between the two sides"),
        ("f(a", 3, "after the arguments"),
        ("has(a)", 4, "has() asks"),
        ("a.all(1, true)", 6, "plain name"),
        ("a.all(.b, true)", 6, "plain name"),
        (".1a", 2, "expected an operator"),
        (". in", 2, "expected a name"),
        ("while", 0, "reserved"),
        ("for(a)", 0, "reserved"),
    ],
)
def test_what_is_no_cel_is_refused_where_it_goes_wrong(text: str, start: int, what: str) -> None:
    found = fault(text)
    assert what in found.what
    assert found.start == start
    assert found.end > start or text == "" or found.end >= start


def test_reserved_words_may_still_name_fields_and_be_called_on_a_receiver() -> None:
    assert parse("a.for") == Select(Name("a"), "for")
    assert parse("a.package()") == Call("package", (), Name("a"))
    for word in RESERVED:
        assert "reserved" in fault(word).what


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a || b && c == d + e * f", "a || (b && (c == (d + (e * f))))"),
        ("a - b - c", "(a - b) - c"),
        ("a ? b : c ? d : e", "a ? b : (c ? d : e)"),
        ("!a.b", "!(a.b)"),
        ("-a.b[0]", "-((a.b)[0])"),
        ("a // comment\n + b//end", "a + b"),
        ("[1, 2,]", "[1, 2]"),
        ("a in b == c", "(a in b) == c"),
    ],
)
def test_operators_bind_as_cel_says(text: str, same: str) -> None:
    assert parse(text) == parse(same)


def test_macros_and_has_are_recognised_by_shape() -> None:
    assert parse("has(a.b)") == Has(Name("a"), "b")
    assert parse("a.all(x, x)") == Macro(MacroKind.ALL, Name("a"), "x", Name("x"))
    assert parse("a.map(x, y, z)") == Macro(MacroKind.MAP, Name("a"), "x", Name("z"), Name("y"))
    assert parse("a.all(x)") == Call("all", (Name("x"),), Name("a"))
    assert parse("all(x, y)") == Call("all", (Name("x"), Name("y")))
    assert parse("has(a.b, c)") == Call("has", (Select(Name("a"), "b"), Name("c")))


def test_messages_and_optionals_are_read_so_that_they_can_be_refused_by_name() -> None:
    assert parse(".a.B{c: 1, d: 2,}") == MessageLiteral(
        "a.B", (("c", Literal(1, LiteralKind.INT)), ("d", Literal(2, LiteralKind.INT)))
    )
    assert parse("a.?b[?0]") == OptionalIndex(OptionalSelect(Name("a"), "b"), Literal(0, LiteralKind.INT))
    assert parse(".a") == Name("a", rooted=True)


def test_every_node_knows_its_characters() -> None:
    text = " a.b == 'c' && has(d.e) "
    spans = {text[node.start : node.end] for node in walk(parse(text))}
    assert spans == {"a.b == 'c' && has(d.e)", "a.b == 'c'", "a.b", "a", "'c'", "has(d.e)", "d"}


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "[" * 10_000,
        "{" * 10_000,
        "!" * 10_000 + "a",
        "-" * 10_000 + "1",
        "a" + "+a" * 10_000,
        "a?b:" * 10_000 + "c",
        "a" + ".b" * 10_000,
        "a" + "[a" * 10_000,
        "f(" * 10_000,
        "a.all(x," * 5000,
        "x" * (MAX_LENGTH + 1),
        "'" + "\\'" * 30_000,
    ],
)
def test_hostile_depth_and_size_are_refused_at_once(text: str) -> None:
    start = time.process_time()
    fault(text)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "text",
    [
        " || ".join(["a"] * 32),
        " + ".join(["1"] * 24),
        " < ".join(["1"] * 24),
        "a ? b : " * 24 + "c",
        "(" * 32 + "a" + ")" * 32,
        "f(" * 12 + "a" + ")" * 12,
        "!" * 32 + "a",
        "[" * 12 + "a" + "]" * 12,
        "a" + ".b" * 12,
        "f(" + ", ".join(["a"] * 32) + ")",
    ],
)
def test_what_cel_asks_every_implementation_to_take_is_taken(text: str) -> None:
    assert parse(show(parse(text))) == parse(text)


@given(st.text(max_size=60))
@settings(max_examples=400)
def test_any_text_parses_or_is_refused_with_a_place_inside_it(text: str) -> None:
    try:
        parse(text)
    except ExpressionError as error:
        for found in error.faults:
            assert 0 <= found.start <= len(text)


@given(
    st.lists(
        st.sampled_from([*"abx.?:,()[]{}!<>=&|'\"\\\n 01u-+", "has(", ".all(x,", "in ", "&&"]), max_size=25
    )
)
@settings(max_examples=400)
def test_any_heap_of_tokens_parses_or_is_refused(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        tree = parse(text)
    except ExpressionError:
        return
    assert parse(show(tree)) == tree


# Printing ---------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "transfer", "_x9"])
LITERALS = st.one_of(
    st.booleans().map(lambda v: Literal(v, LiteralKind.BOOL)),
    st.integers(-(2**63), 2**63 - 1).map(lambda v: Literal(v, LiteralKind.INT)),
    st.integers(0, 2**63 - 1).map(lambda v: Literal(v, LiteralKind.UINT)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda v: Literal(v, LiteralKind.DOUBLE)),
    st.text().map(lambda v: Literal(v, LiteralKind.STRING)),
    st.text(string.printable + "\x00\x7f\u2028\u202e\U000e0001").map(
        lambda v: Literal(v, LiteralKind.STRING)
    ),
    st.binary().map(lambda v: Literal(v, LiteralKind.BYTES)),
    st.just(Literal(None, LiteralKind.NULL)),
)


def _larger(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    some = st.lists(inner, max_size=3).map(tuple)
    target = st.one_of(st.none(), inner)
    macros = st.builds(Macro, st.sampled_from(MacroKind), inner, NAMES, inner)
    return st.one_of(
        st.builds(Select, inner, NAMES),
        st.builds(OptionalSelect, inner, NAMES),
        st.builds(Index, inner, inner),
        st.builds(OptionalIndex, inner, inner),
        st.builds(Has, inner, NAMES),
        st.builds(Call, st.sampled_from(["f", "size", "orValue"]), some, target),
        st.builds(Unary, st.sampled_from(UnaryOp), inner),
        st.builds(Binary, st.sampled_from(BinaryOp), inner, inner),
        st.builds(Conditional, inner, inner, inner),
        st.builds(ListLiteral, some),
        st.builds(MapLiteral, st.lists(st.tuples(inner, inner), max_size=2).map(tuple)),
        st.builds(MessageLiteral, st.just("a.B"), st.lists(st.tuples(NAMES, inner), max_size=2).map(tuple)),
        macros,
        st.builds(Macro, st.just(MacroKind.MAP), inner, NAMES, inner, inner),
    )


EXPRESSIONS: st.SearchStrategy[Expr] = st.recursive(
    st.one_of(LITERALS, st.builds(Name, NAMES, st.booleans())), _larger, max_leaves=20
)


@given(EXPRESSIONS)
@settings(max_examples=600)
@example(Unary(UnaryOp.NEGATE, Literal(5, LiteralKind.INT)))
@example(Unary(UnaryOp.NEGATE, Literal(-5, LiteralKind.INT)))
@example(Unary(UnaryOp.NEGATE, Select(Literal(-5, LiteralKind.INT), "e1")))
@example(Unary(UnaryOp.NEGATE, Name("a", rooted=True)))
def test_what_is_shown_parses_to_the_same_tree(expr: Expr) -> None:
    shown = show(expr)
    assert parse(shown) == expr
    assert show(parse(shown)) == shown


@given(EXPRESSIONS)
def test_a_node_over_its_own_children_is_itself(expr: Expr) -> None:
    for node in walk(expr):
        assert with_children(node, children(node)) == node


def test_a_path_is_a_name_and_selections() -> None:
    assert path_of(parse("a.b.c")) == ("a", "b", "c")
    assert path_of(parse("a[0].c")) is None


# Places -----------------------------------------------------------------------------------------------------


def test_a_fault_can_be_shown_in_its_text() -> None:
    text = "a ==\n  b &"
    found = fault(text)
    assert line_and_column(text, found.start) == (2, 5)
    assert line_and_column(text, -1) == (1, 1)
    assert excerpt(text, found) == "  b &\n    ^"


def test_faults_are_in_the_order_of_the_text() -> None:
    error = ExpressionError(Fault(5, 6, "second", "mend"), Fault(1, 2, "first"))
    assert [found.what for found in error.faults] == ["first", "second"]
    assert str(error) == "first\nsecond; mend"
