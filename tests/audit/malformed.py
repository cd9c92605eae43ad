"""Lines that are no events, each with what must be said of it: for every engine that reads logs.

All are lines of JSON for the columns in COLUMNS, of which `ts` and `ref` must stand on every line; no others may.
The text `-` stands for no value. A case is one line; around it, GOOD lines must be read as if it were not there.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from isa_guard.audit.mapping.mapping import Column
from isa_guard.language.types import BOOL, DOUBLE, INT, STRING
from isa_guard.model.log import Fault

COLUMNS: Final = (
    Column("ts", ("ts",), INT, optional=False),
    Column("ref", ("ref",), STRING, optional=False),
    Column("seq", ("seq",), INT, optional=True),
    Column("purpose", ("purpose",), STRING, optional=True),
    Column("share", ("share",), DOUBLE, optional=True),
    Column("urgent", ("urgent",), BOOL, optional=True),
)
NULLS: Final = frozenset({"-"})
GOOD: Final = (
    b'{"ts":1795515072123456,"ref":"A-1","seq":7,"purpose":"safeguarding","share":0.5,"urgent":true}'
)
GOOD_VALUES: Final = {
    "ts": 1795515072123456,
    "ref": "A-1",
    "seq": 7,
    "purpose": "safeguarding",
    "share": 0.5,
    "urgent": True,
}
_START: Final = b'{"ts":1795515072123456,"ref":"A-1"'


class Malformed(NamedTuple):
    """One line, and why it is no event. `column` is empty where no column is at fault."""

    name: str
    line: bytes
    fault: Fault
    column: str = ""


def _with(more: bytes) -> bytes:
    return _START + b"," + more + b"}"


MALFORMED: Final = (
    Malformed("an object not closed", _START, Fault.BROKEN),
    Malformed("a text cut off", _START[:-2], Fault.BROKEN),
    Malformed("no JSON at all", b"this is no JSON", Fault.BROKEN),
    Malformed("a comma too many", _START + b",}", Fault.BROKEN),
    Malformed("single quotes", b"{'ts':1,'ref':'A'}", Fault.BROKEN),
    Malformed("a number with a leading zero", _with(b'"seq":01'), Fault.BROKEN),
    Malformed("a control character in a text", _with(b'"purpose":"a\x01b"'), Fault.BROKEN),
    Malformed("a zero octet in a text", _with(b'"purpose":"a\x00b"'), Fault.BROKEN),
    Malformed("an unknown escape", _with(b'"purpose":"\\q"'), Fault.BROKEN),
    Malformed("trailing garbage", GOOD + b" x", Fault.BROKEN),
    Malformed("a trailing bracket", GOOD + b"}", Fault.BROKEN),
    Malformed("two objects on a line", GOOD + GOOD, Fault.BROKEN),
    Malformed("two objects and a comma", GOOD + b"," + GOOD, Fault.BROKEN),
    Malformed("a byte order mark in the middle", b"\xef\xbb\xbf" + GOOD, Fault.BROKEN),
    Malformed("NaN", _with(b'"share":NaN'), Fault.BROKEN),
    Malformed("Infinity", _with(b'"share":Infinity'), Fault.BROKEN),
    Malformed("minus Infinity", _with(b'"share":-Infinity'), Fault.BROKEN),
    Malformed("nested too deep", _with(b'"x":' + b"[" * 101 + b"]" * 101), Fault.BROKEN),
    Malformed("nested beyond any stack", b"[" * 100_000, Fault.BROKEN),
    Malformed("nested beyond any stack, as a value", _with(b'"ref":' + b'{"a":' * 50_000), Fault.BROKEN),
    Malformed("octets that are no UTF-8", _with(b'"purpose":"\xff\xfe"'), Fault.ENCODING),
    Malformed("no UTF-8 in a column nobody knows", _with(b'"x":"\xc3\x28"'), Fault.ENCODING),
    Malformed("no UTF-8 in a key", _with(b'"\xff":1'), Fault.ENCODING),
    Malformed("a surrogate in UTF-8", _with(b'"purpose":"\xed\xa0\x80"'), Fault.ENCODING),
    Malformed("a lone surrogate, escaped", _with(b'"purpose":"\\ud800"'), Fault.ENCODING),
    Malformed("a lone low surrogate, escaped", _with(b'"purpose":"\\udc00x"'), Fault.ENCODING),
    Malformed("a surrogate and then none", _with(b'"purpose":"\\ud800\\u0041"'), Fault.ENCODING),
    Malformed("a lone surrogate in a key", _with(b'"\\ud800":1'), Fault.ENCODING),
    Malformed("U+0000, escaped", _with(b'"purpose":"a\\u0000b"'), Fault.ENCODING),
    Malformed("U+0000, escaped, in a key", _with(b'"\\u0000":1'), Fault.ENCODING),
    Malformed("a list", b"[1,2]", Fault.NOT_A_RECORD),
    Malformed("a list of one object", b"[" + GOOD + b"]", Fault.NOT_A_RECORD),
    Malformed("a number", b"42", Fault.NOT_A_RECORD),
    Malformed("a text", b'"ts"', Fault.NOT_A_RECORD),
    Malformed("null", b"null", Fault.NOT_A_RECORD),
    Malformed("true", b"true", Fault.NOT_A_RECORD),
    Malformed("a key twice", _with(b'"purpose":"marketing","purpose":"safeguarding"'), Fault.DUPLICATE_KEY),
    Malformed("a key twice, the same", _with(b'"seq":1,"seq":1'), Fault.DUPLICATE_KEY),
    Malformed("a key twice, spaced", _with(b'"seq" :1,"seq":2'), Fault.DUPLICATE_KEY),
    Malformed("a key twice, both spaced", _with(b'"seq"  \t:1,"seq"\t:2'), Fault.DUPLICATE_KEY),
    Malformed("a key twice, a carriage return", _with(b'"seq"\r:1,"seq":2'), Fault.DUPLICATE_KEY),
    Malformed("a key twice, one escaped", _with(b'"seq":1,"s\\u0065q":2'), Fault.DUPLICATE_KEY),
    Malformed("a key twice, one null", _with(b'"seq":1,"seq":null'), Fault.DUPLICATE_KEY),
    Malformed("a key twice, in a column nobody knows", _with(b'"x":{"a":1,"a":2}'), Fault.DUPLICATE_KEY),
    Malformed("a key twice, deep inside", _with(b'"x":[{"y":[{"a":1,"a":2}]}]'), Fault.DUPLICATE_KEY),
    Malformed("the mandatory key twice", b'{"ts":1,"ref":"A","ref":"B"}', Fault.DUPLICATE_KEY),
    Malformed("no time", b'{"ref":"A-1"}', Fault.MISSING, "ts"),
    Malformed("no reference", b'{"ts":1}', Fault.MISSING, "ref"),
    Malformed("an empty object", b"{}", Fault.MISSING, "ts"),
    Malformed("null where there must be a value", b'{"ts":null,"ref":"A"}', Fault.MISSING, "ts"),
    Malformed("a text for no value where one must be", b'{"ts":1,"ref":"-"}', Fault.MISSING, "ref"),
    Malformed("a text for no value for a number", b'{"ts":"-","ref":"A"}', Fault.MISSING, "ts"),
    Malformed("another case", b'{"TS":1,"ref":"A"}', Fault.MISSING, "ts"),
    Malformed("another case of an optional one", _with(b'"SEQ":7'), Fault.UNKNOWN),
    Malformed("a key too many", _with(b'"extra":1'), Fault.UNKNOWN),
    Malformed("a key too many, null", _with(b'"extra":null'), Fault.UNKNOWN),
    Malformed("a key too many, empty", _with(b'"":1'), Fault.UNKNOWN),
    Malformed("a number beyond all machines, unknown", _with(b'"x":1e999'), Fault.UNKNOWN),
    Malformed("a fraction for a whole number", _with(b'"seq":2.7'), Fault.WRONG_TYPE, "seq"),
    Malformed("a whole fraction for a whole number", _with(b'"seq":2.0'), Fault.WRONG_TYPE, "seq"),
    Malformed("an exponent for a whole number", _with(b'"seq":1e2'), Fault.WRONG_TYPE, "seq"),
    Malformed("true for a whole number", _with(b'"seq":true'), Fault.WRONG_TYPE, "seq"),
    Malformed("a text for a whole number", _with(b'"seq":"2"'), Fault.WRONG_TYPE, "seq"),
    Malformed("a list for a whole number", _with(b'"seq":[2]'), Fault.WRONG_TYPE, "seq"),
    Malformed("an object for a whole number", _with(b'"seq":{}'), Fault.WRONG_TYPE, "seq"),
    Malformed("10^20", _with(b'"seq":100000000000000000000'), Fault.WRONG_TYPE, "seq"),
    Malformed("2^63", _with(b'"seq":9223372036854775808'), Fault.WRONG_TYPE, "seq"),
    Malformed("-2^63 - 1", _with(b'"seq":-9223372036854775809'), Fault.WRONG_TYPE, "seq"),
    Malformed("five thousand digits", _with(b'"seq":' + b"9" * 5000), Fault.WRONG_TYPE, "seq"),
    Malformed("a number for a text", _with(b'"purpose":5'), Fault.WRONG_TYPE, "purpose"),
    Malformed("false for a text", _with(b'"purpose":false'), Fault.WRONG_TYPE, "purpose"),
    Malformed("a text for a decimal", _with(b'"share":"0.5"'), Fault.WRONG_TYPE, "share"),
    Malformed("true for a decimal", _with(b'"share":true'), Fault.WRONG_TYPE, "share"),
    Malformed("a decimal beyond all machines", _with(b'"share":1e999'), Fault.WRONG_TYPE, "share"),
    Malformed(
        "five thousand digits for a decimal", _with(b'"share":' + b"9" * 5000), Fault.WRONG_TYPE, "share"
    ),
    Malformed("1 for true", _with(b'"urgent":1'), Fault.WRONG_TYPE, "urgent"),
    Malformed("a text for true", _with(b'"urgent":"true"'), Fault.WRONG_TYPE, "urgent"),
    Malformed("longer than a mebibyte", _with(b'"purpose":"' + b"x" * (1 << 20) + b'"'), Fault.TOO_LONG),
)

# Read as an event, though a careless reader might stumble; with the values besides `ts` and `ref`.
SOUND: Final[tuple[tuple[str, bytes, dict[str, object]], ...]] = (
    ("null is absent", _with(b'"seq":null'), {}),
    ("the text for no value", _with(b'"purpose":"-"'), {}),
    ("the text for no value for a number", _with(b'"seq":"-"'), {}),
    ("spaces everywhere", b' { "ts" : 1795515072123456 , "ref"\t:\t"A-1" } ', {}),
    ("a carriage return at the end", _START + b"}\r", {}),
    ("a colon in a text", _with(b'"purpose":"a\\":b"'), {"purpose": 'a":b'}),
    ("a key and its colon in a text", _with(b'"purpose":"{\\"seq\\":1,\\"seq\\":2}"'), {"purpose": '{"seq":1,"seq":2}'}),
    ("an escaped key", _with(b'"s\\u0065q":3'), {"seq": 3}),
    ("a pair of surrogates", _with(b'"purpose":"\\ud83d\\ude00"'), {"purpose": "\U0001f600"}),
    ("an escaped backslash before u0000", _with(b'"purpose":"\\\\u0000"'), {"purpose": "\\u0000"}),
    ("letters beyond ASCII", _with('"purpose":"Fürsorge"'.encode()), {"purpose": "Fürsorge"}),
    ("a line separator of Unicode", _with('"purpose":"a\u2028b"'.encode()), {"purpose": "a\u2028b"}),
    ("the largest whole number", _with(b'"seq":9223372036854775807'), {"seq": 2**63 - 1}),
    ("the least whole number", _with(b'"seq":-9223372036854775808'), {"seq": -(2**63)}),
    ("a whole number for a decimal", _with(b'"share":1'), {"share": 1.0}),
    ("an empty text", _with(b'"purpose":""'), {"purpose": ""}),
    ("a hundred brackets in a text", _with(b'"purpose":"' + b"[" * 500 + b'"'), {"purpose": "[" * 500}),
)  # fmt: skip
