"""What is noted beside one's keys of each register: its root keys, and how far it had come when last seen.

An older state of a register verifies as well as the newest one; so does an older trust root. Only what lies
elsewhere tells. These notes are that elsewhere for the one who keeps the register; the witness is it for all.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused
from isa_guard.frozen import dataclass
from isa_guard.register import storage, strict_json
from isa_guard.register.faults import RecordError, StorageFailed, Untrusted
from isa_guard.register.records.members import DIGEST
from isa_guard.register.signing import keys
from isa_guard.register.tree.note import LIMIT_NOTE

if TYPE_CHECKING:
    from pathlib import Path

    from isa_guard.register.strict_json import Json
    from isa_guard.register.trust_roots.trust_root import TrustRoot

FORMAT_1: Final = "isa-guard/trusted/1"
FORMAT_2: Final = "isa-guard/trusted/2"
FOLDER: Final = "trusted"
LIMIT_ACTS: Final = 64 * 1024 * 1024
_HINT: Final = "give --trust FINGERPRINT, as the agreement's annex has it"
_MEMBERS: Final = {"digest", "format", "origin", "root", "version"}
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Noted:
    """Of which root keys a register is, and the newest version of its trust root that was seen, by its digest."""

    root: str
    version: int
    digest: str | None


def remember(folder: Path, trust: TrustRoot) -> None:
    """Note beside one's keys which root keys a register has. Raises KeyRefused where that is noted already."""
    path = trusted_path(folder, trust.origin)
    try:
        storage.private_folder(path.parent)
        storage.write_new(path, _written(trust.origin, _noted(trust, trust.fingerprint)))
    except FileExistsError:
        what = f"a register named {trust.origin} is trusted already"
        raise KeyRefused(f"{what}; two of one name could tell two stories: choose another --origin") from None
    except OSError as error:
        raise StorageFailed(f"the trusted fingerprint cannot be kept: {storage.plain(error)}") from None


def remembered(folder: Path, origin: str) -> str:
    """Answer the fingerprint noted for a register of that name. Raises Untrusted where none is."""
    noted = _read(folder, origin)
    if noted is None:
        raise Untrusted(f"nothing here says which root key {origin} has; {_HINT}")
    return noted.root


def seen(folder: Path, trust: TrustRoot) -> None:
    """Note that this version of a trust root was seen, if a newer one never was.

    Raises Untrusted where an older one was put back, or another one in the place of one that was seen. A register
    of which nothing is noted is left alone.
    """
    noted = _read(folder, trust.origin)
    if noted is None:
        return
    if trust.version < noted.version:
        what = f"the trust root of {trust.origin} is version {trust.version}, and version {noted.version} was seen"
        raise Untrusted(f"{what}: an older one was put back, with keys that may since have been revoked")
    at = noted.version - 1
    if noted.digest is not None and trust.lineage[at : at + 1] != (noted.digest,):
        what = f"version {noted.version} of the trust root of {trust.origin} is not the one that was seen"
        raise Untrusted(f"{what}: its root keys have told two stories")
    now = _noted(trust, noted.root)
    if now != noted:
        _replace(trusted_path(folder, trust.origin), _written(trust.origin, now))


def remember_tip(folder: Path, origin: str, note: bytes) -> None:
    """Keep the newest checkpoint seen, in the place of the one before. Raises StorageFailed.

    It is not forced to disk: after a power cut an older one may stand here, which proves less and nothing false.
    """
    _replace(_tip_path(folder, origin), note)


def tip(folder: Path, origin: str) -> bytes | None:
    """Answer the newest checkpoint that was seen of a register, if any was. Raises KeyRefused."""
    path = _tip_path(folder, origin)
    try:
        return keys.read_private(path, LIMIT_NOTE)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise KeyRefused(f"{path} cannot be read: {storage.plain(error)}") from None


def remember_acts(folder: Path, origin: str, content: bytes) -> None:
    """Keep how far a register was sifted for acts of people, in the place of what was kept before. Raises StorageFailed."""
    _replace(_acts_path(folder, origin), content)


def acts(folder: Path, origin: str) -> bytes | None:
    """Answer how far a register was sifted, if it ever was; None too where the note cannot be read: it only saves reading."""
    try:
        return keys.read_private(_acts_path(folder, origin), LIMIT_ACTS)
    except (OSError, KeyRefused):
        return None


def _acts_path(folder: Path, origin: str) -> Path:
    return trusted_path(folder, origin).with_suffix(".acts")


def trusted_path(folder: Path, origin: str) -> Path:
    """Answer where beside the keys the fingerprint of a register is noted."""
    return folder / FOLDER / f"{hashlib.sha256(origin.encode()).hexdigest()}.json"


def _tip_path(folder: Path, origin: str) -> Path:
    return trusted_path(folder, origin).with_suffix(".checkpoint")


def _noted(trust: TrustRoot, root: str) -> Noted:
    return Noted(root, trust.version, trust.lineage[-1] if trust.lineage else None)


def _written(origin: str, noted: Noted) -> bytes:
    found: dict[str, Json] = {
        "digest": noted.digest,
        "format": FORMAT_2,
        "origin": origin,
        "root": noted.root,
        "version": noted.version,
    }
    return strict_json.write(found) + b"\n"


def _read(folder: Path, origin: str) -> Noted | None:
    path = trusted_path(folder, origin)
    try:
        found = strict_json.read_object(keys.read_private(path, keys.LIMIT_PEM).removesuffix(b"\n"))
    except FileNotFoundError:
        return None
    except (OSError, RecordError):
        raise KeyRefused(f"{path} cannot be read; {_HINT}") from None
    if found.get("format") == FORMAT_1:  # of before versions were noted
        found = {**found, "digest": None, "version": 1}
    root, version, digest = found.get("root"), found.get("version"), found.get("digest")
    if (
        set(found) != _MEMBERS
        or found["format"] not in (FORMAT_1, FORMAT_2)
        or found["origin"] != origin
        or not isinstance(root, str)
        or not isinstance(version, int)
        or not (digest is None or (isinstance(digest, str) and DIGEST.match(digest)))
    ):
        raise KeyRefused(f"{path} is not about {origin}; {_HINT}")
    return Noted(root, version, digest)


def _replace(path: Path, content: bytes) -> None:
    """Put `content` in the place of a note at one stroke, private, and not forced to disk. Raises StorageFailed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{next(_numbers)}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with storage.storing("what was seen of the register cannot be noted beside the keys"):
        storage.private_folder(path.parent)
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, flags, storage.PRIVATE_FILE)
        try:
            os.fchmod(descriptor, storage.PRIVATE_FILE)
            storage.write_all(descriptor, content)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
