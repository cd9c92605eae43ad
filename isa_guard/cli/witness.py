"""`isa-guard register witness`: ask a partner to cosign one's register, and cosign a partner's."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.clock import now_or
from isa_guard.cli.keys import known_passphrase
from isa_guard.errors import UsageError
from isa_guard.register import storage
from isa_guard.register import witness as protocol
from isa_guard.register.checkpoint import claimed_checkpoint
from isa_guard.register.cosignature import cosignatures, read_witness_key
from isa_guard.register.faults import RegisterUnreadable, SignatureInvalid, WitnessUnreachable
from isa_guard.register.keys import Role, load_public, load_signer
from isa_guard.register.note import LIMIT_NOTE
from isa_guard.register.tiles import TileFolder
from isa_guard.register.witness import LIMIT_BODY, Answer, Witness
from isa_guard.register.witness_state import CONFIG, WitnessFolder
from isa_guard.report.visible import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isa_guard.register.keys import PublicKey

REFUSED: Final = 5
ATTEMPTS: Final = 3  # a witness tells the size it saw; another log's publisher may be asking at the same time
_PATH: Final = click.Path(path_type=Path)
_STATE: Final = click.option(
    "--state",
    required=True,
    type=_PATH,
    help="The witness's folder: its key, the logs that it knows, and what it cosigned last.",
)
_OUT: Final = click.option("--out", type=_PATH, help="Write it to this file, and not to standard output.")
_WITNESS: Final = click.option(
    "--witness",
    "witnesses",
    multiple=True,
    required=True,
    metavar="KEY",
    help="A witness's verifier key, name+hash+key, as it was handed over; once for each.",
)
_PASSPHRASE: Final = click.option(
    "--passphrase-file", help="A private file, or /dev/fd/N, that holds the passphrase of the witness's key."
)


@click.group()
def command() -> None:
    """Cosignatures: a partner vouches that this register has only grown, and the other way round.

    By file: `request` makes a small text to send to the partner, `sign` is what the partner does with it, and `apply`
    takes the answer over. Over the network: `send` asks, `serve` answers. Nothing goes across but a name, a size and a
    hash.
    """


@command.command()
@click.argument("published", type=_PATH)
@click.option(
    "--old",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="How many records the witness saw last.",
)
@_OUT
def request(*, published: Path, old: int, out: Path | None) -> int:
    """Write the request to cosign the newest checkpoint of a register that is PUBLISHED in a folder."""
    log = TileFolder(published)
    note = log.checkpoint()
    content = protocol.request(log, note, old)
    size = claimed_checkpoint(note).size
    _give(content, out, f"A request to cosign {_records(size)} of which the witness has seen {old:,}.")
    return 0


@command.command()
@click.argument("request_file", metavar="REQUEST", type=_PATH)
@_STATE
@_PASSPHRASE
@_OUT
def sign(*, request_file: Path, state: Path, passphrase_file: str | None, out: Path | None) -> int:
    """Cosign what a REQUEST asks for, if it grew out of what was cosigned before. Ends with 5 where it did not."""
    body = _read(request_file, LIMIT_BODY)
    answer = _witness(state, passphrase_file).respond(body, _now())
    if answer.status != 200:
        return _not_cosigned(answer, state, body)
    _give(answer.body, out, f"Cosigned: {_claims(protocol.read_request(body).note)}.")
    return 0


@command.command()
@click.argument("note_file", metavar="CHECKPOINT", type=_PATH)
@click.argument("answer_file", metavar="ANSWER", type=_PATH)
@_WITNESS
@_OUT
def apply(*, note_file: Path, answer_file: Path, witnesses: Sequence[str], out: Path | None) -> int:
    """Add the cosignatures of an ANSWER to a CHECKPOINT, once they prove to be over that very checkpoint."""
    note, lines = _read(note_file, LIMIT_NOTE), _read(answer_file, LIMIT_BODY)
    known = _known(witnesses)
    content = protocol.apply(note, Answer(200, protocol.TEXT, lines), known)
    _give(content, out, _vouched(content, known))
    return 0


@command.command()
@click.argument("published", type=_PATH)
@click.argument("url")
@_WITNESS
@click.option(
    "--old",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="How many records the witness saw last; it says so itself where this is another number.",
)
@click.option(
    "--timeout", type=click.FloatRange(min=0.1, max=600), default=30.0, show_default=True, help="In seconds."
)
@_OUT
def send(
    *, published: Path, url: str, witnesses: Sequence[str], old: int, timeout: float, out: Path | None
) -> int:
    """Have the witness at URL cosign the newest checkpoint of a register that is PUBLISHED in a folder."""
    from isa_guard.register.witness_http import submit

    log, known = TileFolder(published), _known(witnesses)
    note = log.checkpoint()
    answer = submit(url, protocol.request(log, note, old), timeout)
    for _ in range(ATTEMPTS - 1):
        told = protocol.told_size(answer)
        if told is None:
            break
        answer = submit(url, protocol.request(log, note, told), timeout)
    if answer.status not in (200, 409) and 400 <= answer.status < 500:
        click.echo(f"Not cosigned: the witness answered {answer.status}: {_words(answer)}")
        return REFUSED
    if answer.status == 409:
        raise WitnessUnreachable("others are asking the same witness at this moment: try again")
    content = protocol.apply(note, answer, known)
    _give(content, out, _vouched(content, known))
    return 0


@command.command()
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


@command.command()
@_STATE
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 takes one that is free."
)
@_PASSPHRASE
def serve(*, state: Path, host: str, port: int, passphrase_file: str | None) -> int:
    """Answer requests over HTTP until interrupted. It speaks no TLS: put a proxy before it to leave this machine."""
    from isa_guard.cli.log import LOG
    from isa_guard.register.witness_http import WitnessServer

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
        click.echo(f"Not cosigned: {_records(told)} of this log were cosigned last.")
        click.echo(f"Ask whoever keeps it for a request made with --old {told}.")
        return REFUSED
    click.echo(f"Not cosigned: {_words(answer)}")
    if answer.status == 422:
        origin = claimed_checkpoint(protocol.read_request(body).note).origin
        forks = state / "forks" / protocol.origin_hash(origin)
        if forks.is_dir():
            click.echo(f"Both signed heads are kept in {forks}:")
            click.echo("show them to whoever keeps the log, and to the auditor.")
    return REFUSED


def _known(witnesses: Sequence[str]) -> Mapping[str, PublicKey]:
    try:
        found = {read_witness_key(one.strip()) for one in witnesses}
    except SignatureInvalid as error:
        raise UsageError(f"--witness: {error}") from None
    known = dict(found)
    if len(known) != len(found):
        raise UsageError("--witness: two keys go by one name; name the one that is to be believed")
    return known


def _vouched(note: bytes, known: Mapping[str, PublicKey]) -> str:
    lines = [f"Cosigned: {_claims(note)}."]
    for one in cosignatures(note, known):
        try:
            when = datetime.fromtimestamp(one.time, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
        except (ValueError, OverflowError, OSError):
            when = f"{one.time} seconds after 1970"
        lines.append(f"  by {one.name}, {when}")
    return "\n".join(lines)


def _claims(note: bytes) -> str:
    checkpoint = claimed_checkpoint(note)
    return f"{_records(checkpoint.size)} of {one_line(checkpoint.origin)}"


def _records(number: int) -> str:
    return "1 record" if number == 1 else f"{number:,} records"


def _words(answer: Answer) -> str:
    """Answer what a witness says, cut short and made safe to show: it may be anybody's."""
    return one_line(answer.body.decode("utf-8", "replace").strip())[:200]


def _give(content: bytes, out: Path | None, told: str) -> None:
    """Write what was asked for to its file and say so; or write it alone to standard output."""
    if out is None:
        click.echo(content, nl=False)  # bytes, whatever the terminal's encoding makes of a dash
        click.echo(told, err=True)
        return
    with storage.storing(f"{out} cannot be written"):
        storage.replace(out, content)
    click.echo(told)
    click.echo(f"Written to {out}.")


def _read(path: Path, limit: int) -> bytes:
    try:
        return storage.read_bounded(path, limit)
    except OSError as error:
        raise RegisterUnreadable(f"{path} cannot be read: {storage.plain(error)}") from None


def _now() -> int:
    return int(now_or(None).timestamp())
