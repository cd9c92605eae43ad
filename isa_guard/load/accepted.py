"""What was looked at and may go, in a file beside the manifest: `export.accepted.yaml` goes with `export.yaml`.

    format: isa-guard/accepted/1
    accepted:
      - {file: 9f86d0..., what: person-name, column: column area, reason: a place that is called so, owner: SPOC officer, expires: 2027-03-31}

Only what is doubtful can be accepted. What is sure is declared in the manifest, where the agreement's rules see it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Problem
from isa_guard.load.dates import read_day
from isa_guard.load.packs import read_file
from isa_guard.load.problems import shaped
from isa_guard.load.shapes_of_exports import AcceptedDocument
from isa_guard.load.yaml import read_document
from isa_guard.model.accepted import Accepted

if TYPE_CHECKING:
    from pathlib import Path

_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


def read_accepted(manifest: Path) -> tuple[Accepted, ...]:
    """Answer what is accepted beside a manifest; nothing where there is no such file. Raises LoadError."""
    path = manifest.with_name(f"{manifest.stem}.accepted.yaml")
    if not path.exists():
        return ()
    document = read_document(read_file(path), str(path))
    shape = shaped(document, AcceptedDocument)
    wrong = [
        Problem("this is no SHA-256", document.place(("accepted", number, "file")), "", "accepted")
        for number, one in enumerate(shape.accepted)
        if not _DIGEST.fullmatch(one.file)
    ]
    if wrong:
        raise LoadError(tuple(wrong))
    return tuple(
        Accepted(
            one.file.lower(),
            one.what,
            one.column,
            one.reason,
            one.owner,
            read_day(one.expires),
            document.place(("accepted", number)),
        )
        for number, one in enumerate(shape.accepted)
    )
