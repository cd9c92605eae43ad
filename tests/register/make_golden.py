"""Makes the golden register of the newest format: `python -m tests.register.make_golden`. To be done once a format.

What programs have made is what later ones must read; so a file that is there is never written over.
"""

from __future__ import annotations

import io
import sys
import tarfile
import tempfile
from pathlib import Path

from tests.register.everything import everything_in

GOLDEN = Path(__file__).parent / "golden"
NEWEST = "format-2.tar.gz"
LEFT_OUT = ("index.sqlite", "index.sqlite-journal")  # of this machine; worth nothing


def packed(folder: Path) -> bytes:
    """Answer a tar of a register, names sorted and times fixed."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.USTAR_FORMAT, compresslevel=9) as tar:
        for path in sorted(folder.rglob("*")):
            if path.name in LEFT_OUT:
                continue
            info = tarfile.TarInfo(f"reg/{path.relative_to(folder)}")
            info.mode = 0o700 if path.is_dir() else 0o600
            if path.is_dir():
                info.type = tarfile.DIRTYPE
                tar.addfile(info)
            else:
                info.size = path.stat().st_size
                tar.addfile(info, io.BytesIO(path.read_bytes()))
    return out.getvalue()


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        made = everything_in(Path(name) / "register", Path(name) / "witness")
        made.store.note_backup("/elsewhere/backup.tar")
        with (GOLDEN / NEWEST).open("xb") as file:
            file.write(packed(made.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
