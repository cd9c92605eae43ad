"""`isa-guard keys`: make the keys that sign, say which there are, and change them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.settings import read_settings
from isa_guard.cli.unlocking import keys_folder, known_passphrase, new_passphrase
from isa_guard.errors import UsageError
from isa_guard.model.people import POST, Office, Person
from isa_guard.register.signing.keys import Role, load_public, new_keys, private_path, public_path, token_path

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.cli.key_changes import Changed, Changing

PURPOSES: Final = {
    Role.RECORD: "signs decisions",
    Role.LOG: "signs checkpoints of the register",
    Role.ROOT: "says which keys to trust; keep it offline once the register is made",
    Role.WITNESS: "cosigns checkpoints of a partner's register",
    Role.PERSON: "signs your own acts; nobody else ever holds it",
    Role.LOG_ML_DSA: "adds a second line to checkpoints, which outlives Ed25519",
}
REASONS: Final = ("key-compromise", "superseded", "cessation")
_NUMBERS: Final = {1: "One key", 2: "Two keys", 3: "Three keys", 4: "Four keys"}
_FILE_HELP: Final = "A private file, or /dev/fd/N, that holds the passphrase of the keys."


_PASSPHRASE: Final = click.option("--passphrase-file", help=_FILE_HELP)
_KEY: Final = click.option("--key", help="The folder of the keys.")
_REGISTER: Final = click.option("--register", help="The register's folder.")
_ROOT: Final = click.option(
    "--root",
    "root_folders",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A folder that holds a root key, where it is not beside the others; once for each that must sign.",
)
_ROOT_PASSPHRASE: Final = click.option(
    "--root-passphrase-file", help="The same for the root keys, where their passphrase is another one."
)


@click.group()
def command() -> None:
    """The keys that sign records: one for decisions, one for checkpoints, one that says which to trust.

    One passphrase guards all keys of a folder. It is asked for on the terminal, or read from --passphrase-file, or
    from the systemd credential `isa-guard-passphrase`; never from an argument or an environment variable. For keys
    on a token it is the token's PIN.
    """


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--witness", is_flag=True, help="Make only a key that cosigns a partner's register.")
@click.option(
    "--person", is_flag=True, help="Make only a key that signs your own acts, in a folder of your own."
)
@click.option("--name", help="With --witness: the name in its lines, as example.org/witness.")
@click.option("--ml-dsa", is_flag=True, help="Add an ML-DSA-44 key for a second line under checkpoints.")
@_PASSPHRASE
def new(
    *,
    folder: Path,
    witness: bool,
    person: bool,
    name: str | None,
    ml_dsa: bool,
    passphrase_file: str | None,
) -> int:
    """Make the three keys in FOLDER, which only you can enter. A key that is there is never written over."""
    if (witness or person) and ml_dsa:
        raise UsageError("a witness or a person has one key: --ml-dsa is for one's own register")
    if witness and person:
        raise UsageError("a witness and a person have different keys, in different folders")
    if name is not None and not witness:
        raise UsageError("--name goes with --witness: it is the name in a witness's lines")
    secret = new_passphrase(passphrase_file)
    if witness:
        return _witness_made(folder, secret, name)
    if person:
        return _person_made(folder, secret)
    fresh = not public_path(folder, Role.LOG).exists()
    ids: dict[Role, str] = {}
    if fresh or not ml_dsa:
        ids = {role: key.key_id for role, key in new_keys(folder, secret, os.urandom).items()}
    if ml_dsa:
        from isa_guard.register.signing.ml_dsa import new_ml_dsa_key

        ids[Role.LOG_ML_DSA] = new_ml_dsa_key(folder, secret, os.urandom).key_id
    click.echo(f"{_NUMBERS.get(len(ids), len(ids))} made in {folder}:")
    for role, key_id in ids.items():
        click.echo(f"  {role.value:<7} {key_id}\n          {PURPOSES[role]}")
    if fresh:
        click.echo(f"Next: isa-guard register init REGISTER --origin NAME --key {folder}")
    else:
        path = public_path(folder, Role.LOG_ML_DSA)
        click.echo(f"Next, for a register that is there already: isa-guard keys grant log-ml-dsa {path}")
    return 0


@command.command()
@click.argument("role", type=click.Choice([role.value for role in Role if role is not Role.LOG_ML_DSA]))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--module", required=True, help="The PKCS#11 module: /usr/lib/softhsm/libsofthsm2.so.")
@click.option("--token", required=True, help="The token's label.")
@click.option("--label", help="The key's label on the token.")
@click.option("--id", "key", help="The key's id on the token, in hexadecimal digits.")
@click.option("--next", "following", is_flag=True, help="It is to follow the one in use: then `keys rotate`.")
@_PASSPHRASE
def bind(
    *,
    role: str,
    folder: Path,
    module: str,
    token: str,
    label: str | None,
    key: str | None,
    following: bool,
    passphrase_file: str | None,
) -> int:
    """Note in FOLDER that the key of ROLE is on a PKCS#11 token, once it has signed. The passphrase is the PIN.

    The key is an Ed25519 pair that the token's own tool has made. `keys new` then makes the other keys.
    """
    from isa_guard.register.signing import pkcs11
    from isa_guard.register.signing.succession import next_name

    if (label is None) == (key is None):
        raise UsageError("name the key on the token by --label or by --id")
    place = pkcs11.Place(module, token, label, key)
    name = next_name(Role(role)) if following else role
    made = pkcs11.bind(folder, name, place, known_passphrase(passphrase_file))
    click.echo(f"The {role} key is on the token {token}; it has signed.\n  {role:<7} {made.key_id}")
    return 0


@command.command("list")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@_REGISTER
def list_(*, folder: Path | None, register: str | None) -> int:
    """Say which keys are in FOLDER, by fingerprint: the SHA-256 of the public key's SPKI DER.

    With --register, or where a register is set, it also says over which records each of its keys counts.
    """
    settings = read_settings().with_flags({"register": register})
    where = folder or keys_folder(settings.value("key"))
    for role, key_id in _present(where).items():
        private = private_path(where, role).exists() or token_path(where, role).exists()
        click.echo(f"{role.value:<7} {key_id}{'' if private else '  (private key not here)'}")
    if settings.value("register"):
        from isa_guard.cli.key_changes import states

        click.echo("".join(states(where, settings)), nl=False)
    return 0


@command.command()
@click.argument(
    "role", type=click.Choice([role.value for role in Role if role not in {Role.WITNESS, Role.PERSON}])
)
@_KEY
@_REGISTER
@_ROOT
@_PASSPHRASE
@_ROOT_PASSPHRASE
def rotate(
    *,
    role: str,
    key: str | None,
    register: str | None,
    root_folders: tuple[Path, ...],
    passphrase_file: str | None,
    root_passphrase_file: str | None,
) -> int:
    """Put a new key in the place of the one of ROLE, and have the register say so.

    The old key signs the record of it, and counts up to it; the new one counts from the next on. The old private
    key is kept. Where this was broken off, the same command goes on with it.
    """
    from isa_guard.cli import key_changes

    changing = _changing(key, register, passphrase_file)
    roots = key_changes.roots(root_folders, changing, root_passphrase_file)
    changed, kept = key_changes.rotate(changing, Role(role), roots)
    click.echo(f"The {role} key is rotated; the old one is kept as {kept}.")
    if role == Role.ROOT:
        click.echo(f"New fingerprint, for the agreement's annex: {changed.trust.fingerprint}")
        click.echo(f"Move {private_path(changing.keys, Role.ROOT)} to a place offline.")
    return _told(changed)


@command.command()
@click.argument("key_id")
@click.option("--reason", required=True, type=click.Choice(REASONS), help="Why.")
@click.option(
    "--last-trusted",
    required=True,
    type=click.IntRange(min=-1),
    help="The last record that it counts for; -1 for none.",
)
@click.option(
    "--compromised-at",
    help="When others may first have had it, as 2026-11-23T12:00:00Z: what was cosigned before stays trusted.",
)
@_KEY
@_REGISTER
@_ROOT
@_PASSPHRASE
@_ROOT_PASSPHRASE
def revoke(
    *,
    key_id: str,
    reason: str,
    last_trusted: int,
    compromised_at: str | None,
    key: str | None,
    register: str | None,
    root_folders: tuple[Path, ...],
    passphrase_file: str | None,
    root_passphrase_file: str | None,
) -> int:
    """Revoke a key by its KEY_ID, or by how it begins. A revocation is never taken back, only made stricter."""
    from isa_guard.cli import key_changes
    from isa_guard.register.trust_roots.trust_root import Reason

    moment = _moment(compromised_at)
    changing = _changing(key, register, passphrase_file)
    roots = key_changes.roots(root_folders, changing, root_passphrase_file)
    changed = key_changes.revoke(changing, key_id, Reason(reason), last_trusted, moment, roots)
    reach = f"counts up to record {last_trusted}" if last_trusted >= 0 else "counts for no record"
    click.echo(f"The key {key_id[:8]} is revoked: it {reach}.")
    if changed.index is None:
        click.echo("Nothing can be recorded before it is replaced. Next: isa-guard keys rotate ROLE")
    return _told(changed)


@command.command()
@click.argument("role", type=click.Choice(["record", "log", "log-ml-dsa", "witness", "person"]))
@click.argument("public_key")
@click.option("--party", help="The party, by its id in the agreement, that a person's post is of.")
@click.option("--post", help="The post that a person fills: small letters and hyphens, never a name.")
@click.option(
    "--office",
    "offices",
    multiple=True,
    type=click.Choice([one.value for one in Office]),
    help="What the post is trusted with.",
)
@click.option("--name", help="The name in a witness's lines, where PUBLIC_KEY is a file.")
@click.option("--quorum", type=click.IntRange(min=0), help="How many witnesses must cosign.")
@click.option("--every", type=click.IntRange(1, 3660), help="After how many days a cosignature is overdue.")
@_KEY
@_REGISTER
@_ROOT
@_PASSPHRASE
@_ROOT_PASSPHRASE
def grant(
    *,
    role: str,
    public_key: str,
    party: str | None,
    post: str | None,
    offices: tuple[str, ...],
    name: str | None,
    quorum: int | None,
    every: int | None,
    key: str | None,
    register: str | None,
    root_folders: tuple[Path, ...],
    passphrase_file: str | None,
    root_passphrase_file: str | None,
) -> int:
    """Let the key of another sign in ROLE: a second SPOC's, or the partner's that witnesses the register.

    PUBLIC_KEY is a file as `keys new` makes them, or a witness's line as `keys new --witness --name` prints it.
    """
    from isa_guard.cli import key_changes

    if role != Role.WITNESS and (name, quorum, every) != (None, None, None):
        raise UsageError("--name, --quorum and --every are about a witness")
    if (role == Role.PERSON) != bool(party and post and offices):
        raise UsageError("a person is granted a key with --party, --post and --office; nobody else is")
    given, named = key_changes.read_key(public_key, Role(role), name)
    if role == Role.WITNESS and not named:
        raise UsageError("a witness has a name: --name example.org/witness, as it stands in its lines")
    changing = _changing(key, register, passphrase_file)
    roots = key_changes.roots(root_folders, changing, root_passphrase_file)
    if role == Role.WITNESS:
        changed = key_changes.witness(changing, named, given, quorum, every, roots)
        click.echo(f"{named} witnesses {changed.trust.origin}: {changed.trust.quorum} must cosign.")
    else:
        who = None
        if role == Role.PERSON:
            who = Person(
                given.key_id, _code(party), _code(post), tuple(Office(one) for one in dict.fromkeys(offices))
            )
        changed = key_changes.grant(changing, Role(role), given, roots, who)
        start = changed.trust.grants[-1].valid_from
        click.echo(f"The key {given.key_id[:8]} may sign as {role} from record {start} on.")
    return _told(changed)


def _witness_made(folder: Path, secret: bytes, name: str | None) -> int:
    from isa_guard.register.tree.checkpoint import ORIGIN
    from isa_guard.register.tree.cosignature import witness_key

    if name is not None and not ORIGIN.match(name):
        raise UsageError(f"`{name}` is no name for a witness: small letters, digits and . - _ /")
    made = new_keys(folder, secret, os.urandom, (Role.WITNESS,))[Role.WITNESS]
    click.echo(f"One key made in {folder}:\n  witness {made.key_id}\n          {PURPOSES[Role.WITNESS]}")
    what = witness_key(name, made) if name else str(public_path(folder, Role.WITNESS))
    click.echo(f"Next, for whoever keeps the register: isa-guard keys grant witness\n{what}")
    return 0


def _person_made(folder: Path, secret: bytes) -> int:
    made = new_keys(folder, secret, os.urandom, (Role.PERSON,))[Role.PERSON]
    click.echo(f"One key made in {folder}:\n  person  {made.key_id}\n          {PURPOSES[Role.PERSON]}")
    click.echo(
        "Next, for whoever holds the root key:\n"
        f"isa-guard keys grant person {public_path(folder, Role.PERSON)} --party PARTY --post POST --office OFFICE"
    )
    return 0


def _code(text: str | None) -> str:
    """Answer a party or a post as a trust root may name it. Raises UsageError for what could be a person's name."""
    if text is None or not POST.match(text):
        raise UsageError(
            "--party and --post are codes in small letters with hyphens, as spoc-officer; never a name"
        )
    return text


