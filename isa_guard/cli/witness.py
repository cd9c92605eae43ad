"""`isa-guard register witness`: have a partner cosign one's register, and cosign a partner's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.cosigner import COMMANDS, OUT, PATH, REFUSED, give, read_file, records_of, words
from isa_guard.cli.opening import KEY, PASSPHRASE, REGISTER, TRUST, opened
from isa_guard.cli.settings import read_settings
from isa_guard.register.faults import WitnessUnreachable
from isa_guard.register.witnessing import witness as protocol
from isa_guard.register.witnessing.witness import LIMIT_BODY, Answer

if TYPE_CHECKING:
    from pathlib import Path

    from isa_guard.register.witnessing.cosigning import Taken

ATTEMPTS: Final = 3  # a witness tells the size it saw; another process may be asking at the same time
_OLD: Final = click.option(
    "--old",
    type=click.IntRange(min=0),
    help="How many records the witness saw last. Default: what it cosigned last, as this register knows.",
)


@click.group()
def command() -> None:
    """Cosignatures: a partner vouches that this register has only grown, and the other way round.

    By file: `request` makes a small text to send to the partner, `sign` is what the partner does with it, and `apply`
    takes the answer over. Over the network: `send` asks, `serve` answers. Nothing goes across but a name, a size and a
    hash.
    """


@command.command()
@_OLD
@OUT
@REGISTER
@KEY
@TRUST
def request(
    *, old: int | None, out: Path | None, register: str | None, key: str | None, trust: str | None
) -> int:
    """Write the request to cosign the newest head of this register."""
    from isa_guard.register.witnessing.cosigning import ask

    found = opened(register, key, trust)
    asked = ask(found.store, found.trust, old)
    give(
        asked.body,
        out,
        f"A request to cosign {records_of(asked.size)} of which the witness has seen {asked.old:,}.",
    )
    return 0


@command.command("key")
@REGISTER
@KEY
@TRUST
def key_(*, register: str | None, key: str | None, trust: str | None) -> int:
    """Print the key by which a witness knows this register, one line for each that is in use."""
    from isa_guard.register.signing.keys import Role
    from isa_guard.register.tree.checkpoint import claimed_checkpoint
    from isa_guard.register.tree.note import note_key

    found = opened(register, key, trust)
    size = claimed_checkpoint(found.store.checkpoint()).size
    for one in found.trust.keys(Role.LOG, size):
        click.echo(note_key(found.trust.origin, one))
    return 0


@command.command()
@click.argument("answer_file", metavar="ANSWER", type=PATH)
@REGISTER
@KEY
@PASSPHRASE
def apply(*, answer_file: Path, register: str | None, key: str | None, passphrase_file: str | None) -> int:
    """Take over a witness's ANSWER, once it proves to be over a head of this register, and record it."""
    content = read_file(answer_file, LIMIT_BODY)
    return _taken(Answer(200, protocol.TEXT, content), register, key, passphrase_file)


@command.command()
@click.argument("url")
@_OLD
@click.option(
    "--timeout", type=click.FloatRange(min=0.1, max=600), default=30.0, show_default=True, help="In seconds."
)
@REGISTER
@KEY
@PASSPHRASE
def send(
    *,
    url: str,
    old: int | None,
    timeout: float,
    register: str | None,
    key: str | None,
    passphrase_file: str | None,
) -> int:
    """Have the witness at URL cosign the newest head of this register, take the answer over, and record it."""
    from isa_guard.register.witnessing.cosigning import ask
    from isa_guard.register.witnessing.witness_http import submit

    found = opened(register, key, None)
    answer = submit(url, ask(found.store, found.trust, old).body, timeout)
    for _ in range(ATTEMPTS - 1):
        told = protocol.told_size(answer)
        if told is None:
            break
        answer = submit(url, ask(found.store, found.trust, told).body, timeout)
    if answer.status != 409 and 400 <= answer.status < 500:
        click.echo(f"Not cosigned: the witness answered {answer.status}: {words(answer)}")
        return REFUSED
    if answer.status == 409:
        raise WitnessUnreachable("others are asking the same witness at this moment: try again")
    return _taken(answer, register, key, passphrase_file)


for _command in COMMANDS:
    command.add_command(_command)


def _taken(answer: Answer, register: str | None, key: str | None, passphrase_file: str | None) -> int:
    from isa_guard.cli.recording import note_tip, open_appender
    from isa_guard.register.witnessing.cosigning import take

    settings = read_settings().with_flags({"register": register, "key": key})
    appender = open_appender(settings, passphrase_file)
    taken = take(appender, answer)
    note_tip(settings, appender)
    _told(taken)
    return 0


def _told(taken: Taken) -> None:
    click.echo(f"Cosigned: {records_of(taken.size)}.")
    for one in taken.cosigned:
        click.echo(f"  by {one.name}, {datetime.fromtimestamp(one.time, UTC):%Y-%m-%d %H:%M:%SZ}")
    click.echo(f"Record {taken.receipt.index} says so.")
