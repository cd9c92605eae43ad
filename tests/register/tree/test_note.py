"""Signed notes with many lines, and the keys that verify them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isa_guard.register.faults import SignatureInvalid
from isa_guard.register.tree.note import (
    LIMIT_LINES,
    LIMIT_NOTE,
    Line,
    Note,
    key_id,
    note_key,
    open_note,
    read_key,
    read_lines,
    read_note,
    read_note_key,
    sign_note,
    signed_by,
    with_lines,
    write_key,
)
from tests.register.making import signer

ONE, TWO = signer("log"), signer("next log")
NAME = "example.org/invented-isa"
TEXT = "a text\n\nof three lines\n"
NOTE = sign_note(TEXT, NAME, ONE)
NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), exclude_characters="+"),
    min_size=1,
    max_size=60,
)
LINES = st.builds(
    Line, NAMES, st.binary(min_size=4, max_size=4), st.one_of(st.binary(max_size=80), st.just(bytes(2428)))
)


def refused(content: bytes, what: str) -> None:
    with pytest.raises(SignatureInvalid, match=what):
        open_note(content, NAME, (ONE.public_key, TWO.public_key))


@given(st.lists(LINES, min_size=1, max_size=16))
def test_sixteen_lines_of_any_kind_are_read_as_they_stand(lines: list[Line]) -> None:
    note = Note(TEXT, tuple(lines))
    assert read_note(note.content) == note


def test_sixteen_lines_of_the_longest_kind_have_room() -> None:
    lines = tuple(Line("n" * 255, number.to_bytes(4, "big"), bytes(2428)) for number in range(16))
    assert read_note(Note(TEXT, lines).content).lines == lines


@given(st.binary(max_size=300))
@example(b"\n\n")
@example("a\n\n— n AAAAAA==".encode())
@example("a\n\n— n AAAAAA==\r\n".encode())
def test_any_bytes_are_one_note_or_none(content: bytes) -> None:
    try:
        note = read_note(content)
    except SignatureInvalid:
        return
    assert note.content == content


@given(st.lists(st.sampled_from(["— ", "a", " ", "AAAAAA==", "AAAA", "\n", "+", "=", "\u2028", "\x00"])))
def test_any_pieces_of_a_note_are_one_note_or_none(pieces: list[str]) -> None:
    test_any_bytes_are_one_note_or_none.hypothesis.inner_test("".join(pieces).encode())  # type: ignore[attr-defined]


def test_the_text_is_what_stands_before_the_last_empty_line() -> None:
    assert read_note(NOTE).text == TEXT
    assert open_note(NOTE, NAME, (ONE.public_key,)) == TEXT


@pytest.mark.parametrize(
    "line",
    [
        "— a+b AAAAAA==",
        "— a b AAAAAA==",
        "— a\u00a0b AAAAAA==",
        "—  AAAAAA==",
        "- name AAAAAA==",
        "— name AAAAAA",
        "— name AAA=",
        "— name AAAAAB==",
        "— name",
        "",
        f"— {'n' * 256} AAAAAA==",
    ],
)
def test_a_line_of_another_form_makes_the_whole_note_invalid(line: str) -> None:
    with pytest.raises(SignatureInvalid):
        open_note(NOTE + f"{line}\n".encode(), NAME, (ONE.public_key,))


@pytest.mark.parametrize("code", [*range(10), *range(11, 32)])
def test_a_control_character_makes_the_note_invalid(code: int) -> None:
    refused(sign_note(f"a{chr(code)}\n", NAME, ONE), "control characters")


def test_too_many_lines_and_too_long_a_note_are_refused() -> None:
    others = [Line("other.example", number.to_bytes(4, "big"), b"") for number in range(1, LIMIT_LINES)]
    many = with_lines(NOTE, others)
    assert open_note(many, NAME, (ONE.public_key,)) == TEXT
    refused(many + "— other.example AAAAAA==\n".encode(), "65 signatures")
    with pytest.raises(SignatureInvalid, match="no room"):
        with_lines(many, [Line("other.example", b"abcd", b"")])
    fills = LIMIT_NOTE - len(sign_note("", NAME, ONE)) - 1
    assert open_note(sign_note("x" * fills + "\n", NAME, ONE), NAME, (ONE.public_key,))
    refused(sign_note("x" * (fills + 1) + "\n", NAME, ONE), "too long")


def test_two_keys_sign_one_note_and_either_opens_it_when_first() -> None:
    both = sign_note(TEXT, NAME, ONE, TWO)
    note = read_note(both)
    assert both.startswith(NOTE)
    assert open_note(both, NAME, (ONE.public_key,)) == TEXT
    assert open_note(both, NAME, (ONE.public_key, TWO.public_key)) == TEXT
    with pytest.raises(SignatureInvalid, match="not trusted"):
        open_note(both, NAME, (TWO.public_key,))
    assert signed_by(note, NAME, (TWO.public_key,)) == note.lines[1:]
    assert signed_by(note, NAME, (signer("stranger").public_key,)) == ()
    assert signed_by(note, "another.name", (ONE.public_key,)) == ()


def test_a_known_key_that_did_not_sign_its_line_spoils_the_note() -> None:
    bad = Line(NAME, key_id(NAME, b"\x01", TWO.public_key.raw), bytes(64))
    content = with_lines(NOTE, [bad])
    refused(content, "not one over its text")
    assert (
        open_note(content, NAME, (ONE.public_key,)) == TEXT
    )  # to whoever knows one key, the other is a stranger
    same_id = Line("other.example", bad.id, bad.signature)
    assert open_note(with_lines(NOTE, [same_id]), NAME, (ONE.public_key, TWO.public_key)) == TEXT


def test_lines_are_added_once() -> None:
    line = Line("other.example", b"abcd", b"signature")
    added = with_lines(NOTE, [line, line])
    assert read_note(added).lines == (*read_note(NOTE).lines, line)
    assert with_lines(added, [line]) == added
    assert added.startswith(NOTE)


@given(NAMES, st.binary(min_size=1, max_size=1), st.binary(min_size=1, max_size=40))
def test_a_verifier_key_is_read_as_written(name: str, kind: bytes, raw: bytes) -> None:
    found = read_key(write_key(name, kind, raw))
    assert (found.name, found.kind, found.raw) == (name, kind, raw)


@given(st.text(alphabet="ab+01Ae=\n ", max_size=40))
def test_any_text_is_one_verifier_key_or_none(text: str) -> None:
    try:
        found = read_key(text)
    except SignatureInvalid:
        return
    assert write_key(found.name, found.kind, found.raw) == text


GOOD_KEY = note_key(NAME, ONE.public_key)


def test_the_key_of_a_log() -> None:
    assert read_note_key(GOOD_KEY) == (NAME, ONE.public_key)


@given(st.integers(0, len(GOOD_KEY) - 1), st.sampled_from("Aa0+/=-"))
def test_a_verifier_key_with_a_character_changed_is_refused(at: int, other: str) -> None:
    changed = GOOD_KEY[:at] + other + GOOD_KEY[at + 1 :]
    if changed != GOOD_KEY:
        with pytest.raises(SignatureInvalid):
            read_note_key(changed)


@pytest.mark.parametrize("text", [write_key(NAME, b"\x04", bytes(32)), write_key(NAME, b"\x01", bytes(31))])
def test_a_key_for_other_signatures_is_no_key_of_a_log(text: str) -> None:
    with pytest.raises(SignatureInvalid, match="no verifier key of a log"):
        read_note_key(text)


def test_a_key_without_a_key_is_refused() -> None:
    empty = f"{NAME}+{key_id(NAME, bytes([1]), b'').hex()}+{base64.b64encode(bytes([1])).decode()}"
    with pytest.raises(SignatureInvalid):
        read_key(empty)


def test_lines_alone_are_read_as_a_witness_sends_them() -> None:
    lines = read_note(sign_note(TEXT, NAME, ONE, TWO)).lines
    assert read_lines("".join(line.text for line in lines)) == lines
    for text in ("", "\n", lines[0].text[:-1], f"\n{lines[0].text}", f"{lines[0].text}\n"):
        with pytest.raises(SignatureInvalid):
            read_lines(text)
