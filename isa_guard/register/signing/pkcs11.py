"""Keys that never leave a card, a token or a hardware module: signing through PKCS#11, with the EdDSA mechanism.

Needs the extra `isa-guard[pkcs11]`. Tokens count wrong PINs and lock; so a PIN that was refused once is not
tried again in this process, and none is tried where the token says that only one try is left.
"""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from isa_guard.errors import KeyRefused
from isa_guard.frozen import dataclass
from isa_guard.register import storage, strict_json
from isa_guard.register.faults import RecordError
from isa_guard.register.signing import keys
from isa_guard.register.signing.keys import PublicKey

if TYPE_CHECKING:
    from types import ModuleType

    from pkcs11 import ObjectClass, Session, Token

    from isa_guard.register.strict_json import Json

FORMAT: Final = "isa-guard/pkcs11/1"
_MEMBERS: Final = {"format", "id", "label", "module", "token"}
_POINT: Final = (
    b"\x04\x20"  # an octet string of 32 bytes, as PKCS#11 3.0 section 2.3.5 wraps an Edwards point
)
_RAW_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
# No envelope and no checkpoint begins like this, so the trial signature is one over nothing that counts.
_TRIAL: Final = b"isa-guard: does this key belong to that public key?"
_WRITABLE_BY_OTHERS: Final = 0o022


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key is: a module of the system, a token by its label, a key by its label or its id (hexadecimal)."""

    module: str
    token: str
    label: str | None = None
    id: str | None = None

    def __str__(self) -> str:
        return f"key `{self.label or self.id}` on the token `{self.token}`"


class _Unlocked:
    """A session that is logged in. The lock: a token does one signature at a time in one session."""

    __slots__ = ("lock", "pin", "session")

    def __init__(self, session: Session, pin: bytes) -> None:
        self.session = session
        self.pin = pin
        self.lock = Lock()


_unlocked: dict[tuple[str, str], _Unlocked] = {}
_refused: set[tuple[str, str, bytes]] = set()
_blind: Final = os.urandom(32)


class TokenSigner:
    """A private key on a token; the session stays open as long as the process."""

    __slots__ = ("_key", "_unlocked", "key_id", "place", "public_key")

    def __init__(self, place: Place, key: Any, unlocked: _Unlocked, public_key: PublicKey) -> None:
        self._key = key
        self._unlocked = unlocked
        self.place = place
        self.public_key = public_key
        self.key_id = public_key.key_id

    def __repr__(self) -> str:
        return f"TokenSigner({self.key_id})"

    def sign(self, message: bytes) -> bytes:
        """Answer the signature over `message`. Raises KeyRefused where the token does not give one."""
        pkcs11 = _library()
        try:
            with self._unlocked.lock:
                signature = bytes(self._key.sign(message, mechanism=pkcs11.Mechanism.EDDSA))
        except pkcs11.exceptions.PKCS11Error as error:
            raise KeyRefused(f"{self.place} does not sign: {_plain(error)}") from None
        if len(signature) != _SIGNATURE_BYTES:
            raise KeyRefused(f"{self.place} gives no Ed25519 signature")
        return signature


def signer(place: Place, pin: bytes, public_key: PublicKey) -> TokenSigner:
    """Answer what signs with a token's key, once it has shown that it belongs to `public_key`.

    Raises KeyRefused: the extra, module, token or key is missing, the PIN is wrong, the key is another one.
    """
    found = _signer(place, pin, public_key)
    if not public_key.verifies(found.sign(_TRIAL), _TRIAL):
        raise KeyRefused(f"{place} is another key than the public key beside it says")
    return found


def public_key_at(place: Place, pin: bytes) -> PublicKey:
    """Answer the public half of a token's key, once the private half has signed. Raises KeyRefused."""
    pkcs11 = _library()
    unlocked = _session(place, pin)
    key = _key(place, unlocked.session, pkcs11.ObjectClass.PUBLIC_KEY)
    try:
        point = bytes(key[pkcs11.Attribute.EC_POINT])
    except pkcs11.exceptions.PKCS11Error as error:
        raise KeyRefused(f"{place} has no point: {_plain(error)}") from None
    raw = point.removeprefix(_POINT) if len(point) > _RAW_BYTES else point
    if len(raw) != _RAW_BYTES:
        raise KeyRefused(f"{place} is no Ed25519 key")
    return signer(place, pin, PublicKey(raw)).public_key


def bind(folder: Path, name: str, place: Place, pin: bytes) -> PublicKey:
    """Note in a folder of keys, which is made too, that the key NAME is on a token; answer its public half.

    Raises KeyRefused as `public_key_at`, and where there is a key of that name already.
    """
    try:
        storage.private_folder(folder)
        keys.refuse_loose_folder(folder)
        for path in (folder / f"{name}.{suffix}" for suffix in ("pem", "pub.pem", "pkcs11.json")):
            if path.is_symlink() or path.exists():
                raise KeyRefused(f"{path} is there already: {name} has its key")
        made = public_key_at(place, pin)
        storage.write_new(folder / f"{name}.pub.pem", made.pem)
        storage.write_new(folder / f"{name}.pkcs11.json", _written(place))
    except OSError as error:
        raise KeyRefused(f"keys cannot be written in {folder}: {storage.plain(error)}") from None
    return made


