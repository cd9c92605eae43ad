"""`isa-guard register export|proof|check-proof|bundle`: what leaves the register so that strangers can check it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.opening import KEY, REGISTER, TRUST, fingerprint, opened
from isa_guard.errors import UsageError
from isa_guard.register import storage
from isa_guard.register.faults import RegisterUnreadable
from isa_guard.register.tree.note import LIMIT_NOTE

if TYPE_CHECKING:
    from collections.abc import Sequence

LIMIT_ENVELOPE: Final = 65_535
_PATH: Final = click.Path(path_type=Path)


@click.command()
@click.argument("folder", type=_PATH)
@REGISTER
@KEY
@TRUST
def export(*, folder: Path, register: str | None, key: str | None, trust: str | None) -> int:
    """Publish the log in FOLDER as C2SP tiles, or what is new of it: `register verify --tiles FOLDER` checks them.

    Cases, agreements and keys stay here; a case is personal data.
    """
    from isa_guard.register.published.publish import publish
    from isa_guard.register.verify import verify

    found = opened(register, key, trust)
    _refuse_other_use(folder, found.store.place)
    proven = verify(found.store, found.trust, found.heads)
    found.store.keep_checkpoint(proven.size, found.store.checkpoint())  # what was published is kept for ever
    published = publish(found.store, folder)
    click.echo(f"{published.size} records are published in {folder}; {published.written} files were written.")
    return 0


@click.command()
@click.argument("index", type=click.IntRange(min=0))
@click.argument("folder", type=_PATH)
@REGISTER
@KEY
@TRUST
def proof(*, index: int, folder: Path, register: str | None, key: str | None, trust: str | None) -> int:
    """Write record INDEX to FOLDER, with the proof that it is in the register: INDEX.json and INDEX.tlog-proof."""
    from isa_guard.register.published.bundle import head_over, save
    from isa_guard.register.published.tlog_proof import proof_of, write_proof
    from isa_guard.register.verify import record_at

    found = opened(register, key, trust)
    stored = record_at(found.store, found.trust, index, found.heads)
    content = write_proof(proof_of(found.store, head_over(found.store, found.trust, index), index))
    save(stored.envelope, folder / f"{index}.json")
    save(content, folder / f"{index}.tlog-proof")
    click.echo(f"Record {index} and its proof are in {folder}. With the trust root they verify anywhere:")
    click.echo(
        f"  isa-guard register check-proof {folder / f'{index}.json'} --trust {found.trust.fingerprint}"
    )
    return 0


@click.command("check-proof")
@click.argument("record", type=_PATH)
@click.option("--proof", "proof_file", type=_PATH, help="Default: beside RECORD, ending .tlog-proof.")
@click.option(
    "--trust-root",
    "trust_roots",
    multiple=True,
    type=_PATH,
    help="The register's trust root, every version of it from the first on. Repeatable. Default: that of --register.",
)
@REGISTER
@KEY
@TRUST
def check_proof(
    *,
    record: Path,
    proof_file: Path | None,
    trust_roots: Sequence[Path],
    register: str | None,
    key: str | None,
    trust: str | None,
) -> int:
    """Check that RECORD is signed and in the register, by its proof alone; the register itself is not read."""
    from isa_guard.register.published.tlog_proof import proven
    from isa_guard.register.trust_roots.trust import read_trust_roots

    if trust_roots:
        if trust is None:
            raise UsageError(
                "say which root key to trust: --trust FINGERPRINT, as the agreement's annex has it"
            )
        root = read_trust_roots([_read(path, LIMIT_NOTE) for path in trust_roots], fingerprint(trust))
    else:
        root = opened(register, key, trust).trust
    content = _read(proof_file or record.with_suffix(".tlog-proof"), LIMIT_NOTE)
    found = proven(_read(record, LIMIT_ENVELOPE), content, root)
    size = found.checkpoint.size
    click.echo(f"Record {found.index} of {root.origin} is signed, and one of the {size} under a signed head.")
    for one in found.cosigned:
        click.echo(f"The head is cosigned by {one.name}.")
    return 0


@click.command()
@click.argument("file", type=_PATH)
@click.argument("indices", type=click.IntRange(min=0), nargs=-1, required=True)
@REGISTER
@KEY
@TRUST
def bundle(
    *, file: Path, indices: tuple[int, ...], register: str | None, key: str | None, trust: str | None
) -> int:
    """Write to FILE, a tar, all that a stranger needs to check the records INDICES, with the commands that do it."""
    from isa_guard.register.published.bundle import bundle as bundled
    from isa_guard.register.published.bundle import save
    from isa_guard.register.verify import records_at

    found = opened(register, key, trust)
    records = records_at(found.store, found.trust, frozenset(indices), found.heads)
    save(bundled(found.store, found.trust, records), file)
    what = "1 record is" if len(records) == 1 else f"{len(records)} records are"
    click.echo(f"{what} in {file}, and VERIFY.txt says how to check them without isa-guard.")
    click.echo("The cases themselves are not in it: they are personal data.")
    return 0


def _refuse_other_use(folder: Path, register: str) -> None:
    """Raise UsageError for a folder that holds something else than what was published before."""
    if folder.resolve() == Path(register).resolve():
        raise UsageError("publish in another folder than the register's own: that one holds cases")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "checkpoint").exists():
        raise UsageError(f"{folder} holds something else: publish in a folder of its own")


COMMANDS: Final = (export, proof, check_proof, bundle)


def read_note(path: Path) -> bytes:
    """Answer a checkpoint that was kept in a file. Raises RegisterUnreadable."""
    return _read(path, LIMIT_NOTE)


def _read(path: Path, limit: int) -> bytes:
    try:
        return storage.read_bounded(path, limit)
    except OSError as error:
        raise RegisterUnreadable(f"{path} cannot be read: {storage.plain(error)}") from None
