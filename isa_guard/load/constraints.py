"""The rules of one field of a schedule, from cerberus' words to constraints; what cannot be held to is refused by name.

A rule that says nothing of its type is refused as well: cerberus passes over `min` on a text without a word, and an
author would believe that it holds.
"""

from __future__ import annotations

import math
import re
import warnings
from typing import TYPE_CHECKING, Final

from isa_guard.errors import Problem
from isa_guard.frozen import dataclass
from isa_guard.language.constraints import FREE, Constraints, whole
from isa_guard.language.pattern import PatternError
from isa_guard.language.values import INT_MAX, INT_MIN, from_date, from_datetime
from isa_guard.load.dates import DAY_HINT, INSTANT_HINT, read_day, read_instant
from isa_guard.load.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isa_guard.language.constraints import Limit
    from isa_guard.load.yaml import Document, Path

CONSTRAINTS: Final = ("allowed", "forbidden", "regex", "minlength", "maxlength", "min", "max")
_WORDS: Final = ("allowed", "forbidden")
_FITS: Final[Mapping[str, tuple[str, ...]]] = {
    "string": (*_WORDS, "regex", "minlength", "maxlength"),
    "integer": (*_WORDS, "min", "max"),
    "float": (*_WORDS, "min", "max"),
    "boolean": _WORDS,
    "date": (*_WORDS, "min", "max"),
    "datetime": (*_WORDS, "min", "max"),
    "list": ("minlength", "maxlength"),
}
_HINTS: Final[Mapping[str, str]] = {
    "string": "write text; a number or a truth value in quotes",
    "integer": "write a whole number of at most 64 bits",
    "float": "write a number that 64 bits hold exactly",
    "boolean": "write true or false",
    "date": DAY_HINT,
    "datetime": INSTANT_HINT,
}
# To Python digits, words, spaces and edges are those of Unicode, to RE2 those of ASCII; the rest it does not know.
_TOKEN: Final = re.compile(r"(?P<unlike>\\[dDwWsSbz]|\\x\{|\[:\^?[a-z]+:\]|\(\?<)|\\.", re.DOTALL)


def read_limit(kind: str, data: object) -> Limit | None:
    """Answer a word or bound of a schedule as a value of a type, or None where it is none."""
    if kind == "boolean":
        return data if isinstance(data, bool) else None
    if isinstance(data, bool):
        return None
    if isinstance(data, str):
        return _of_text(kind, data)
    if kind == "integer" and isinstance(data, int) and INT_MIN <= data <= INT_MAX:
        return data
    if kind == "float" and isinstance(data, int | float):
        return _exact(data)
    return None


def _exact(data: float) -> float | None:
    """A bound that is rounded is another bound."""
    if isinstance(data, int) and abs(data) > 2**53:
        return None
    return float(data) if math.isfinite(data) else None


def _of_text(kind: str, text: str) -> Limit | None:
    if kind == "string":
        return text
    if kind == "date" and (day := read_day(text)):
        return from_date(day)
    if kind == "datetime" and (instant := read_instant(text)):
        return from_datetime(instant)
    return None


