from __future__ import annotations

import time

import pytest

from isa_guard.language.checker import MAX_LIST, Checked, Scope, check, check_unguarded
from isa_guard.language.faults import ExpressionError
from isa_guard.language.functions import FUNCTIONS, overloads
from isa_guard.language.parser import parse
from isa_guard.language.syntax import Binary, BinaryOp, Call, Expr, Literal, LiteralKind, Name, Select, walk
from isa_guard.language.types import (
    BOOL,
    DATE,
    DOUBLE,
    INT,
    NOTHING,
    STRING,
    TIMESTAMP,
    Date,
    Field,
    Int,
    List,
    Optional,
    Record,
    String,
    Type,
    accepts,
    is_private,
    join,
    tainted,
)
from tests.language.examples import AGREEMENT, ITEM, SCOPE, TRANSFER, checked


def faults(text: str, expected: Type | None = None, **options: object) -> list[str]:
    with pytest.raises(ExpressionError) as caught:
        checked(text, expected, **options)
    return [str(found) for found in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("transfer.cells + 1", INT),
        ("-transfer.share / 2.0", DOUBLE),
        ("transfer.marking + 'x'", STRING),
        ("transfer.formality", String(("formal", "informal"))),
        ("[1, 2]", List(INT)),
        ("[]", List(NOTHING)),
        ("transfer.items.map(i, i.kind)", List(String(("count", "rate")))),
        ("transfer.items.filter(i, i.kind == 'rate')", List(ITEM)),
        ("transfer.items[0].kind", String(("count", "rate"))),
        ("transfer.sent_at - transfer.sent_at < duration('1h')", BOOL),
        ("transfer.sent_at - transfer.took", TIMESTAMP),
        ("due(transfer.requested_on, agreement.breach)", TIMESTAMP),
        ("due(transfer.sent_at, agreement.breach)", TIMESTAMP),
        ("true ? [] : [1]", List(INT)),
        ("transfer.?volume.orValue(3)", INT),
        ("transfer.?volume.hasValue()", BOOL),
        ("transfer.?deputy.post.orValue('none')", STRING),
        ("transfer.?deputy.?mail.hasValue()", BOOL),
        ("transfer.codes[?0].orValue('a')", STRING),
        ("transfer.?items[0].kind.orValue('rate')", String(("count", "rate"))),
        ("transfer.codes + ['x']", List(STRING)),
        ("agreement.review", DATE),
    ],
)
def test_every_expression_has_one_type(text: str, type_: Type) -> None:
    assert checked(text).type == type_


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("nobody", "'nobody' is not defined; there is agreement, transfer"),
        ("transfr.cells", "'transfr' is not defined; did you mean 'transfer'?"),
        ("transfer.formalty", "transfer has no field 'formalty'; did you mean 'formality'?"),
        ("transfer.cells.x", "transfer.cells is int, which has no fields"),
        ("transfer.cells[0]", "transfer.cells is int, which has no elements"),
        ("transfer['cells']", "transfer is transfer, which has no elements; write .field"),
        ("transfer.codes['a']", "the index of a list must be int, but is string"),
        ("transfer.cells == 1.0", "write the number as 1.0, or convert it with double() or int()"),
        ("transfer.cells + 1.0", "there is no int + double"),
        ("transfer.cells < 'a'", "`<` needs two of one type"),
        ("transfer.urgent < true", "bool has no order; compare with == or !="),
        ("transfer.codes < transfer.codes", "list of string has no order"),
        ("agreement.notice < agreement.breach", "period has no order; compare the days"),
        ("transfer.requested_on + duration('24h')", "there is no date + duration; use add_months()"),
        ("agreement.notice + 1", "there is no period + int; use earliest()"),
        ("transfer.urgent + 1", "there is no bool + int"),
        ("-transfer.marking", "there is no `-` of string"),
        ("!transfer.cells", "what `!` reverses must be bool"),
        ("transfer.cells && true", "each side of `&&` must be bool"),
        ("true || transfer.cells", "each side of `||` must be bool"),
        ("transfer.cells ? 1 : 2", "what stands before `?` must be bool"),
        ("true ? 1 : 'a'", "must be of one type, but are int and string"),
        ("[1, 'a']", "must be of one type, but here are int and string"),
        ("1 in transfer.codes", "`in` needs two of one type"),
        ("1 in 2", "`in` needs a list, but 2 is int"),
        ("transfer.items == transfer.items", "records are not compared whole; compare their fields"),
        ("transfer.items[0] in transfer.items", "records are not compared whole"),
        ("null == null", "there is no null: a field is there or absent"),
        ("1u == 1u", "unsigned numbers are not part of the language"),
        ("{'a': 1}.a == 1", "maps are not part of the language"),
        ("a.B{c: 1}", "messages are not built in the language"),
        ("dyn(1) == 1", "dyn() would switch the types off"),
        ("type(1) == int", "type() is not part of the language"),
        ("uint(1) == 1", "unsigned numbers are not part of the language; use int()"),
        ("string(1.5)", "string() does not take double"),
        ("has(transfer.cells, 1)", "has() takes one field"),
        ("has(transfer.nothing)", "transfer has no field 'nothing'"),
        ("has(transfer.cells.x)", "transfer.cells is int, which has no fields"),
        ("siz('a')", "there is no function siz(); did you mean 'size'?"),
        (
            "startsWith('a', 'b')",
            "startsWith() is written differently; (text: string).startsWith(part: string)",
        ),
        ("transfer.codes.all(x)", "all() needs a list, a name and a test"),
        ("transfer.cells.all(x, true)", "all() goes through a list, but this is int"),
        ("transfer.codes.all(x, x)", "the test of all() must be bool"),
        ("transfer.codes.map(x, x, x)", "the test of map() must be bool"),
        ("transfer.codes.all(transfer, true)", "'transfer' already means something else here"),
        ("transfer.codes.all(agreement, true)", "'agreement' already means something else here"),
        ("transfer.?volume > 3", "transfer.?volume may hold nothing; write transfer.?volume.orValue(...)"),
        ("[transfer.?volume]", "may hold nothing"),
        ("transfer.?volume.orValue('a')", "orValue() must give int, but gives string"),
        ("transfer.?volume.or(1)", "an optional has no or() with 1 arguments; read it with orValue"),
        ("transfer.cells.orValue(1)", "orValue() reads an optional"),
        ("'a'.matches(transfer.marking)", "the pattern of matches() must be written out"),
        ("'a'.matches('(?=a)')", "look-ahead is not part of RE2"),
        ("transfer.sent_at.getHours('Mars/Olympus')", "there is no time zone 'Mars/Olympus'"),
        ("transfer.sent_at.getHours(transfer.marking)", "the zone of getHours() must be written out"),
        ("date('2026-02-30')", "never has a value: the text is no day"),
        ("timestamp('2026-01-01')", "never has a value"),
        ("[[[[1]]]]", "lists within lists go at most 3 deep"),
        ("[" + ", ".join(["1"] * (MAX_LIST + 1)) + "]", "a list of 257 elements; at most 256"),
        ("[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))", "at most 3 macros may stand within"),
    ],
)
def test_a_refusal_names_the_construct_and_what_would_mend_it(text: str, fault: str) -> None:
    found = faults(text)
    assert fault in found[0]