def _changing(key: str | None, register: str | None, passphrase_file: str | None) -> Changing:
    from isa_guard.cli.key_changes import opened

    return opened(read_settings().with_flags({"key": key, "register": register}), passphrase_file)


def _told(changed: Changed) -> int:
    where = "" if changed.index is None else f", recorded as {changed.index}"
    click.echo(f"The trust root is now version {changed.trust.version}{where}.")
    click.echo(f"sha256 {changed.digest}")
    return 0


def _moment(text: str | None) -> datetime | None:
    from datetime import UTC, datetime

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError("--compromised-at takes an instant, as 2026-11-23T12:00:00Z") from None
    if moment.tzinfo is None:
        raise UsageError("--compromised-at needs its time zone: a Z at the end for UTC")
    return moment.astimezone(UTC)


def _present(folder: Path) -> dict[Role, str]:
    """Answer the fingerprints of the keys in a folder; without any, the one of the record key is missed."""
    from isa_guard.register.signing.ml_dsa import load_ml_dsa_public

    found: dict[Role, str] = {
        role: load_public(folder, role).key_id
        for role in Role
        if role is not Role.LOG_ML_DSA and public_path(folder, role).exists()
    }
    second = load_ml_dsa_public(folder)
    if second is not None:
        found[Role.LOG_ML_DSA] = second.key_id
    return found or {Role.RECORD: load_public(folder, Role.RECORD).key_id}