@dataclass(frozen=True, slots=True)
class RulesReader:
    """Reads the rules of fields; problems are collected in `problems`."""

    document: Document
    problems: list[Problem]

    def fault(self, what: str, path: Path, hint: str = "") -> None:
        """Note what is wrong at `path`."""
        self.problems.append(Problem(what, self.document.place(path), hint, "fields"))

    def keys(
        self, rules: Mapping[str, object], taken: Sequence[str], why: Mapping[str, str], path: Path
    ) -> None:
        """Note every key that is not `taken`; `why` has the reason for some."""
        for key in rules:
            if key not in taken:
                what = f"the rule `{key}` is not taken here"
                place = self.document.key_place((*path, key))
                self.problems.append(Problem(what, place, why.get(key, did_you_mean(key, taken)), "fields"))

    def meta(self, rules: Mapping[str, object], taken: Sequence[str], path: Path) -> Mapping[str, object]:
        """Answer the `meta` of a field; a key that nobody would read is noted."""
        meta = rules.get("meta", {})
        if not isinstance(meta, dict):
            self.fault("`meta` is a mapping", (*path, "meta"))
            return {}
        self.keys(meta, taken, {}, (*path, "meta"))
        return meta

    def flag(self, rules: Mapping[str, object], name: str, path: Path) -> bool:
        """Answer a rule that is true or false, false where it is not written."""
        written = rules.get(name, False)
        if not isinstance(written, bool):
            self.fault(f"`{name}` is true or false", (*path, name))
        return written is True

    def constraints(self, kind: str, rules: Mapping[str, object], path: Path) -> Constraints:
        """Answer the constraints of a field of a type, by cerberus' name of it."""
        written = [name for name in CONSTRAINTS if name in rules]
        for name in written:
            if name not in _FITS[kind]:
                hint = "give it to the `schema` of its entries" if kind == "list" else ""
                self.fault(f"`{name}` says nothing of the type `{kind}`", (*path, name), hint)
        if not set(written) <= set(_FITS[kind]):
            return FREE
        minlength, maxlength = (self._length(rules, name, path) for name in ("minlength", "maxlength"))
        low, high = (self._bound(kind, rules, name, path) for name in ("min", "max"))
        self._order(minlength, maxlength, (*path, "maxlength"))
        self._order(low, high, (*path, "max"))
        allowed = self._words(kind, rules, "allowed", path)
        forbidden = self._words(kind, rules, "forbidden", path) or ()
        return Constraints(allowed, forbidden, self._regex(rules, path), minlength, maxlength, low, high)

    def _words(
        self, kind: str, rules: Mapping[str, object], name: str, path: Path
    ) -> tuple[Limit, ...] | None:
        if name not in rules:
            return None
        data = rules[name]
        if not isinstance(data, list) or not data:
            self.fault(f"`{name}` is a list of at least one", (*path, name))
            return None
        found = []
        for index, one in enumerate(data):
            limit = read_limit(kind, one)
            if limit is None:
                self.fault(f"this is no {kind}", (*path, name, index), _HINTS[kind])
            else:
                found.append(limit)
        return tuple(found)

    def _length(self, rules: Mapping[str, object], name: str, path: Path) -> int | None:
        data = rules.get(name)
        if name in rules and not (isinstance(data, int) and not isinstance(data, bool) and data >= 0):
            self.fault(f"`{name}` is a number of characters or entries", (*path, name))
            return None
        return data if isinstance(data, int) else None

    def _bound(self, kind: str, rules: Mapping[str, object], name: str, path: Path) -> int | float | None:
        if name not in rules:
            return None
        limit = read_limit(kind, rules[name])
        if limit is None or isinstance(limit, str):
            self.fault(f"`{name}` is no {kind}", (*path, name), _HINTS[kind])
            return None
        return limit

    def _order(self, low: float | None, high: float | None, path: Path) -> None:
        if low is not None and high is not None and low > high:
            self.fault("the most is less than the least: nothing could be so", path)

    def _regex(self, rules: Mapping[str, object], path: Path) -> str | None:
        if "regex" not in rules:
            return None
        pattern = rules["regex"]
        if not isinstance(pattern, str):
            self.fault("`regex` is a pattern", (*path, "regex"), "put it in quotes")
            return None
        try:
            anchored = whole(pattern)
        except PatternError as error:
            self.fault(str(error), (*path, "regex"))
            return None
        unlike = _unlike(pattern)
        if unlike:
            self.fault(unlike, (*path, "regex"), "write the characters out: `[0-9]`, `[A-Za-z]`, `[ ]`")
            return None
        return anchored


def _unlike(pattern: str) -> str:
    """Answer what cerberus, which asks Python, would read otherwise than RE2 and Rust do, or nothing."""
    for found in _TOKEN.finditer(pattern):
        if found["unlike"]:
            return f"`{found['unlike']}` in a pattern is not read alike everywhere"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, FutureWarning, DeprecationWarning):
        return "cerberus does not read this pattern"
    return ""