def test_a_condition_must_be_bool() -> None:
    assert faults("transfer.cells", BOOL) == ["this must be bool, but is int"]


def test_every_fault_is_reported_at_once_and_none_twice() -> None:
    found = faults("nobody.x == 1 && transfer.a == 2 && size(3) == 1.0 && transfer.b[0] == 'x'.y")
    assert len(found) == 5
    assert len(set(found)) == 5


@pytest.mark.parametrize(
    "text",
    [
        "-nobody > 1",
        "1 in nobody",
        "nobody + 1 == 2",
        "nobody.all(x, x == 1)",
        "size(nobody) == 1",
        "size(nobody, 1) == 1",
        "nobody[0].x == 1",
        "nobody < 3",
        "nobody ? 1 : 2",
        "nobody in transfer.codes",
        "transfer.?cells.orValue(nobody) == 2",
        "nobody.matches('a')",
    ],
)
def test_one_fault_breeds_no_others(text: str) -> None:
    assert len(faults(text)) == 1


def test_faults_point_at_their_characters() -> None:
    text = "transfer.cells > 1 && transfer.oops == 2"
    with pytest.raises(ExpressionError) as caught:
        checked(text)
    (only,) = caught.value.faults
    assert text[only.start : only.end] == "transfer.oops"


# Closed vocabularies ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("transfer.formality == 'formall'", "transfer.formality is never 'formall'; did you mean 'formal'?"),
        ("'formall' != transfer.formality", "transfer.formality is never 'formall'; did you mean 'formal'?"),
        ("transfer.formality == 'zzz'", "it is one of 'formal', 'informal'"),
        ("transfer.formality in ['formal', 'frmal']", "transfer.formality is never 'frmal'"),
        ("transfer.items.exists(i, i.kind == transfer.formality)", "they share no value"),
        ("transfer.formality in transfer.items.map(i, i.kind)", "they share no value"),
        ("transfer.?formality.orValue('formal') == 'x'", "is never 'x'"),
    ],
)
def test_a_word_outside_a_closed_vocabulary_is_a_slip_of_the_pen(text: str, fault: str) -> None:
    assert fault in faults(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "transfer.formality == 'formal'",
        "transfer.formality in ['formal', 'informal']",
        "transfer.formality == transfer.marking",
        "(transfer.urgent ? 'formal' : 'x') == transfer.formality",
        "'a' == 'b'",
        "transfer.marking in ['x', transfer.formality]",
    ],
)
def test_words_that_can_occur_are_taken(text: str) -> None:
    assert checked(text).type == BOOL


