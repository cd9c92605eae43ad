"""What the tables of identifiers are made of.

A pattern only cuts out a candidate; `canonical` judges it. Patterns keep to what both Python and engines without
backtracking read (no look-around, bounded repeats), hold no anchors, and meet text that has been made plain.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable


class Strength(StrEnum):
    """How much a candidate that passed its check says without the words around it."""

    CONCLUSIVE = "conclusive"  # nothing else is written so
    STRONG = "strong"  # a peculiar form and a check that one in twenty others would pass
    CHECKED = "checked"  # a plain number whose check one in ten others would pass
    SHAPED = "shaped"  # a form with a grammar, no check
    FAINT = "faint"  # never more than possible from text alone
    WEAK = "weak"  # nothing at all without the words around it


class LeadsTo(StrEnum):
    """Whom or what an identifier is of; a property, a vehicle or a case has its people (UK GDPR Art 4(1))."""

    PERSON = "a person"
    THING = "a property or vehicle"
    CASE = "a case"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One kind of identifier.

    `forms` are the shapes it is usually written in; those of them in `telling` are peculiar enough to be evidence.
    `keywords` are words, or runs of words, that name it nearby or in a heading. `personal` says whom it leads
    to. `pattern` is cut from plain text; `canonical` answers the one form of a candidate, or None.
    """

    entity: str
    title: str
    pattern: str
    canonical: Callable[[str], str | None]
    strength: Strength
    keywords: tuple[str, ...]
    personal: LeadsTo
    sources: tuple[str, ...]
    check: str
    forms: tuple[str, ...]
    telling: tuple[str, ...] = ()
