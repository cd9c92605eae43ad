"""Our YAML: strict, with places, and no input that hangs or crashes it."""

from __future__ import annotations

import json
import time

import pytest
import yaml as stock
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import LoadError, Place
from isa_guard.load.yaml import LIMIT_BYTES, LIMIT_DEPTH, read_document, read_documents

keys = st.text(st.characters(categories=["Ll", "Nd"], max_codepoint=0x7E), min_size=1, max_size=6)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


def problem(raw: bytes) -> tuple[str, Place]:
    with pytest.raises(LoadError) as caught:
        read_document(raw, "f")
    first = caught.value.problems[0]
    return first.what, first.place


@given(trees.filter(lambda tree: tree is not None))
def test_json_is_read_as_json_reads_it(tree: object) -> None:
    assert read_document(json.dumps(tree).encode(), "f").data == tree


@given(trees.filter(lambda tree: tree is not None))
def test_what_the_stock_writer_writes_is_read_back(tree: object) -> None:
    raw = stock.safe_dump(tree, allow_unicode=True).encode()
    assert read_document(raw, "f").data == tree


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_our_own_words(raw: bytes) -> None:
    try:
        read_documents(raw, "f")
    except LoadError as error:
        assert error.problems


@given(trees.filter(lambda tree: isinstance(tree, dict) and tree))
def test_every_value_has_the_place_where_it_stands(tree: dict[str, object]) -> None:
    raw = stock.safe_dump(tree, allow_unicode=True)
    document = read_document(raw.encode(), "f")
    lines = raw.split("\n")
    for key in tree:
        place = document.key_place((key,))
        text = lines[place.line - 1][place.column - 1 :].lstrip("'\"? ")
        assert text.startswith(key)


def test_words_that_look_like_booleans_and_times_stay_words() -> None:
    data = read_document(b"country: no\nanswer: yes\nstarts: 12:30\nday: 2026-11-23\noctal: 012\n", "f").data
    assert data == {"country": "no", "answer": "yes", "starts": "12:30", "day": "2026-11-23", "octal": "012"}


def test_numbers_booleans_and_nothing_are_themselves() -> None:
    data = read_document(
        b"a: 12\nb: -3\nc: 1.5\nd: true\ne: false\nf:\ng: ~\nh: '12'\ni: \"true\"\n", "f"
    ).data
    assert data == {
        "a": 12,
        "b": -3,
        "c": 1.5,
        "d": True,
        "e": False,
        "f": None,
        "g": None,
        "h": "12",
        "i": "true",
    }


@pytest.mark.parametrize(
    ("raw", "what", "place"),
    [
        (b"", "empty", Place("f", 1, 1)),
        (b"# only a remark\n", "empty", Place("f", 1, 1)),
        (b"a: 1\nb: 2\na: 3\n", "stands twice (first in line 1)", Place("f", 3, 1)),
        (b"a:\n\t- 1\n", "not well-formed", Place("f", 2, 1)),
        (b"a: [1, 2\n", "not well-formed", Place("f", 2, 1)),
        (b"a: &x 1\nb: *x\n", "anchors", Place("f", 1, 4)),
        (b"a: *x\n", "anchors", Place("f", 1, 4)),
        (b"\xff\xfea\x00", "UTF-16", Place("f", 1, 1)),
        (b"a: 1\nb: caf\xe9\n", "not UTF-8", Place("f", 2, 7)),
        (b"a: x\x00y\n", "U+0000", Place("f", 1, 5)),
        ("a: OFFICIAL\u202e\n".encode(), "U+202E", Place("f", 1, 12)),
        ("a: OFF\u200bICIAL\n".encode(), "U+200B", Place("f", 1, 7)),
        (b"a: !!python/object:os.system {}\n", "tag", Place("f", 1, 4)),
        (b"? [a]\n: 1\n", "a key is a word", Place("f", 1, 3)),
        (b"a: 1\n---\nb: 2\n", "second document", Place("f", 3, 1)),
        (b"%YAML 9.9\n---\na: 1\n", "not well-formed", Place("f", 1, 1)),
    ],
)
def test_a_fault_is_told_with_its_place(raw: bytes, what: str, place: Place) -> None:
    found, where = problem(raw)
    assert what in found
    assert where == place


def test_two_equal_keys_are_all_reported_at_once() -> None:
    with pytest.raises(LoadError) as caught:
        read_document(b"a: 1\na: 2\nb: {c: 1, c: 2}\n", "f")
    assert [one.place.line for one in caught.value.problems] == [2, 3]


def test_anchors_that_would_expand_without_bound_are_refused() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert "anchors" in problem("\n".join(lines).encode())[0]


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 1_000_000,
        b"{a: " * 500_000,
        b"- " * 1_000_000 + b"x",
        b"? " * 1_000_000 + b"x",
        b"\n".join(b" " * n + b"a:" for n in range(1_200)),
        b"[" * 200 + b"]" * 200,
    ],
)
def test_depth_is_refused_at_once(raw: bytes) -> None:
    started = time.process_time()
    assert f"deeper than {LIMIT_DEPTH}" in problem(raw)[0]
    assert time.process_time() - started < 2  # the issue's own bound for bad input


def test_the_deepest_that_is_allowed_is_read() -> None:
    raw = b"[" * LIMIT_DEPTH + b"x" + b"]" * LIMIT_DEPTH
    assert read_document(raw, "f").data is not None


def test_a_document_that_is_too_large_is_not_even_read() -> None:
    found, where = problem(b"a: " + b"x" * LIMIT_BYTES)
    assert "limit" in found
    assert where == Place("f")


def test_more_values_than_anybody_writes_are_refused() -> None:
    assert "values" in problem(b"[" + b"1," * 250_000 + b"1]")[0]


def test_documents_of_a_stream_are_numbered() -> None:
    found = read_documents(b"a: 1\n---\nb: 2\n", "f")
    assert [one.number for one in found] == [0, 1]
    assert found[1].place(("b",)) == Place("f", 3, 4)


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [
        (b"rule: a && bad\n", 1, 12),
        (b"rule: 'a && bad'\n", 1, 13),
        (b"rule: >-\n  a &&\n  bad\n", 3, 3),
        (b"rule: |\n    a && bad\n", 2, 10),
        (b"rule: a &&\n  bad\n", 2, 3),
    ],
)
def test_a_character_of_a_text_is_found_however_it_is_quoted_or_folded(
    raw: bytes, line: int, column: int
) -> None:
    document = read_document(raw, "f")
    text = str(document.data["rule"])  # type: ignore[index,call-overload]
    assert document.place_within(("rule",), text.index("bad")) == Place("f", line, column)


def test_a_place_that_does_not_exist_is_the_nearest_above_it() -> None:
    document = read_document(b"a:\n  b: 1\n", "f")
    assert document.place(("a", "c", "d")) == Place("f", 2, 3)
    assert document.place(("x",)) == Place("f", 1, 1)
    assert document.key_place(("a", "b")) == Place("f", 2, 3)
    assert document.place_within(("a", "b"), 0) == Place("f", 2, 6)
