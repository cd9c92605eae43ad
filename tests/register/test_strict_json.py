"""Strict JSON: one way to write a value, no two ways to read it."""

from __future__ import annotations

import contextlib
import json
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isa_guard.register.faults import RecordError
from isa_guard.register.strict_json import LARGEST, LIMIT_DEPTH, _quick, _Reader, read, read_object, write

if TYPE_CHECKING:
    from isa_guard.register.strict_json import Json

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12).map(
    lambda t: unicodedata.normalize("NFC", t)
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_back_and_another_parser_agrees(value: Json) -> None:
    content = write(value)
    assert read(content) == value
    assert json.loads(content) == value
    assert write(read(content)) == content


@given(st.dictionaries(TEXT, st.integers(0, 9), max_size=6), st.randoms())
def test_the_order_in_which_names_were_given_leaves_no_trace(value: dict[str, int], random: object) -> None:
    shuffled = dict(sorted(value.items(), key=lambda item: hash((item[0], str(random)))))
    assert write(dict(shuffled)) == write(dict(value))


def test_names_are_sorted_and_nothing_is_spaced() -> None:
    assert write({"b": [1, True, None], "a": "é"}) == '{"a":"é","b":[1,true,null]}'.encode()


def test_text_is_written_composed() -> None:
    assert write("e\u0301") == '"é"'.encode()


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (1.5, "float"),
        (2**53, "2\\^53"),
        (-(2**53), "2\\^53"),
        ("a\nb", "control"),
        ("\x7f", "control"),
        ("\ud800", "surrogate"),
        ({"e\u0301": 1}, "NFC"),
        ({1: 1}, "NFC"),
        (b"x", "bytes"),
    ],
)
def test_what_a_record_may_not_hold_is_not_written(value: Json, what: str) -> None:
    with pytest.raises(RecordError, match=what):
        write(value)


@pytest.mark.parametrize(
    ("content", "what", "offset"),
    [
        (b'{"a":1,"a":2}', "twice", 7),
        (b'{"a":1,"\\u0061":2}', "twice", 7),
        (b"NaN", "no value", 0),
        (b"[Infinity]", "no value", 1),
        (b"[-Infinity]", "no number", 1),
        (b"[1.0]", "whole", 1),
        (b"[1e3]", "whole", 1),
        (b"[01]", "one form", 1),
        (b"[-0]", "one form", 1),
        (b"[9007199254740992]", "2\\^53", 1),
        (b"[" + b"9" * 10_000 + b"]", "2\\^53", 1),
        (b"\xef\xbb\xbf{}", "byte order", 0),
        (b'"\\ud800"', "surrogate", 1),
        (b'"\\udc00\\ud800"', "surrogate", 1),
        (b'"\\ud800\\u0041"', "surrogate", 1),
        (b'"\xed\xa0\x80"', "UTF-8", 1),
        (b"\xff", "UTF-8", 0),
        (b"{} {}", "follows", 3),
        (b"{}\0", "follows", 2),
        (b'"a\nb"', "control", 2),
        (b'"\\n"', "control", 1),
        (b'"\\u0000"', "control", 1),
        (b'"\\x41"', "escape", 1),
        (b'"\\u12"', "four digits", 1),
        (b'"abc', "without an end", 0),
        (b'"\\', "escape", 1),
        (b'{"a" 1}', "`:`", 5),
        (b"{1:1}", "name is missing", 1),
        (b'{"a":1,}', "name is missing", 7),
        (b"[1 2]", "`,` or `]`", 3),
        (b"[1,]", "no value", 3),
        (b"[", "value is missing", 1),
        (b'{"a":1', "`,` or `}`", 6),
        (b"", "missing", 0),
        ("[\u0661]".encode(), "no number", 1),
        ('{"é":1,"é":2}'.encode(), "twice", 8),
    ],
)
def test_every_other_text_is_refused_at_its_byte(content: bytes, what: str, offset: int) -> None:
    with pytest.raises(RecordError, match=what) as caught:
        read(content)
    assert caught.value.offset == offset


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_depth_is_bounded_however_deep_the_text(opening: bytes) -> None:
    for levels in (LIMIT_DEPTH + 1, 5_000, 200_000):
        with pytest.raises(RecordError, match="levels deep"):
            read(opening * levels)


def test_the_deepest_allowed_value_is_read_and_written() -> None:
    content = b"[" * LIMIT_DEPTH + b"]" * LIMIT_DEPTH
    assert write(read(content)) == content
    one_more = b"[" * (LIMIT_DEPTH + 1) + b"]" * (LIMIT_DEPTH + 1)
    with pytest.raises(RecordError, match="levels"):
        read(one_more)
    with pytest.raises(RecordError, match="levels"):
        write(json.loads(one_more))
    assert read(write([json.loads(content)[0], "é"])) == [json.loads(content)[0], "é"]
    with pytest.raises(RecordError, match="levels"):
        write([json.loads(content), "é"])


def test_brackets_within_text_are_no_levels() -> None:
    assert read(b'["' + b"[" * 100 + b'"]') == ["[" * 100]


def test_size_is_bounded() -> None:
    with pytest.raises(RecordError, match="longer than 10 bytes") as caught:
        read(b'"' + b"a" * 20 + b'"', 10)
    assert caught.value.offset == 10


def test_only_an_object_is_an_object() -> None:
    assert read_object(b' {"a": [ ] , "b" : { } }\n') == {"a": [], "b": {}}
    with pytest.raises(RecordError, match="no object"):
        read_object(b"[]")


def test_escapes_stand_for_what_they_are() -> None:
    assert read(b'"\\ud83d\\ude00\\"\\\\\\/\\u00e9"') == '😀"\\/é'


PIECES = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"', "a", '"a"', '"b"', "1", "-", "0", ".5", "e9", "true", "null", "\\", "\\u0041",
     " ", "\n", "é", "\x7f", "9007199254740993", "NaN"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
@example('{"a":1,"a":1}')
def test_the_quick_and_the_careful_reader_never_differ(text: str) -> None:
    try:
        careful = ("value", _Reader(text).whole())
    except RecordError:
        careful = ("refused", None)
    try:
        quick = _quick(text)
    except Exception:  # noqa: BLE001 - any doubt hands over to the careful reader
        return
    assert careful == ("value", quick)


@given(
    st.lists(PIECES, max_size=12).map("".join) | st.binary(max_size=30).map(lambda raw: raw.decode("latin-1"))
)
def test_hostile_text_gives_a_domain_error_and_what_is_read_python_reads_too(text: str) -> None:
    with contextlib.suppress(RecordError):
        assert read(text.encode()) == json.loads(text)
