"""What an orchestrator may have before it: one export that is permitted, and many that are not to be sent."""

from __future__ import annotations

import csv
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.cli.calls import EXAMPLES

STORY = EXAMPLES / "complaints-extract"
AS_OF = "2026-11-23"


@dataclass(frozen=True)
class Story:
    name: str
    extract: Path
    manifest: str
    says: tuple[str, ...]  # what the log must name, so that somebody can mend it
    exit_code: int

    @property
    def sent(self) -> list[str]:
        return ["cases.csv"] if self.exit_code == 0 else []


def stories(folder: Path) -> list[Story]:
    """Every story has its own copy of the extract below `folder`."""
    return [
        Story("permitted", copied(folder / "permitted"), "export.yaml", ("PERMITTED",), 0),
        Story(
            "refused",
            copied(folder / "refused"),
            "export_bad.yaml",
            ("export/columns", "export/identifiers", "export/marking", "4.11", "national-insurance-number"),
            1,
        ),
        Story("referred", referred(folder / "referred"), "export.yaml", ("refer", "export.purpose"), 3),
        Story(
            "unreadable", unreadable(folder / "unreadable"), "export.yaml", ("more.bin", "export/readable"), 4
        ),
        Story("missing", missing(folder / "missing"), "export.yaml", ("cases.csv", "export/files"), 4),
        Story("broken", broken(folder / "broken"), "export.yaml", ("could not be read", "YAML"), 4),
        Story("absent", copied(folder / "absent"), "nothing.yaml", ("could not be read", "nothing.yaml"), 4),
        Story("other", other(folder / "other"), "transfer.yaml", ("not the manifest of one export",), 4),
    ]


def copied(folder: Path) -> Path:
    return shutil.copytree(STORY, folder)


def changed(folder: Path, old: str, new: str) -> Path:
    manifest = copied(folder) / "export.yaml"
    text = manifest.read_text()
    assert old in text
    manifest.write_text(text.replace(old, new))
    return folder


def referred(folder: Path) -> Path:
    return changed(folder, "  purpose: monitor-complaints\n", "")


def unreadable(folder: Path) -> Path:
    content = b"\x00\x01\x02\xff" * 50
    more = f"  - {{path: more.bin, sha256: {hashlib.sha256(content).hexdigest()}}}\ncolumns:"
    (changed(folder, "columns:", more) / "more.bin").write_bytes(content)
    return folder


def missing(folder: Path) -> Path:
    (copied(folder) / "cases.csv").unlink()
    return folder


def broken(folder: Path) -> Path:
    return changed(folder, "files:\n", "files: [\n")


def other(folder: Path) -> Path:
    """A transfer, which is permitted; nobody looks into a file for it."""
    shutil.copy(EXAMPLES / "monthly-performance" / "transfer.yaml", copied(folder))
    return folder


def values() -> set[str]:
    """Every cell that is about one person, and what stands inside the notes."""
    with (STORY / "cases_bad.csv").open() as file:
        rows = list(csv.DictReader(file))
    keys = {row["case_key"] for row in rows}
    notes = {row["notes"] for row in rows}
    return keys | notes | {"AB123456C", "4401928837", "complainant rang", "see the file"}


def names_nobody(text: str) -> bool:
    assert len(values()) > 25
    return not any(value in text for value in values())