def read_place(path: Path) -> Place:
    """Answer where a role's key is, as its file says. The file must be private: it names code to run."""
    try:
        found = strict_json.read_object(keys.read_private(path, keys.LIMIT_PEM).removesuffix(b"\n"))
    except OSError as error:
        raise KeyRefused(f"{path} cannot be read: {storage.plain(error)}") from None
    except RecordError as error:
        raise KeyRefused(f"{path} does not say where a key is: {error}") from None
    module, token, label, key = (found.get(name) for name in ("module", "token", "label", "id"))
    if (
        set(found) != _MEMBERS
        or found["format"] != FORMAT
        or not (isinstance(module, str) and isinstance(token, str))
        or not (isinstance(label, str | None) and isinstance(key, str | None))
        or (label is None) == (key is None)
    ):
        raise KeyRefused(f"{path} does not say where a key is: bind it again with `isa-guard keys bind`")
    return Place(module, token, label, key)


def _written(place: Place) -> bytes:
    found: dict[str, Json] = {
        "format": FORMAT,
        "id": place.id,
        "label": place.label,
        "module": place.module,
        "token": place.token,
    }
    return strict_json.write(found) + b"\n"


def _signer(place: Place, pin: bytes, public_key: PublicKey) -> TokenSigner:
    pkcs11 = _library()
    unlocked = _session(place, pin)
    return TokenSigner(
        place, _key(place, unlocked.session, pkcs11.ObjectClass.PRIVATE_KEY), unlocked, public_key
    )


def _session(place: Place, pin: bytes) -> _Unlocked:
    """Answer the token's session, logged in. One login serves all keys of a token: PKCS#11 allows no second."""
    where = (place.module, place.token)
    blinded = hashlib.blake2b(pin, key=_blind).digest()
    if (*where, blinded) in _refused:
        raise KeyRefused(
            f"the token `{place.token}` has refused this PIN already; it is not tried again, for tokens lock"
        )
    if found := _unlocked.get(where):
        if found.pin != blinded:
            raise KeyRefused(f"the token `{place.token}` is unlocked with another PIN")
        return found
    pkcs11, token = _library(), _token(place)
    if token.flags & pkcs11.TokenFlag.USER_PIN_LOCKED:
        raise KeyRefused(f"the token `{place.token}` is locked: its security officer must set a new PIN")
    if token.flags & pkcs11.TokenFlag.USER_PIN_FINAL_TRY:
        what = f"the token `{place.token}` would lock at one more wrong PIN"
        raise KeyRefused(f"{what}: log in once with its own tool, then try again")
    try:
        session = token.open(user_pin=pin.decode())
    except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLenRange, pkcs11.exceptions.PinInvalid):
        _refused.add((*where, blinded))
        raise KeyRefused(
            f"the PIN is not that of the token `{place.token}`; it was tried once and is not tried again"
        ) from None
    except (pkcs11.exceptions.PKCS11Error, UnicodeDecodeError) as error:
        raise KeyRefused(f"the token `{place.token}` cannot be unlocked: {_plain(error)}") from None
    _unlocked[where] = _Unlocked(session, blinded)
    return _unlocked[where]


def _token(place: Place) -> Token:
    pkcs11 = _library()
    _refuse_loose_module(Path(place.module))
    try:
        token: Token = pkcs11.lib(place.module).get_token(token_label=place.token)
    except pkcs11.exceptions.NoSuchToken:
        raise KeyRefused(f"there is no token `{place.token}`: is it plugged in?") from None
    except pkcs11.exceptions.MultipleTokensReturned:
        raise KeyRefused(f"several tokens are labelled `{place.token}`: give them different labels") from None
    except pkcs11.exceptions.PKCS11Error:
        raise KeyRefused(f"{place.module} is no PKCS#11 module, or does not answer") from None
    return token


def _key(place: Place, session: Session, kind: ObjectClass) -> Any:
    pkcs11 = _library()
    try:
        key = bytes.fromhex(place.id) if place.id is not None else None
    except ValueError:
        raise KeyRefused(f"{place}: the id is not hexadecimal") from None
    try:
        return session.get_key(
            object_class=kind, key_type=pkcs11.KeyType.EC_EDWARDS, label=place.label, id=key
        )
    except pkcs11.exceptions.NoSuchKey:
        raise KeyRefused(f"there is no Ed25519 {place}, or only half of it") from None
    except pkcs11.exceptions.MultipleObjectsReturned:
        raise KeyRefused(f"there are several of {place}: name it by its id") from None
    except pkcs11.exceptions.PKCS11Error as error:
        raise KeyRefused(f"{place} cannot be used: {_plain(error)}") from None


def _refuse_loose_module(path: Path) -> None:
    """Raise KeyRefused for a module that others could exchange: it would be run, and see the PIN."""
    try:
        status = path.stat()
    except OSError as error:
        raise KeyRefused(f"the module {path} cannot be read: {storage.plain(error)}") from None
    if not path.is_absolute() or not stat.S_ISREG(status.st_mode):
        raise KeyRefused(
            f"the module {path} is no file by its whole path, as /usr/lib/softhsm/libsofthsm2.so"
        )
    if status.st_uid not in (0, os.geteuid()) or status.st_mode & _WRITABLE_BY_OTHERS:
        raise KeyRefused(f"the module {path} could be exchanged by others: it is not used")


def _library() -> ModuleType:
    try:
        import pkcs11
    except ImportError:
        raise KeyRefused("keys on tokens need the extra: pip install 'isa-guard[pkcs11]'") from None
    return pkcs11


def _plain(error: Exception) -> str:
    """Answer the library's error in words: the name of its class says more than its text."""
    name = type(error).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