# Optional fields --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "has(transfer.volume) && transfer.volume > 1",
        "!has(transfer.volume) || transfer.volume > 1",
        "has(transfer.volume) ? transfer.volume > 1 : false",
        "!has(transfer.volume) ? true : transfer.volume > 1",
        "has(transfer.volume) && has(transfer.notes) && transfer.volume > size(transfer.notes)",
        "has(transfer.volume) && (transfer.urgent || transfer.volume > 1)",
        "!(has(transfer.volume) && transfer.urgent) || transfer.volume > 1",
        "!(!has(transfer.volume) || transfer.urgent) && transfer.volume > 1",
        "transfer.?volume.hasValue() && transfer.volume > 1",
        "(transfer.urgent ? has(transfer.volume) : false) && transfer.volume > 1",
        "(transfer.urgent ? false : has(transfer.volume)) && transfer.volume > 1",
        "(has(transfer.volume) && transfer.urgent || has(transfer.volume)) && transfer.volume > 1",
        "transfer.items.all(i, has(i.volume) && i.volume > 1)",
        "transfer.items.map(i, has(i.volume), i.volume)[0] > 1",
        "has(transfer.volume) && transfer.items.all(i, i.kind == 'rate' || transfer.volume > 1)",
        "has(transfer.deputy) && transfer.deputy.post == 'SPOC officer'",
        "has(transfer.deputy) && has(transfer.deputy.mail) && transfer.deputy.mail != ''",
        "transfer.needed_by > transfer.requested_on",
        "agreement.review > transfer.requested_on",
        "false && transfer.volume > 1",
        "has(agreement.ended) && agreement.ended < transfer.requested_on",
    ],
)
def test_an_optional_field_may_be_read_where_a_guard_has_passed(text: str) -> None:
    assert checked(text, BOOL).type == BOOL


@pytest.mark.parametrize(
    "text",
    [
        "transfer.volume > 1",
        "transfer.volume > 1 && has(transfer.volume)",
        "has(transfer.volume) || transfer.volume > 1",
        "!has(transfer.volume) && transfer.volume > 1",
        "has(transfer.notes) && transfer.volume > 1",
        "has(transfer.volume) ? true : transfer.volume > 1",
        "(transfer.urgent || has(transfer.volume)) && transfer.volume > 1",
        "(transfer.urgent ? true : has(transfer.volume)) && transfer.volume > 1",
        "transfer.items.all(i, has(i.volume)) && transfer.items.all(i, i.volume > 1)",
        "transfer.items.all(i, has(i.volume) && transfer.items.all(k, k.volume > i.volume))",
        "has(transfer.items[0].volume) && transfer.items[0].volume > 1",
        "(transfer.urgent ? has(transfer.volume) : false) && transfer.notes == ''",
        "(transfer.urgent ? false : has(transfer.volume)) && transfer.notes == ''",
        "(false || has(transfer.volume)) && transfer.notes == ''",
        "(has(transfer.volume) || false) && transfer.notes == ''",
        "has(transfer.deputy.mail)",
        "has(transfer.deputy) && transfer.deputy.mail != ''",
        "agreement.ended < transfer.requested_on",
    ],
)
def test_an_optional_field_read_without_a_guard_is_refused_with_the_guard_to_write(text: str) -> None:
    found = faults(text, BOOL)
    assert "may be absent; write has(" in found[0]


