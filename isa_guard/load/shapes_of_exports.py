"""The shape of what stands beside an export: its files and columns. See `load.shapes`."""

from dataclasses import field
from typing import Annotated, Literal

from isa_guard.frozen import dataclass
from isa_guard.load.declare import Letters, Says
from isa_guard.load.shapes import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """One file of the export."""

    path: Annotated[str, Letters(1_000, at_least=1), Says("beside the manifest or below it")]
    sha256: str
    rows: int | None = None
    holds: tuple[str, ...] = ()
    parts: Annotated[
        tuple[str, ...], Says("files of this export that count parts of whom this one counts")
    ] = ()
    rest: Annotated[Literal["nobody", "unpublished"] | None, Says("who is in none of the parts")] = None
    contributions: Annotated[
        str, Letters(1_000), Says("a CSV that is not sent: row, column, amount of each contributor")
    ] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShape:
    """One column of its tables."""

    category: str
    treatment: Literal["clear", "pseudonymised", "anonymised", "suppressed"]
    role: Literal["quasi-identifier", "sensitive", "key", "other"] = "other"
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestShape:
    """What stands beside `export:`."""

    files: tuple[FileShape, ...]
    columns: dict[str, ColumnShape] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedShape:
    """One doubt that a person has looked at."""

    file: Annotated[str, Says("the SHA-256 of the file in which it was seen")]
    what: Annotated[str, Says("the kind of identifier, or the check")]
    column: str = ""
    reason: Text
    owner: Annotated[Text, Says("the post that answers for it")]
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedDocument:
    """What was looked at and may go, beside the manifest of an export."""

    format: Literal["isa-guard/accepted/1"]
    accepted: tuple[AcceptedShape, ...]
