"""How a document's shape is declared: plain frozen dataclasses whose annotations carry these few marks.

Two readings are made of one declaration: `load.reader` builds the instances, `load.models` the pydantic
models that know what to say of a document that does not fit.
"""

from __future__ import annotations

from isa_guard.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Says:
    """What a key is for, as the JSON Schema tells it."""

    text: str


@dataclass(frozen=True, slots=True)
class Letters:
    """The length of a text in characters and, where it is a name, the pattern of the whole of it."""

    at_most: int | None = None
    pattern: str | None = None
    at_least: int = 0


@dataclass(frozen=True, slots=True)
class Entries:
    """The fewest entries of a list or mapping."""

    at_least: int


def key_of(name: str) -> str:
    """Answer the key in kebab-case that stands in documents for the field `name`."""
    return name.rstrip("_").replace("_", "-")
