"""Patterns of lines: Python finds the groups that RE2 finds, in time that grows with the line, or refuses the pattern."""

from __future__ import annotations

from time import process_time

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.audit.mapping.load import load_mapping, ready_mappings
from isa_guard.audit.mapping.patterns import line_pattern
from isa_guard.language.pattern import PatternError
from isa_guard.model.schemas import EVENT

READY = [text for name in ready_mappings() if (text := load_mapping(name, EVENT).pattern)]
TAKEN = [
    r"^(?P<a>[^ ]+) (?P<b>.*)$",
    r"^(?:k=(?P<a>x+)|(?P<b>.*))$",
    r"^(?P<a>[a-c]?)(?P<b>[a-c]?)(?P<c>x*)$",
    r"^(?P<a>\[[^\]]*\])\s*(?P<b>\d{2,3})\.(?P<c>\w*)$",
    r'^"(?P<a>(?:[^"\\]|\\.)*)"$',
    r"^(?P<a>a|ab)(?P<b>c|bcd)(?P<c>d*)$",
    r"^(?P<a>[[x]+)(?P<b>)$",
]


def in_re2(pattern: str, line: str) -> dict[str, str] | None:
    """The groups by DuckDB, which runs RE2; a group that is not found is empty there."""
    groups = line_pattern(pattern).groups
    found = duckdb.execute("select regexp_matches($1, $2)", [line, pattern]).fetchone()
    if not (found and found[0]):
        return None
    made = duckdb.execute("select regexp_extract($1, $2, $3)", [line, pattern, list(groups)]).fetchone()
    assert made
    return {name: part for name, part in made[0].items() if part}


@settings(max_examples=300)
@given(st.sampled_from([*TAKEN, *READY]), st.data())
def test_the_groups_are_those_of_re2(pattern: str, data: st.DataObject) -> None:
    near = st.from_regex(line_pattern(pattern).compiled, fullmatch=True)
    line = data.draw(near | st.text('abcdx kd=[]"\\0123.\t\x0b', max_size=12))
    if "\n" in line or "\0" in line:
        return  # no line holds these
    parts = line_pattern(pattern).parts(line)
    found = None if parts is None else {name: part for name, part in parts.items() if part}
    assert found == in_re2(pattern, line)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"^(?P<a>.*) (?P<b>.*)$", "write [^ ]* rather than"),
        (r"^(?P<a>(?:a|ab)*)$", "two sides of a `|` begin alike"),
        (r"^(?P<a>(?:a*)*)$", "what may be empty"),
        (r"^(?P<a>(?:a?b?)*)$", "what may be empty"),
        (r"^(?P<a>(?:xa?)*a)$", "may go on where"),
        (r"^(?P<a>a+a+)$", "may go on where"),
        (r"^(?P<a>(?:a{1,3}){2}b)$", "may go on where"),
        ("^" + "(?:a|a)" * 9 + "(?P<a>x)$", "two sides"),
        (r"(?P<a>x)$", "begins with ^ and ends with $"),
        (r"^(?P<a>x)", "begins with ^ and ends with $"),
        (r"^(?P<a>x)$|^(?P<b>y)$", "begins with ^ and ends with $"),
        (r"^x$", "no named group"),
        (r"^(x)(?P<a>y)$", "every group that is kept has a name"),
        (r"^(?P<a>x)(?P<a>y)$", "in the pattern: redefinition"),
        (r"^(?<a>x)$", "as (?P<user>"),
        (r"^(?i)(?P<a>x)$", "flags"),
        (r"^(?P<a>[[:alpha:]]+)$", "POSIX"),
        (r"^(?P<a>\S+)$", "is not taken"),
        (r"^(?P<a>x)(?=y)$", ""),
        (r"^(?P<a>x)\1$", ""),
        (r"^(?P<a>x++)$", ""),
    ],
)  # fmt: skip
def test_what_is_refused(pattern: str, why: str) -> None:
    with pytest.raises(PatternError) as caught:
        line_pattern(pattern)
    assert why in str(caught.value)


def test_eight_forks_are_taken() -> None:
    assert line_pattern("^" + "(?:a|a)" * 8 + "(?P<a>x)$").parts("aaaaaaaax") == {"a": "x"}


def test_spaces_are_those_of_re2() -> None:
    assert line_pattern(r"^(?P<a>\s)$").parts("\x0b") is None
    assert line_pattern(r"^(?P<a>[\s]+)x$").parts("\t x") == {"a": "\t "}


@pytest.mark.parametrize("pattern", [*TAKEN, *READY])
def test_long_lines_take_no_longer_than_they_are_long(pattern: str) -> None:
    for line in (
        "a" * 200_000,
        "a " * 100_000,
        '"\\' * 100_000,
        "type=A msg=audit(1.000:1): " + " key=" * 40_000,
    ):
        begin = process_time()
        line_pattern(pattern).parts(line)
        assert process_time() - begin < 2


def test_deep_patterns_are_checked_quickly() -> None:
    deep = "(?:" * 30 + "a" + ")?" * 30
    begin = process_time()
    with pytest.raises(PatternError):
        line_pattern(f"^{deep}(?P<a>.*) x$")
    assert process_time() - begin < 2
