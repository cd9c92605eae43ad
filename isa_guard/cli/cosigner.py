"""`isa-guard register witness sign|trust|serve`: the partner's side, who cosigns a register that is not his."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from isa_guard.cli.clock import now_or
from isa_guard.cli.unlocking import known_passphrase
from isa_guard.errors import UsageError
from isa_guard.register import storage
from isa_guard.register.faults import RegisterUnreadable, SignatureInvalid
from isa_guard.register.signing.keys import Role, load_public, load_signer
from isa_guard.register.tree.checkpoint import claimed_checkpoint
from isa_guard.register.witnessing import witness as protocol
from isa_guard.register.witnessing.witness import LIMIT_BODY, Answer, Witness
from isa_guard.register.witnessing.witness_state import CONFIG, WitnessFolder
from isa_guard.report.visible import one_line

REFUSED: Final = 5
PATH: Final = click.Path(path_type=Path)
OUT: Final = click.option("--out", type=PATH, help="Write it to this file, and not to standard output.")
_STATE: Final = click.option(
    "--state",
    required=True,
    type=PATH,
    help="The witness's folder: its key, the logs that it knows, and what it cosigned last.",
)
_PASSPHRASE: Final = click.option(
    "--passphrase-file", help="A private file, or /dev/fd/N, that holds the passphrase of the witness's key."
)


@click.command()
@click.argument("request_file", metavar="REQUEST", type=PATH)
@_STATE
@_PASSPHRASE
@OUT
def sign(*, request_file: Path, state: Path, passphrase_file: str | None, out: Path | None) -> int:
    """Cosign what a REQUEST asks for, if it grew out of what was cosigned before. Ends with 5 where it did not."""
    body = read_file(request_file, LIMIT_BODY)
    answer = _witness(state, passphrase_file).respond(body, _now())
    if answer.status != 200:
        return _not_cosigned(answer, state, body)
    give(answer.body, out, f"Cosigned: {claims(protocol.read_request(body).note)}.")
    return 0


@click.command()
@click.argument("log_key", metavar="KEY")
@_STATE
@click.option("--name", help="What the witness is called in its lines, when it is new: example.org/witness.")
def trust(*, log_key: str, state: Path, name: str | None) -> int:
    """Witness the log of this verifier KEY (name+hash+key) from now on. A log may have several keys."""
    folder = WitnessFolder(state)
    key = load_public(state, Role.WITNESS)
    if (state / CONFIG).exists():
        if name not in (None, folder.known().name):
            raise UsageError(f"this witness is called {folder.known().name}; a name is for good")
    elif name is None:
        raise UsageError("this witness has no name yet: give --name, as in example.org/witness")
    else:
        folder.begin(name)
    known = folder.trust(log_key)
    logs = known.keys()
    click.echo(f"{known.name} witnesses {len(logs)} {'log' if len(logs) == 1 else 'logs'}:")
    for origin, keys in sorted(logs.items()):
        click.echo(f"  {origin}" + (f" ({len(keys)} keys)" if len(keys) > 1 else ""))
    click.echo("Give those who keep them this verifier key, by a way that they trust:")
    click.echo(known.verifier_key(key))
    return 0


@click.command()
@_STATE
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 takes one that is free."
)
@_PASSPHRASE
def serve(*, state: Path, host: str, port: int, passphrase_file: str | None) -> int:
    """Answer requests over HTTP until interrupted. It speaks no TLS: put a proxy before it to leave this machine."""
    from isa_guard.cli.log import LOG
    from isa_guard.register.witnessing.witness_http import WitnessServer

    witness = _witness(state, passphrase_file)
    try:
        server = WitnessServer(
            witness, _now, (host, port), lambda what, status: LOG.info("witness", request=what, status=status)
        )
    except (OSError, OverflowError) as error:
        why = storage.plain(error) if isinstance(error, OSError) else "it is no address"
        raise UsageError(f"the witness cannot listen on {host}, port {port}: {why}") from None
    with server:
        logs = len(witness.logs)
        click.echo(f"{witness.name} answers at {server.url} for {logs} {'log' if logs == 1 else 'logs'}.")
        click.echo("Stop it with Ctrl-C.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("Stopped.")
    return 0


def _witness(state: Path, passphrase_file: str | None) -> Witness:
    folder = WitnessFolder(state)
    known = folder.known()
    try:
        logs = known.keys()
    except SignatureInvalid as error:
        raise UsageError(f"{state / CONFIG}: {error}") from None
    return Witness(
        known.name, load_signer(state, Role.WITNESS, known_passphrase(passphrase_file)), logs, folder
    )


def _not_cosigned(answer: Answer, state: Path, body: bytes) -> int:
    """Say why nothing was cosigned, and where the proof of it lies."""
    told = protocol.told_size(answer)
    if told is not None:
        click.echo(f"Not cosigned: {records_of(told)} of this log were cosigned last.")
        click.echo(f"Ask whoever keeps it for a request made with --old {told}.")
        return REFUSED
    click.echo(f"Not cosigned: {words(answer)}")
    if answer.status == 422:
        origin = claimed_checkpoint(protocol.read_request(body).note).origin
        forks = state / "forks" / protocol.origin_hash(origin)
        if forks.is_dir():
            click.echo(f"Both signed heads are kept in {forks}:")
            click.echo("show them to whoever keeps the log, and to the auditor.")
    return REFUSED


def claims(note: bytes) -> str:
    """Answer what a note says of which log, unproven."""
    checkpoint = claimed_checkpoint(note)
    return f"{records_of(checkpoint.size)} of {one_line(checkpoint.origin)}"


def records_of(number: int) -> str:
    """Answer a number of records in words."""
    return "1 record" if number == 1 else f"{number:,} records"


def words(answer: Answer) -> str:
    """Answer what a witness says, cut short and made safe to show: it may be anybody's."""
    return one_line(answer.body.decode("utf-8", "replace").strip())[:200]


COMMANDS: Final = (sign, trust, serve)


def give(content: bytes, out: Path | None, told: str) -> None:
    """Write what was asked for to its file and say so; or write it alone to standard output."""
    if out is None:
        click.echo(content, nl=False)  # bytes, whatever the terminal's encoding makes of a dash
        click.echo(told, err=True)
        return
    with storage.storing(f"{out} cannot be written"):
        storage.replace(out, content)
    click.echo(told)
    click.echo(f"Written to {out}.")


def read_file(path: Path, limit: int) -> bytes:
    """Answer what a file holds. Raises RegisterUnreadable."""
    try:
        return storage.read_bounded(path, limit)
    except OSError as error:
        raise RegisterUnreadable(f"{path} cannot be read: {storage.plain(error)}") from None


def _now() -> int:
    return int(now_or(None).timestamp())
