from __future__ import annotations

import time
from itertools import pairwise

import pytest
from cel_expr_python import cel
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.language.pattern import MAX_GROUPS, MAX_PATTERN, PatternError, negated, normal
from isa_guard.language.regex import Pattern, compiled, matches

_ENV = cel.NewEnv(variables={"text": cel.Type.STRING, "pattern": cel.Type.STRING})
_GOOGLE = _ENV.compile("text.matches(pattern)")


def by_re2(pattern: str, text: str) -> object:
    found = _GOOGLE.eval(data={"text": text, "pattern": pattern})
    return None if found.type() == cel.Type.ERROR else found.plain_value()


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("^[0-9]$", "5\n", False),
        (r"\d", "٣", False),
        (r"\D", "٣", True),
        (r"\w", "é", False),
        (r"\W", "é", True),
        (r"\s", "\v", False),
        (r"[[:space:]]", "\v", True),
        (r"\S", "\v", True),
        (r"a.b", "a\nb", False),
        (r"(?s)a.b", "a\nb", True),
        (r"(?s:a.)b.", "a\nb\n", False),
        (r"(?i)straße", "", None),
        (r"(?i)official", "OffICIAL", True),
        (r"(?i)k", "\u212a", True),
        (r"(?i)[r-t]", "\u017f", True),
        (r"(?i)[@-C]", "b", True),
        (r"a(?i)b", "aB", True),
        (r"a(?i)b", "AB", False),
        (r"(?i:a)b", "AB", False),
        (r"(?i)[@-`]", "b", True),
        (r"\bend\b", "the end.", True),
        (r"^$", "", True),
        (r"^b", "ab", False),
        (r"(^a|b)c", "xac", False),
        (r"a$", "ab", False),
        (r"\bb", "ab", False),
        (r"\Aa\z", "a", True),
        (r"a{2,3}b{0}c{1,}", "aac", True),
        (r"a{,2}", "a{,2}", True),
        (r"x{", "x{", True),
        (r"[]a]+$", "]a", True),
        (r"[a-]", "-", True),
        (r"[-a]", "-", True),
        (r"[^\x00-\x{10FFFF}]", "a", False),
        (r"[[:^alpha:]]", "1", True),
        (r"[\d_]", "_", True),
        (r"\x41\x{1F600}\012\07", "A\U0001f600\n\a", True),
        (r"\.\-\/", ".-/", True),
        (r"\a\f\t\n\r\v", "\a\f\t\n\r\v", True),
        (r"(?P<name>a)(?:b)(c|)", "ab", True),
        (r"a|b|", "", True),
        (r"a*?b+?c??", "b", True),
        ("", "anything", True),
        (r"^[A-Z]{2}[0-9]{6}[A-D]$", "QQ123456C", True),
    ],
)
def test_patterns_mean_what_re2_says(pattern: str, text: str, found: bool | None) -> None:
    if found is None:
        with pytest.raises(PatternError):
            compiled(pattern)
        return
    assert matches(text, pattern) is found
    assert Pattern(pattern).walk(text) is found
    assert by_re2(pattern, text) is found


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("(?=a)", "look-ahead"),
        ("(?!a)", "look-ahead"),
        ("(?<=a)", "look-behind"),
        ("(?<!a)", "look-behind"),
        ("(?>a)", "atomic group"),
        ("(?#a)", "comment"),
        ("(?(1)a)", "conditional"),
        ("(?P=a)", "back reference"),
        (r"(a)\1", "back reference"),
        (r"\Bend", "engines differ"),
        ("a*+", "possessive"),
        ("a**", "repeat of a repeat"),
        ("a{2}{3}", "repeat of a repeat"),
        ("*a", "nothing to repeat"),
        ("{2}", "nothing to repeat"),
        ("^*", "nothing to repeat"),
        ("(?i)*", "nothing to repeat"),
        ("a{1001}", "out of bounds"),
        ("a{3,2}", "out of bounds"),
        ("(?i)\u00e9", "ASCII letters only"),
        ("(?m)a", "the flag 'm' is not taken"),
        ("(?i-s)a", "the flag '-' is not taken"),
        ("(?z)", "not part of RE2"),
        ("(a", "not closed"),
        ("a)", "was not opened"),
        ("[a", "not closed with ]"),
        ("[z-a]", "backwards"),
        ("[[:nope:]]", "no class"),
        ("(?i)[[:alpha:]]", "do not go together"),
        (r"(?i)\w", "do not go together"),
        (r"\p{L}", "not taken"),
        (r"\Z", "not taken"),
        ("\\é", "not taken"),
        ("a\\", "ends in a backslash"),
        (r"\x{110000}", "no such character"),
        (r"\x{d800}", "no such character"),
        ("a" * (MAX_PATTERN + 1), "at most"),
        ("(" * (MAX_GROUPS + 1) + ")" * (MAX_GROUPS + 1), "groups go at most"),
        ("(.{0,1000}){0,4}x", "too large"),
    ],
)
def test_what_re2_lacks_or_what_is_too_large_is_refused_by_name(pattern: str, what: str) -> None:
    with pytest.raises(PatternError, match=what):
        compiled(pattern)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^(a+)+$", "a" * 5000 + "b"),
        (r"(a|aa)*b$", "a" * 50_000),
        (r"(a?){30}a{30}$", "a" * 29 + "b"),
        (r".*.*.*x", "a" * 50_000),
        (r"(x+x+)+y", "x" * 50_000),
        (r"([a-z]+)*@", "z" * 50_000),
        (r"(.*)(.*)(.*)(.*)(.*)[^a]$", "a" * 20_000),
        (r"(a|b|ab)*(c|d)?$", "ab" * 20_000 + "e"),
        (r"((a{0,30}){0,30}b)", "a" * 20_000),
        (r"^(\w+\s?)*$", "word " * 10_000 + "!"),
    ],
)
def test_a_pathological_pattern_finishes(pattern: str, text: str) -> None:
    start = time.process_time()
    try:
        assert matches(text, pattern) in {True, False}
    except PatternError as error:
        assert "too long" in str(error) or "too large" in str(error)
    assert time.process_time() - start < 2


