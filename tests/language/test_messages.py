"""Every message of the language, word for word: they are what an author sees, and they may change only on purpose.

`python -m tests.language.test_messages` writes the golden file anew; read the difference before you commit it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from isa_guard.errors import IsaGuardError
from isa_guard.language.checker import check
from isa_guard.language.exact import EvalError, evaluate
from isa_guard.language.faults import ExpressionError, excerpt, line_and_column
from isa_guard.language.lets import expand
from isa_guard.language.parser import parse
from isa_guard.language.regex import compiled
from isa_guard.language.template import parse_template
from isa_guard.language.types import BOOL
from tests.language.examples import FACT, SCOPE

GOLDEN = Path(__file__).parent / "data" / "messages.json"

EXPRESSIONS = (
    "", " ", "1 +", "(1", "1)", "[1, 2", "[1,, 2]", "{", "{1: 2", "a.", "a.1", "a ? b", "a ? b :", "!", "1 2", "f(", "f(1,", "f(,1)",
    "'abc", '"abc', "'''abc", "'a\nb'", "'\\q'", "'\\x1'", "'\\u12'", "'\\ud800'", "'\\400'", "b'\\u1234'", "b'\u00e9'", "r'abc", "@", "#", "$", "a = b", "a & b", "a | b", "a === b", "`a`", "\u201cx\u201d", "0x", "1e", "1.5.2", "99999999999999999999", "-9223372036854775809", "1e999", "1u", "null", "if", "for + 1", "a.?b.?", "a[?1", "has(a)", "has()", "a.all(1, true)", "a.all(x)", "a.map(x, y, z, w)", "a.exists(x.y, true)", "in", "1 in", "a..b", "\x00", "a\u202eb", "\u200b", "1.2.3", "'a' 'b'", "a b", "x.y(", "0b1", "1_000", "a -- b", "a ++ b", "a := 1", "// only a remark",
)  # fmt: skip
CHECKED = (
    "nothing", "transfer.nothing", "transfer.formalty", "transfer.formality == 'fromal'", "transfer.cells == '7'", "transfer.cells == 7.0", "transfer.cells + 1.5 > 2.0", "transfer.urgent > false", "transfer.urgent + 1", "!transfer.cells", "-transfer.urgent", "-'a'", "transfer.volume > 1", "has(transfer.nothing)", "has(transfer.cells)", "transfer.cells.x", "transfer.?cells == 1", "transfer.?volume == 1", "transfer.?volume.orValue('x') == 1", "transfer.?volume.nothing()", "[1, 'a'] == [1]", "[[[[1]]]] == []", "transfer.items[0].volume > 1", "transfer.items['a']", "transfer.cells[0]", "transfer.items.all(x, x)", "transfer.items.all(x, x.nothing)", "transfer.cells.all(x, true)", "transfer.items.all(transfer, true)", "size(1) > 1", "size() > 1", "sizes('a') > 1", "'a'.startWith('b')", "startsWith('a', 'b')", "'a'.matches('(')", "'a'.matches(transfer.marking)", "'a' + 1 == 'a'", "'a' - 'b' == 'c'", "1 / 0 == 1", "1u == 1u", "null == null", "{'a': 1} == {'a': 1}", "type(1) == int", "dyn(1) == 1", "Msg{a: 1} == 1", "uint(1) == 1u", "string(1.5) == '1.5'", "bool('maybe')", "int('x') == 1", "double('x') == 1.0", "timestamp('soon') > timestamp('later')", "duration('x') > duration('1s')", "date('2026-13-01') == date('2026-01-01')", "transfer.sent_at.getHours('Moon') == 1", "working_days(1, 2, 3) > 1", "working_days(transfer.requested_on, transfer.requested_on, agreement.notice) > agreement.notice", "due(transfer.requested_on, 1) > transfer.sent_at", "in_territory('GB', 'moon')", "transfer.items == transfer.items", "transfer == transfer", "1 == 1 == true", "true ? 1 : 'a'", "1 ? 2 : 3", "'a' < 1", "1 in 2", "'a' in [1]", "agreement.nothing == 1", "agreement.review > today", "transfer.requested_on - transfer.requested_on", "transfer.requested_on > transfer.sent_at", "transfer.took > 1", "transfer.sent_at + 1 > transfer.sent_at", "a.b.c", "transfer.items.exists_one(x, 1)", "transfer.items.map(x, x.kind) == [1]", "transfer.items.filter(x, x.volume > 1) == []", "contains('a')", "'a'.size", "existsOne", "transfer.items.existsOne(x, true)",
)  # fmt: skip
VALUES = (
    "1 / (transfer.cells - 7) == 1", "1 % (transfer.cells - 7) == 1", "9223372036854775807 + transfer.cells > 1", "-9223372036854775807 - transfer.cells > 1", "9223372036854775807 * transfer.cells > 1", "-(-9223372036854775807 - 1 + transfer.cells - 7) > 1", "transfer.items[99].kind == 'count'", "int(transfer.share * 1e300) == 1", "int(transfer.marking) == 1", "double(transfer.marking) == 1.0", "bool(transfer.marking)", "timestamp(transfer.marking) > transfer.sent_at", "duration(transfer.marking) > transfer.took", "date(transfer.marking) > transfer.requested_on", "in_territory(transfer.marking, 'uk')", "marking_at_least('not a marking at all', 'OFFICIAL')", "mail_suffix(transfer.marking, 'police.uk')", "working_days(date('2026-01-01'), date('2060-01-01'), agreement.notice) > 1", "working_days(date('2026-01-01'), date('2026-02-01'), agreement.bare) > 1", "add_months(date('9999-12-01'), 12) > transfer.requested_on", "transfer.needed_by > transfer.requested_on", "string(b'\\xff') == 'a'", "transfer.sent_at + duration('9000000h') > transfer.sent_at",
)  # fmt: skip
PATTERNS = ("(", ")", "[", "[z-a]", "*", "a**", "a{2}{3}", "a{1001}", "a{3,2}", "(?=a)", "(?!a)", "(?<=a)", "(?<!a)", "(?>a)", "(?#a)", "(?(1)a)", "(?P=a)", "(a)\\1", "a*+", "(?m)a", "(?z)a", "(?i)\u00e9", "\\B", "\\p{L}", "\\q", "\\", "[[:nothing:]]", "\\x{110000}", "\\x", "(?P<a>x)(?P<a>y)", "(?P<1>x)", "((a{100}){100}){100}", "[a-\\d]", "\\C", "\\Q", "(?i)\\w", "[]", "(?", "x{,5}", "a{1", "[\\b]")  # fmt: skip
MESSAGES = ("{", "}", "{}", "{1 +}", "{transfer.to}", "{transfer.nothing}", "{transfer.birthday}", "{transfer}", "{transfer.items}", "{'}", "a {b} {c}", "{size(transfer.to)}", "{{{}}}", "x" * 10_001)  # fmt: skip


def told(error: ExpressionError) -> list[list[Any]]:
    return [[fault.start, fault.end, fault.what, fault.hint] for fault in error.faults]


def of_expression(text: str) -> Any:
    try:
        parse(text)
    except ExpressionError as error:
        return told(error)
    return "taken"


def of_check(text: str) -> Any:
    try:
        check(parse(text), SCOPE, BOOL)
    except ExpressionError as error:
        return told(error)
    return "taken"


def of_value(text: str) -> Any:
    from isa_guard.language.checker import check_unguarded

    try:
        checked = check_unguarded(parse(text), SCOPE)
    except ExpressionError as error:  # told already when it is loaded
        return told(error)
    found = evaluate(checked, {"transfer": FACT})
    return [found.what, found.start, found.end, found.path] if isinstance(found, EvalError) else found


def of_pattern(text: str) -> Any:
    try:
        compiled(text)
    except IsaGuardError as error:
        return str(error)
    return "taken"


def of_message(text: str) -> Any:
    try:
        parse_template(text, SCOPE)
    except ExpressionError as error:
        return told(error)
    return "taken"


def of_lets(lets: dict[str, str]) -> Any:
    try:
        expand(parse("a"), {name: parse(text) for name, text in lets.items()}, frozenset({"known"}))
    except ExpressionError as error:
        return told(error)
    return "taken"


LETS = ({"a": "b", "b": "a"}, {"a": "a"}, {"known": "1", "a": "1"}, {"a": "b + b", "b": "c + c", "c": "d"}, {f"a{n}" if n else "a": f"a{n + 1} + a{n + 1}" for n in range(40)})  # fmt: skip


def everything() -> dict[str, Any]:
    return {
        "expressions": {text: of_expression(text) for text in EXPRESSIONS},
        "checked": {text: of_check(text) for text in CHECKED},
        "values": {text: of_value(text) for text in VALUES},
        "patterns": {text: of_pattern(text) for text in PATTERNS},
        "messages": {text[:40]: of_message(text) for text in MESSAGES},
        "lets": {json.dumps(lets)[:60]: of_lets(lets) for lets in LETS},
    }


@pytest.mark.parametrize("part", ["expressions", "checked", "values", "patterns", "messages", "lets"])
def test_the_messages_are_those_that_were_agreed(part: str) -> None:
    agreed = json.loads(GOLDEN.read_text("utf-8"))
    found = json.loads(json.dumps(everything()[part]))
    assert found == agreed[part]


def test_hardly_anything_in_the_list_is_taken() -> None:
    agreed = json.loads(GOLDEN.read_text("utf-8"))
    for part in ("expressions", "checked", "patterns"):
        refused = [text for text, answer in agreed[part].items() if answer != "taken"]
        assert len(refused) > 0.8 * len(agreed[part])


def test_a_fault_is_shown_under_its_line() -> None:
    text = "transfer.cells > 1 &&\n  transfer.nothing"
    with pytest.raises(ExpressionError) as caught:
        check(parse(text), SCOPE, BOOL)
    fault = caught.value.faults[0]
    assert line_and_column(text, fault.start) == (2, 3)
    assert excerpt(text, fault) == "  transfer.nothing\n  ^^^^^^^^^^^^^^^^"
    assert line_and_column(text, 10_000) == (2, 19)
    assert line_and_column(text, -5) == (1, 1)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(everything(), indent=1, ensure_ascii=True) + "\n", "utf-8")