def test_what_a_rule_needs_may_be_read_unguarded_and_is_told() -> None:
    found = checked("transfer.needed_by > transfer.requested_on")
    assert found.needed == {"transfer.needed_by"}
    assert checked("has(transfer.needed_by) && transfer.needed_by > transfer.requested_on").needed == set()


def test_what_the_when_of_a_rule_guards_its_requirement_may_read() -> None:
    when = checked("has(transfer.volume) && transfer.urgent", BOOL)
    assert checked("transfer.volume <= 500", BOOL, given=when).type == BOOL
    with pytest.raises(ExpressionError):
        checked("transfer.notes == ''", BOOL, given=when)


def test_a_message_may_read_anything_unguarded() -> None:
    assert check_unguarded(parse("transfer.volume"), SCOPE).type == INT


# Privacy ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "transfer.to",
        "transfer.to + 'x'",
        "'x' + transfer.to",
        "string(bytes(transfer.to))",
        "transfer.urgent ? 'a' : transfer.to",
        "transfer.urgent ? transfer.to : 'a'",
        "[transfer.to]",
        "[transfer.to][0]",
        "['a', transfer.to].filter(x, x != '')",
        "transfer.codes.map(c, c + transfer.to)",
        "transfer.items.map(i, i.subject)[0]",
        "transfer.items",
        "transfer.requester",
        "transfer.?birthday.orValue(transfer.requested_on)",
        "transfer.?deputy.?mail.orValue('none')",
        "add_years(transfer.?birthday.orValue(transfer.requested_on), 18)",
        "working_days(transfer.?birthday.orValue(date('2026-01-01')), date('2026-01-01'), agreement.notice)",
    ],
)
def test_what_comes_from_a_private_field_stays_private(text: str) -> None:
    assert is_private(checked(text).type)


@pytest.mark.parametrize(
    "text",
    [
        "transfer.to == 'x'",
        "size(transfer.to)",
        "transfer.to.size() + 1",
        "mail_domain(transfer.to)",
        "mail_suffix(transfer.to, 'police.uk')",
        "transfer.items.map(i, i.kind)",
        "transfer.requester.post",
        "transfer.marking",
    ],
)
def test_a_bool_a_size_or_a_declassified_value_may_be_shown(text: str) -> None:
    assert not is_private(checked(text).type)


# What is told of an expression ------------------------------------------------------------------------------


def test_reads_are_the_longest_paths_elements_included() -> None:
    found = checked(
        "transfer.items.all(i, i.kind == 'rate') && has(transfer.volume) && agreement.limit > transfer.cells"
        " && transfer.?deputy.post.orValue('') == '' && [1].all(x, x > 0)"
    )
    assert found.reads == {
        "transfer.items",
        "transfer.items[].kind",
        "transfer.volume",
        "transfer.deputy.post",
        "agreement.limit",
        "transfer.cells",
    }
    assert found.functions == set()


def test_functions_and_types_of_nodes_are_told() -> None:
    found = checked("size(transfer.marking) > 1")
    assert found.functions == {"size"}
    assert isinstance(found.expr, Binary)
    assert found.type_of(found.expr.left) == INT
    assert isinstance(found.expr.left, Call)
    function = found.function_of(found.expr.left)
    assert function is not None
    assert function.signature == "size(text: string) -> int"


# Lets -------------------------------------------------------------------------------------------------------


def lets(**bodies: str) -> dict[str, Expr]:
    return {name: parse(body) for name, body in bodies.items()}


def test_a_let_stands_for_its_expression_wherever_it_is_read() -> None:
    given = lets(big="transfer.volume > limit", limit="agreement.limit")
    found = checked("has(transfer.volume) && big", BOOL, lets=given)
    assert found.reads == {"transfer.volume", "agreement.limit"}
    assert checked("transfer.codes.all(c, limit > 1 && .limit > 1)", BOOL, lets=given).type == BOOL