def test_a_text_too_long_for_a_large_pattern_is_an_error_not_a_wait() -> None:
    text = "".join(chr(0x4E00 + n) for n in range(20_000))
    start = time.process_time()
    with pytest.raises(PatternError, match="too long"):
        matches(text, "(.{0,500}x){0,2}y")
    assert time.process_time() - start < 2


SINGLES = [
    r"\d",
    r"\w",
    r"\s",
    r"\b",
    r"\.",
    r"\n",
    r"[]a]",
    r"[-a]",
    r"[ab]",
    r"[^a]",
    r"[a-c1]",
    r"[\d_]",
    r"[[:alpha:]]",
]
GROUPS = ["(a|b)", "(?:a|ab)", "(a*)", "(?i)", "(?s)", "()"]
ATOMS = st.sampled_from([*"ab1_- ^$.é|ks", *SINGLES, *GROUPS])
REPEATS = st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,2}", "{0,}", "*?"])


@given(st.lists(st.tuples(ATOMS, REPEATS), max_size=6), st.text("ab1_ -\né\u212as\u017f", max_size=8))
@settings(max_examples=600, deadline=None)
def test_both_engines_agree_with_re2(parts: list[tuple[str, str]], text: str) -> None:
    pattern = "".join(atom + repeat for atom, repeat in parts)
    try:
        made = Pattern(pattern)
    except PatternError:
        return
    assert made.search(text) is made.walk(text) is by_re2(pattern, text)


# The binding of the oracle ends a text at its first NUL.
TEXTS = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=20)


@given(TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_pattern_or_is_refused(pattern: str, text: str) -> None:
    try:
        made = Pattern(pattern)
    except PatternError:
        return
    expected = by_re2(pattern, text)
    assert made.search(text) is expected


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda r: (min(r), max(r))), max_size=6)
)
def test_ranges_hold_what_they_held_and_nothing_else(ranges: list[tuple[int, int]]) -> None:
    held = {point for low, high in ranges for point in range(low, high + 1)}
    tidy = normal(ranges)
    assert {point for low, high in tidy for point in range(low, high + 1)} == held
    assert all(first[1] + 1 < second[0] for first, second in pairwise(tidy))
    assert negated(negated(tidy)) == tidy


def test_nul_is_a_character_like_any_other() -> None:
    assert matches("a\0b", "\\0b")
    assert matches("a\0b", "a\0b$")
    assert not matches("a", "\0")


def test_the_memory_of_an_automaton_is_bounded() -> None:
    made = Pattern("(a|b)*c$")
    made.walk("".join(chr(0x3400 + n) for n in range(9000)))
    assert len(made._cache) <= 4096
