"""What an export says it is: its files by digest, its columns with what was done to each."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.errors import Place


class Treatment(StrEnum):
    """What was done to a column of personal data before it was sent."""

    CLEAR = "clear"
    PSEUDONYMISED = "pseudonymised"
    ANONYMISED = "anonymised"
    SUPPRESSED = "suppressed"


class Role(StrEnum):
    """What a column is to somebody who would find a person in records: known to others, sensitive, or a key."""

    QUASI_IDENTIFIER = "quasi-identifier"
    SENSITIVE = "sensitive"
    KEY = "key"
    OTHER = "other"


class Rest(StrEnum):
    """Who is in a whole and in none of its published parts: nobody, or people whom no release counts by themselves."""

    NOBODY = "nobody"
    UNPUBLISHED = "unpublished"


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """One file, by its path beside the manifest. `holds` are the identifiers that its texts may hold.

    `parts` are other files of the export, whose figures count parts of whom this one counts; `rest` is who is in none of
    them. `contributions` is a file that is not sent: who gave how much to each amount that is shown.
    """

    path: str
    sha256: str
    rows: int | None
    holds: tuple[str, ...]
    place: Place
    parts: tuple[str, ...] = ()
    rest: Rest | None = None
    contributions: str = ""


@dataclass(frozen=True, slots=True)
class ManifestColumn:
    """One column of the tables. `holds` are the identifiers that it may hold, where it is clear."""

    name: str
    category: str
    treatment: Treatment
    role: Role
    holds: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every file that is sent, and every column of them by its name."""

    files: tuple[ManifestFile, ...]
    columns: Mapping[str, ManifestColumn]
    place: Place
