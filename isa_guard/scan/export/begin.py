"""A first manifest, from the files themselves: digests, rows and columns are read, what they mean is for a person to say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError
from isa_guard.scan.contents import TablePart
from isa_guard.scan.export.through import sha256_of
from isa_guard.scan.readers import read_contents

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_FILES: Final = 1_000
HEAD: Final = """\
# Every TODO is for a person: the files say what they hold, and not what it means.
format: isa-guard/export/1
agreement: {agreement}
export:
  reference: {reference}
  from: TODO  # the party that sends
  to: TODO  # the party that receives
  purpose: TODO  # by its id in the agreement
  categories: [TODO]
  release: TODO  # microdata, statistics or documents
  personal: TODO  # true or false
  treatment: TODO  # clear, pseudonymised, anonymised or aggregated
  marking: OFFICIAL
files:
"""


def begun(folder: Path, agreement: str, reference: str) -> str:
    """Answer the text of a manifest of every file in a folder and below. Raises UsageError where there is none."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    if not files or len(files) > LIMIT_FILES:
        raise UsageError(f"{folder} holds {len(files):,} files; a manifest is begun for 1 to {LIMIT_FILES:,}")
    lines = [HEAD.format(agreement=agreement, reference=reference).rstrip()]
    columns: dict[str, None] = {}
    for path in files:
        heights: list[int] = []
        for part in read_contents(path):
            if isinstance(part, TablePart):
                columns |= dict.fromkeys(part.frame.columns)
                heights.append(part.frame.height)
        rows = f", rows: {sum(heights)}" if heights else ""
        name = json.dumps(path.relative_to(folder).as_posix(), ensure_ascii=False)
        lines.append(f"  - {{path: {name}, sha256: {sha256_of(path)}{rows}}}")
    if columns:
        lines.append("columns:")
    # A heading goes in as it is: whoever sends the file declares its columns by name.
    lines += [
        f"  {json.dumps(name, ensure_ascii=False)}: {{category: TODO, treatment: TODO}}" for name in columns
    ]
    return "\n".join(lines) + "\n"
