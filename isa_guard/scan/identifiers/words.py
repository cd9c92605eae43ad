"""The words around a candidate: those that name it, and those that name something else."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from isa_guard.frozen import dataclass
from isa_guard.uk.identifiers import IDENTIFIERS

# Left of a value its label stands ("NHS number: ..."); right of it at most a remark ("... (NHS)").
LEFT: Final = 48  # a distance beyond it is that of a word on the right
_RIGHT: Final = 16
_ALIEN: Final = ""  # names no entity: a thing that also has numbers

# What the numbers of orders, goods, software and books are called.
ALIEN_WORDS: Final = (
    "order", "orders", "invoice", "ticket", "sku", "product", "part", "serial", "batch", "version", "build",
    "commit", "hash", "sha", "md5", "checksum", "isbn", "issn", "ean", "gtin", "barcode", "tracking", "consignment",
    "parcel", "purchase", "job", "asset", "model", "meter", "stock", "item", "receipt", "quote", "transaction",
    "uuid", "guid", "session", "release", "revision", "rev", "firmware", "catalogue", "charity", "company", "vat",
    "cost", "code", "kit", "lot", "row", "page", "grid", "request", "token", "po",
)  # fmt: skip
_WORD: Final = re.compile(r"a/c|h&c|d\.o\.b|[a-z]+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def _phrases() -> dict[str, list[tuple[tuple[str, ...], frozenset[str]]]]:
    """Every keyword by its first word, longest first, with the entities it names."""
    named: dict[tuple[str, ...], set[str]] = {(word,): {_ALIEN} for word in ALIEN_WORDS}
    for identifier in IDENTIFIERS:
        for keyword in identifier.keywords:
            named.setdefault(tuple(_WORD.findall(keyword)), set()).add(identifier.entity)
    table: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    for words, entities in sorted(named.items(), key=lambda pair: -len(pair[0])):
        table.setdefault(words[0], []).append((words, frozenset(entities)))
    return table


_PHRASES: Final = _phrases()


@dataclass(frozen=True, slots=True)
class Near:
    """The label nearest to a candidate on its left, entity by entity, with its distance in characters."""

    entities: dict[str, int]
    alien: int | None

    def distance(self, entity: str) -> int | None:
        """How far the nearest word stands that names this entity; None where none does or another thing is nearer."""
        distance = self.entities.get(entity)
        if distance is None or (self.alien is not None and self.alien < distance):
            return None
        return distance

    @property
    def other(self) -> bool:
        """Whether the nearest label names a thing that also has numbers, and is nearer than any entity's."""
        return self.alien is not None and all(self.alien < distance for distance in self.entities.values())


def near(text: str, start: int, end: int) -> Near:
    """What the words just before, and at once after, a candidate in a plain text name."""
    entities: dict[str, int] = {}
    alien: int | None = None
    left = text[max(0, start - LEFT) : start].lower()
    for place, named in _labels(left):
        distance = len(left) - place
        for entity in named:
            if entity == _ALIEN:
                alien = distance
            else:
                entities[entity] = distance
    for place, named in _labels(text[end : end + _RIGHT].lower()):
        for entity in named:
            if entity != _ALIEN:
                entities.setdefault(entity, LEFT + place)
    return Near(entities, alien)


def entity_phrases() -> frozenset[tuple[str, ...]]:
    """Every run of words that names an identifier."""
    return frozenset(
        phrase for phrases in _PHRASES.values() for phrase, named in phrases if named != frozenset({_ALIEN})
    )


def tokens(keyword: str) -> list[str]:
    """The words of a keyword, as texts are told apart into words."""
    return _WORD.findall(keyword)


@lru_cache(4096)
def named_by(heading: str) -> frozenset[str]:
    """The entities that the heading of a column names, however it is joined: `nhs_number`, `NHSNumber`, `nhsnumber`."""
    spaced = _spaced(heading)
    found: set[str] = set()
    for _, named in _labels(spaced):
        found |= named
    return frozenset(found | _JOINED.get(re.sub(r"[^a-z]", "", spaced), frozenset())) - {_ALIEN}


@lru_cache(4096)
def names_other(heading: str) -> bool:
    """Whether a heading names a thing that also has numbers, and no entity."""
    return any(_ALIEN in named for _, named in _labels(_spaced(heading))) and not named_by(heading)


def heading_words(heading: str) -> frozenset[str]:
    """The words of a heading in small letters, figures left out."""
    return frozenset(_WORD.findall(_spaced(heading)))


def _spaced(heading: str) -> str:
    return _CAMEL.sub(" ", heading).replace("_", " ").lower()


_JOINED: Final = {
    "".join(words): entities for phrases in _PHRASES.values() for words, entities in phrases if len(words) > 1
}


def _labels(lowered: str) -> list[tuple[int, frozenset[str]]]:
    """Every label in a text in small letters: where it ends, and what it names."""
    words = [(match[0], match.end()) for match in _WORD.finditer(lowered)]
    found = []
    place = 0
    while place < len(words):
        taken = 1
        for phrase, entities in _PHRASES.get(words[place][0], ()):
            if tuple(word for word, _ in words[place : place + len(phrase)]) == phrase:
                found.append((words[place + len(phrase) - 1][1], entities))
                taken = len(phrase)
                break
        place += taken
    return found
