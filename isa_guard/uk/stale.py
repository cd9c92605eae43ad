"""Law, bodies and technology that agreements still cite although they are gone, and what to write instead.

A hit is advice for the next review, never a verdict: an agreement may name an old thing rightly, as history.
"""

from __future__ import annotations

import re
from typing import Final

from isa_guard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Stale:
    """One mention: the words as they stand, at character `offset`, why they are stale and since when."""

    term: str
    offset: int
    why: str
    since: str
    instead: str


@dataclass(frozen=True, slots=True)
class _Entry:
    pattern: re.Pattern[str]
    why: str
    since: str
    instead: str


def _entry(pattern: str, why: str, since: str, instead: str, flags: re.RegexFlag = re.IGNORECASE) -> _Entry:
    return _Entry(re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])", flags), why, since, instead)


_AS_WRITTEN: Final = re.RegexFlag(0)  # short names that are ordinary words or letters in another case
_EU_OR_EEA: Final = (
    r"(?:EU|European Union)\s{0,3}(?:/|,|or|and)\s{0,3}(?:the\s{1,3})?(?:EEA|European Economic Area)"
)

# Every repeat is bounded, so that a text of any length takes time in proportion.
_ENTRIES: Final = (
    _entry(
        r"(?:Data\s{1,3}Protection\s{1,3}Act|DPA),?\s{0,3}(?:of\s)?1998",
        "the Act was repealed",
        "25 May 2018",
        "the UK GDPR and the Data Protection Act 2018, with the Part that applies",
    ),
    _entry(
        r"EU\sGDPR|Regulation\s{1,3}\(EU\)\s{1,3}2016/679",
        "the United Kingdom has its own text of the Regulation",
        "1 January 2021",
        "the UK GDPR",
    ),
    _entry(
        r"(?:(?:s\.?|section)\s{0,3})?40\s?\(3\)\s?(?:\(a\)\s?\(ii?\)|\(b\))",
        "section 40 of the Freedom of Information Act was renumbered",
        "25 May 2018",
        "section 40(3A)(a), 40(3B) or 40(3A)(b)",
    ),
    _entry(
        r"Information\s{1,3}Commissioner(?:['’]s)?(?:\s{1,3}Office)?",
        "the functions are those of the Information Commission; keep the name as a setting",
        "February 2026",
        "the Information Commission",
    ),
    _entry(
        "NCALT",
        "the training service was replaced; test the training record, not the brand",
        "no date recorded here",
        "College Learn",
        _AS_WRITTEN,
    ),
    _entry(
        r"(?:Business\s{1,3})?Impact\s{1,3}Level\s{0,3}[0-6]|B?IL\s?/?-?\s?[0-6]",
        "impact levels belong to an accreditation scheme that was withdrawn, and never were markings",
        "April 2014",
        "the security controls that are meant",
    ),
    _entry(
        r"GSI|GSi|GCSX|GCSx|GSX|GSx|GSE",
        "the secure government networks were withdrawn",
        "March 2019",
        "a gov.uk domain with evidence of protected transport",
        _AS_WRITTEN,
    ),
    _entry(
        r"(?:gsi|gsx|gse|gcsx)\.gov\.uk",
        "the domains of the secure government networks were withdrawn",
        "March 2019",
        "a gov.uk domain with evidence of protected transport",
    ),
    _entry(
        r"pnn\.police\.uk|PNN|Police\s{1,3}National\s{1,3}Network",
        "forces have moved from pnn.police.uk to police.uk",
        "no date recorded here",
        "a police.uk domain with evidence of protected transport",
    ),
    _entry(
        r"(?:ISO(?:\s?/\s?IEC)?\s?)?2700[12]\s?:\s?(?:2005|2013)",
        "the edition was superseded",
        "2022",
        "ISO/IEC 27001:2022, which can be certified, with the guidance of 27002:2022",
    ),
    _entry(
        r"Government\s{1,3}Protective\s{1,3}Marking\s{1,3}Scheme|GPMS",
        "the marking scheme was replaced",
        "2 April 2014",
        "the Government Security Classifications Policy",
    ),
    _entry(
        "LOCSEN",
        "the present classifications policy does not have this descriptor",
        "30 June 2023",
        "OFFICIAL-SENSITIVE with a handling instruction",
        _AS_WRITTEN,
    ),
    _entry(
        r"MoPI\s{1,3}Code(?:\s{1,3}of\s{1,3}Practice)?(?:,?\s\(?2005\)?)?",
        "the code of 2005 was replaced",
        "2023",
        "the Police information and records management Code of Practice",
    ),
    _entry(
        r"Safe\s{1,3}Harbou?r|Privacy\s{1,3}Shield",
        "the scheme for transfers to the United States was struck down",
        "16 July 2020 at the latest",
        "the UK extension to the EU-US Data Privacy Framework, from 12 October 2023",
    ),
    _entry(
        r"CRB\s{1,3}checks?|Criminal\s{1,3}Records\s{1,3}Bureau",
        "the Bureau was merged into another body",
        "December 2012",
        "a check by the Disclosure and Barring Service",
    ),
    _entry(
        r"SSL|TLS\s{0,3}v?1\.[01]",
        "the protocol is no longer secure",
        "RFC 7568 (2015), RFC 8996 (2021)",
        "TLS 1.2 or later",
        _AS_WRITTEN,
    ),
)
_TERRITORY: Final = _entry(
    _EU_OR_EEA,
    "the United Kingdom is in neither, so the words shut out the parties' own country",
    "31 January 2020",
    "the United Kingdom and the EEA, as a recorded reading",
)
_UK: Final = re.compile(r"(?<![A-Za-z])(?:UK|United\s{1,3}Kingdom)(?![A-Za-z])")
_NEAR: Final = 60  # characters to either side in which the United Kingdom may be named as well


def stale_terms(text: str) -> tuple[Stale, ...]:
    """Every stale mention in a text, in the order in which they stand. Linear in the length of the text."""
    mentions = [_stale(entry, found) for entry in _ENTRIES for found in entry.pattern.finditer(text)]
    mentions += [
        _stale(_TERRITORY, found)
        for found in _TERRITORY.pattern.finditer(text)
        if not _UK.search(text, max(0, found.start() - _NEAR), found.end() + _NEAR)
    ]
    return tuple(sorted(mentions, key=lambda mention: (mention.offset, mention.term)))


def _stale(entry: _Entry, found: re.Match[str]) -> Stale:
    return Stale(found[0], found.start(), entry.why, entry.since, entry.instead)
