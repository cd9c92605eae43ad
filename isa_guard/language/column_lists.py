"""Macros over a list that SQL itself goes through. `name` is what an element is called in the text of the test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.language.syntax import MacroKind

if TYPE_CHECKING:
    from isa_guard.language.sql_dialects import Spelling


def whole(say: Spelling, items: str) -> str:
    """The list, or NULL where one of its elements is: an element that failed makes the list fail."""
    name = say.variable()

    def checked(all_: str) -> str:
        failed = say("elements", say("where", all_, name, f"{name} IS NULL"))
        return f"CASE WHEN {failed} = 0 THEN {all_} END"

    return say.bound(items, checked)


def tested(say: Spelling, kind: MacroKind, items: str, name: str, test: str) -> str:
    """Whether the test holds for all, for some or for exactly one; an error is absorbed where CEL absorbs it."""

    def decided(marks: str) -> str:
        yes, no, error = (say("holds", marks, mark) for mark in ("1", "0", "2"))
        if kind is MacroKind.EXISTS:
            cases = f"WHEN {yes} THEN TRUE WHEN {error} THEN NULL ELSE FALSE"
        elif kind is MacroKind.ALL:
            cases = f"WHEN {no} THEN FALSE WHEN {error} THEN NULL ELSE TRUE"
        else:
            one = say.variable()
            count = say("elements", say("where", marks, one, f"{one} = 1"))
            cases = f"WHEN {error} THEN NULL ELSE {count} = 1"
        return f"CASE WHEN {marks} IS NULL THEN NULL {cases} END"

    return say.bound(_marks(say, items, name, test), decided)


def filtered(say: Spelling, items: str, name: str, test: str) -> str:
    """The elements for which the test holds, or NULL where it fails for one."""

    def kept(all_: str) -> str:
        failed = say("holds", _marks(say, all_, name, test), "2")
        return f"CASE WHEN NOT {failed} THEN {say('where', all_, name, test)} END"

    return say.bound(items, kept)


def _marks(say: Spelling, items: str, name: str, test: str) -> str:
    """For each element 1, 0, or 2 for an error: what SQL says of lists that hold NULL is not the same everywhere."""
    return say("each", items, name, f"coalesce(CAST({test} AS INTEGER), 2)")