def test_a_let_may_bring_a_macro_of_its_own() -> None:
    given = lets(known="transfer.codes.exists(c, c == 'a')")
    assert checked("transfer.codes.all(c, known || c == 'b')", BOOL, lets=given).reads == {
        "transfer.codes",
        "transfer.codes[]",
    }


def test_a_fault_within_a_let_points_at_where_it_is_used() -> None:
    text = "transfer.urgent && big"
    with pytest.raises(ExpressionError) as caught:
        checked(text, BOOL, lets=lets(big="transfer.volume > 1"))
    (only,) = caught.value.faults
    assert text[only.start : only.end] == "big"


def test_a_macro_hides_a_let_of_its_own_name_as_cel_says() -> None:
    assert checked("transfer.codes.all(limit, limit == 'a')", BOOL, lets=lets(limit="1")).type == BOOL


def test_a_let_cannot_catch_the_names_of_a_macro_it_is_used_in() -> None:
    assert faults("transfer.codes.all(c, long)", BOOL, lets=lets(long="size(c) > 3")) == [
        "let 'long' reads 'c', which is not defined"
    ]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"a": "b", "b": "a"}, "let 'a' is defined by way of itself"),
        ({"a": "a + 1"}, "let 'a' is defined by way of itself"),
        ({"transfer": "1"}, "let 'transfer' hides a name that is already defined"),
        ({"a": "nobody"}, "let 'a' reads 'nobody', which is not defined"),
    ],
)
def test_lets_that_cannot_stand_are_refused(given: dict[str, str], fault: str) -> None:
    assert fault in faults("true", BOOL, lets=lets(**given))[0]


def test_lets_that_double_one_another_are_stopped() -> None:
    given = {f"a{n}": f"a{n - 1} + a{n - 1}" for n in range(1, 60)} | {"a0": "1"}
    start = time.process_time()
    assert "over 10000 parts" in faults("a59 == 1", BOOL, lets=lets(**given))[0]
    assert time.process_time() - start < 2


def test_trees_that_were_built_too_deep_are_refused() -> None:
    deep: Expr = Literal(1, LiteralKind.INT)
    for _ in range(150):
        deep = Binary(BinaryOp.ADD, deep, Literal(1, LiteralKind.INT))
    with pytest.raises(ExpressionError, match="too large or too deep"):
        check(deep, SCOPE)


# Types and the registry -------------------------------------------------------------------------------------


def test_types_read_well() -> None:
    shown = [
        str(t) for t in (String(), String(("a", "b")), List(INT), List(NOTHING), Optional(DATE), TRANSFER)
    ]
    assert shown == ["string", "one of 'a', 'b'", "list of int", "list", "optional date", "transfer"]
    assert str(NOTHING) == "nothing"


def test_types_join_and_accept_whatever_their_vocabulary() -> None:
    assert join(String(("a",)), String(("b", "a"))) == String(("a", "b"))
    assert join(String(("a",)), STRING) == STRING
    assert join(INT, Int(private=True)) == Int(private=True)
    assert join(Optional(NOTHING), Optional(INT)) == Optional(INT)
    assert accepts(List(NOTHING), List(DATE))
    assert not accepts(List(INT), List(DATE))
    assert not accepts(TRANSFER, AGREEMENT)
    assert tainted(Optional(Date())) == Optional(Date(private=True))
    assert tainted(BOOL) == BOOL
    assert tainted(NOTHING) == NOTHING
    assert is_private(tainted(Record("r", (Field("f", INT),))))


def test_every_function_says_what_it_does_and_is_found_by_name() -> None:
    for function in FUNCTIONS:
        assert function.doc.endswith(".")
        assert function in overloads(function.name, receiver=function.receiver)
        assert function.name in function.signature
    assert overloads("nothing", receiver=False) == ()


def test_no_two_functions_of_a_name_take_the_same_types() -> None:
    seen = [(f.name, f.receiver, tuple(str(p.type) for p in f.params)) for f in FUNCTIONS]
    assert len(seen) == len(set(seen))


def test_a_scope_may_have_no_constants() -> None:
    found: Checked = check(parse("x > 1"), Scope({"x": INT}), BOOL)
    assert found.reads == {"x"}
    assert [node for node in walk(found.expr) if isinstance(node, Name | Select)] == [Name("x")]
