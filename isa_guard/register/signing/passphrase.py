"""Where a passphrase comes from without a person: a private file, an open descriptor, a systemd credential.

Never from an argument or a plain environment variable: other processes and crash reports see both.
"""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.errors import KeyRefused
from isa_guard.register import storage
from isa_guard.register.signing import keys

if TYPE_CHECKING:
    from collections.abc import Mapping

CREDENTIAL: Final = "isa-guard-passphrase"
SHORTEST: Final = 12
LIMIT: Final = 1_024
_DESCRIPTOR = re.compile(r"/dev/fd/([0-9]{1,6})\Z", re.ASCII)


def from_file(name: str) -> bytes:
    """Answer the passphrase in a private file, or behind /dev/fd/N. Raises KeyRefused."""
    descriptor = _DESCRIPTOR.match(name)
    try:
        content = (
            _from_descriptor(int(descriptor.group(1))) if descriptor else keys.read_private(Path(name), LIMIT)
        )
    except OSError as error:
        raise KeyRefused(f"the passphrase file cannot be read: {storage.plain(error)}") from None
    return _cleaned(content)


def from_credential(environment: Mapping[str, str]) -> bytes | None:
    """Answer the passphrase that systemd hands over as a credential, or None where it hands over none."""
    folder = environment.get("CREDENTIALS_DIRECTORY")
    path = Path(folder, CREDENTIAL) if folder else None
    if path is None or not path.exists():
        return None
    # systemd itself guards this folder, and gives the file mode 0400 or 0440.
    try:
        return _cleaned(storage.read_bounded(path, LIMIT))
    except OSError as error:
        raise KeyRefused(f"the credential {CREDENTIAL} cannot be read: {storage.plain(error)}") from None


def typed(text: str) -> bytes:
    """Answer a passphrase as typed, in the one form in which all keyboards give the same bytes."""
    return unicodedata.normalize("NFC", text).encode()


def refuse_weak(passphrase: bytes) -> None:
    """Raise KeyRefused for a passphrase too short to make a key with."""
    if len(passphrase.decode(errors="replace")) < SHORTEST:
        raise KeyRefused(
            f"the passphrase is shorter than {SHORTEST} characters; four or five words make a good one"
        )


def _from_descriptor(number: int) -> bytes:
    content = b""
    while len(content) <= LIMIT and (part := os.read(number, LIMIT + 1)):
        content += part
    return content


def _cleaned(content: bytes) -> bytes:
    line = content.removesuffix(b"\n").removesuffix(b"\r")
    if not line:
        raise KeyRefused("the passphrase is empty")
    if len(content) > LIMIT or b"\n" in line or b"\0" in line:
        raise KeyRefused(f"a passphrase is one line of at most {LIMIT:,} bytes")
    try:
        return typed(line.decode())
    except UnicodeDecodeError:
        return line
