"""Names of persons, as far as form alone can tell.

There is no list of names here: any list leaves out people, and mostly the same people. A title before words in
capitals says that somebody is named; without one, only a column's heading can say so.
"""

from __future__ import annotations

import re
from typing import Final

from isa_guard.uk.identifiers.checks import listed
from isa_guard.uk.identifiers.identifier import Identifier, LeadsTo, Strength

# Of police practice as well: ranks stand where others write Mr.
_TITLES: Final = (
    "Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Rev|Sir|Dame|Lord|Lady|PC|WPC|DC|DS|DI|DCI|DSU|PS|Sgt|Sergeant|Insp|Inspector"
    "|Supt|Superintendent|PCSO|Constable|Cllr|Councillor"
)
_TITLE_WORDS: Final = frozenset(_TITLES.split("|"))
_WORD: Final = r"(?:Mc|Mac|O'|D'|de |van |von |al-)?[A-Z][a-zà-ÿ]{1,24}(?:[-'][A-Z]?[a-zà-ÿ]{1,24})?"
TITLED: Final = rf"(?:{_TITLES})\.? (?:[A-Z]\.? )?{_WORD}(?: {_WORD}){{0,2}}"
_TITLED: Final = re.compile(rf"(?:{_TITLES})\.? ((?:[A-Z]\.? )?{_WORD}(?: {_WORD}){{0,2}})")
# What follows PC, DS, DI and Lord where no person is meant.
_NO_NAME: Final = listed(
    "Speaker Chairman Chair President World Support Hardware Desktop Monitor Software Manager Station Mayor Chancellor"
    " Justice Number Ref Reference Team Unit Department Data Based The Of And Or Is In"
)


def person_name(text: str) -> str | None:
    """The name that stands behind a title or rank, the title left out. Evidence of form only."""
    match = _TITLED.fullmatch(text)
    first = match[1].split()[0] if match else ""
    if not match or first in _NO_NAME or first in _TITLE_WORDS:
        return None
    return match[1]


IDENTIFIERS: Final = (
    Identifier(
        "person-name",
        "Name of a person",
        TITLED,
        person_name,
        Strength.FAINT,
        (
            "name",
            "surname",
            "forename",
            "first name",
            "last name",
            "full name",
            "given name",
            "family name",
            "middle name",
            "maiden name",
            "alias",
            "firstname",
            "lastname",
            "fullname",
            "nominal",
            "victim",
            "suspect",
            "witness",
            "officer",
            "patient name",
            "subject",
        ),
        LeadsTo.PERSON,
        ("UK GDPR Art 4(1)",),
        "a title or rank before words in capitals, or a column headed as names",
        ("Aa Aaaaa", "Aa A Aaaaa"),
    ),
)
