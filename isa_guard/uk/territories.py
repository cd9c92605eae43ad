"""Where a country stands: in the UK, the EU, the EEA, or under UK adequacy regulations, and since when.

The lists are not one another's subsets. An agreement that says "EU or EEA" shuts out the United Kingdom
itself since it left, and Switzerland and Jersey ever since it was signed, whatever the law on transfers would
allow.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import Final

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass

VERSION: Final = "2026-11-23"


class TerritoryError(IsaGuardError):
    """A code that is no country's, or a territory that is not known."""


@dataclass(frozen=True, slots=True)
class Member:
    """One country in a territory: from `since` to `until`, both included, where those are known to matter.

    Where `condition` is not empty, only transfers that meet it are covered; `needs` says it in words.
    """

    code: str
    since: date | None = None
    until: date | None = None
    condition: str = ""
    needs: str = ""

    def covers(self, on: date | None) -> bool:
        """Whether the membership runs on that day; without a day, whether it runs still."""
        if on is None:
            return self.until is None
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Territory:
    """A list of countries, under the id by which an agreement names it."""

    id: str
    title: str
    version: str
    members: tuple[Member, ...]

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of everything that decides an answer of this list."""
        members = [[m.code, str(m.since), str(m.until), m.condition] for m in self.members]
        parts = ["isa-guard/territory/1", self.id, self.title, self.version, members]
        return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode("ascii")).hexdigest()


def _codes(together: str) -> tuple[str, ...]:
    return tuple(together.split())


# ISO 3166-1 alpha-2, officially assigned.
_CODES: Final = frozenset(
    _codes(
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
        "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
        "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
        "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
        "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
        "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
        "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
        "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
    )
)
_MISTAKEN: Final = {
    "UK": "GB",
    "EL": "GR",
    "EU": "the territory 'eu'",
    "XK": "no code; Kosovo has none assigned",
}

_LEFT_EU: Final = date(2020, 1, 31)  # withdrawal at 23:00 that day, London time
_OWN_LIST: Final = date(2021, 1, 1)  # end of the transition period: DPA 2018 Sch.21
_EU_27: Final = (
    *(Member(code) for code in _codes("AT BE BG CY CZ DE DK EE ES FI FR GR")),
    Member("HR", since=date(2013, 7, 1)),
    *(Member(code) for code in _codes("HU IE IT LT LU LV MT NL PL PT RO SE SI SK")),
)
_UNTIL_EXIT: Final = Member("GB", until=_LEFT_EU)
_EFTA_IN_EEA: Final = tuple(Member(code) for code in ("IS", "LI", "NO"))

_ADEQUATE: Final = (
    *(Member(member.code, since=_OWN_LIST) for member in (*_EU_27, *_EFTA_IN_EEA)),
    *(Member(code, since=_OWN_LIST) for code in _codes("AD AR CH FO GG GI IL IM JE NZ UY")),
    Member("CA", _OWN_LIST, None, "pipeda", "the recipient is subject to PIPEDA"),
    Member("JP", _OWN_LIST, None, "appi", "the recipient is a private body subject to the APPI"),
    Member("KR", date(2022, 12, 19)),
    Member(
        "US", date(2023, 10, 12), None, "uk-extension", "the recipient is certified under the UK extension"
    ),
)

_TERRITORIES: Final = {
    territory.id: territory
    for territory in (
        Territory("uk", "United Kingdom", VERSION, (Member("GB"),)),
        Territory("eu", "European Union", VERSION, (*_EU_27, _UNTIL_EXIT)),
        Territory("eea", "European Economic Area", VERSION, (*_EU_27, *_EFTA_IN_EEA, _UNTIL_EXIT)),
        Territory("uk-adequacy", "countries under UK adequacy regulations", VERSION, _ADEQUATE),
    )
}
TERRITORY_IDS: Final = tuple(_TERRITORIES)


def territory(id: str) -> Territory:  # noqa: A002 - the field of Territory
    """The territory of that id, one of TERRITORY_IDS. Raises TerritoryError for another."""
    if id not in _TERRITORIES:
        raise TerritoryError(f"no territory {id[:40]!r}; the known ones are {', '.join(TERRITORY_IDS)}")
    return _TERRITORIES[id]


def membership(code: str, territory_id: str, on: date | None = None) -> Member | None:
    """A country's place in a territory on a day (today's list where none is given); None where it has none.

    The code is ISO 3166-1 alpha-2, in either case. Raises TerritoryError for a code or territory that is not
    known.
    """
    wanted = country(code)
    members = territory(territory_id).members
    return next((member for member in members if member.code == wanted and member.covers(on)), None)


def in_territory(
    code: str, territory_id: str, on: date | None = None, shown: frozenset[str] = frozenset()
) -> bool:
    """Whether a country is in a territory. Where its place has a condition, only if that is among those
    `shown`.

    Conditions are `pipeda`, `appi` and `uk-extension`: see Member. Raises TerritoryError.
    """
    member = membership(code, territory_id, on)
    return member is not None and (not member.condition or member.condition in shown)


def country(code: str) -> str:
    """The code in capitals. Raises TerritoryError for one that is not assigned, with the one that was
    meant.
    """
    capitals = code.upper() if len(code) == 2 and code.isascii() else code
    if capitals in _CODES:
        return capitals
    hint = f": write {_MISTAKEN[capitals]}" if capitals in _MISTAKEN else ""
    raise TerritoryError(f"{code[:10]!r} is no ISO 3166-1 alpha-2 country code{hint}")
