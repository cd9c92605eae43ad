"""The trust root: only the pinned root key says which keys to trust."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from isa_guard.errors import KeyRefused
from isa_guard.register import dsse
from isa_guard.register.faults import Damage, RegisterBroken, StorageFailed, Untrusted
from isa_guard.register.keys import Role
from isa_guard.register.trust import (
    PAYLOAD_TYPE,
    Grant,
    TrustRoot,
    claimed_origin,
    read_trust_root,
    remember,
    remembered,
    trusted_path,
    write_trust_root,
)
from isa_guard.register.verify import verify
from tests.register.making import ORIGIN, SIGNERS, decided, made_in, signer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.register.making import Made

ROOT = signer("root")
TRUST = TrustRoot(
    1,
    ORIGIN,
    1,
    ROOT.public_key,
    (
        Grant(Role.RECORD, SIGNERS.record.public_key, 0, 4),
        Grant(Role.RECORD, signer("next").public_key, 5, None),
        Grant(Role.LOG, SIGNERS.log.public_key, 0, None),
    ),
)
CONTENT = write_trust_root(TRUST, ROOT)


def test_what_was_written_is_read_back() -> None:
    assert read_trust_root(CONTENT, ROOT.key_id) == TRUST
    assert claimed_origin(CONTENT) == ORIGIN


def test_a_key_is_valid_for_its_own_range_of_records() -> None:
    assert TRUST.keys(Role.RECORD, 4) == (SIGNERS.record.public_key,)
    assert TRUST.keys(Role.RECORD, 5) == (signer("next").public_key,)
    assert TRUST.keys(Role.LOG, 99) == (SIGNERS.log.public_key,)


def test_records_beyond_a_keys_range_do_not_verify(filled: Made) -> None:
    narrowed = dataclasses.replace(
        filled.trust, grants=(Grant(Role.RECORD, SIGNERS.record.public_key, 0, 2), *filled.trust.grants[1:])
    )
    with pytest.raises(RegisterBroken) as caught:
        verify(filled.folder, narrowed)
    assert (caught.value.damage, caught.value.index) == (Damage.SIGNATURE, 3)


def test_a_register_that_vouches_for_itself_is_not_trusted(tmp_path: Path, made: Made) -> None:
    """All of a register exchanged for one that verifies in itself: the pinned fingerprint is not in it."""
    other = made_in(tmp_path / "other", ORIGIN)
    other.append(decided())
    (other.folder / "trust-root.json").write_bytes(
        write_trust_root(dataclasses.replace(made.trust, root=signer("thief").public_key), signer("thief"))
    )
    with pytest.raises(Untrusted, match="exchanged"):
        verify(other.folder, made.trust.fingerprint)


def test_a_trust_root_that_only_claims_the_pinned_key_does_not_verify() -> None:
    forged = write_trust_root(TRUST, signer("thief"))
    with pytest.raises(RegisterBroken, match="trust root"):
        read_trust_root(forged, ROOT.key_id)


CHANGES: list[Callable[[dict[str, object]], object]] = [
    lambda root: root.update(format="isa-guard/trust-root/2"),
    lambda root: root.update(more=1),
    lambda root: root.update(witnesses=[{}]),
    lambda root: root.update(revocations=[{"keyid": "x"}]),
    lambda root: root.update(threshold=2),
    lambda root: root.update(version=0),
    lambda root: root.update(epoch="1"),
    lambda root: root.update(origin="Not A Name"),
    lambda root: root.update(root={"keyid": ROOT.key_id}),
    lambda root: root.update(root={"keyid": "0" * 64, "spki": root["root"]["spki"]}),  # type: ignore[index]
    lambda root: root.update(root={"keyid": ROOT.key_id, "spki": "AAAA"}),
    lambda root: root.update(root={"keyid": ROOT.key_id, "spki": "no base64!"}),
    lambda root: root.update(keys={}),
    lambda root: root.update(keys=["x"]),
    lambda root: root["keys"][0].update(role="root"),  # type: ignore[index]
    lambda root: root["keys"][0].update(role=[]),  # type: ignore[index]
    lambda root: root["keys"][0].update(validFrom=-1),  # type: ignore[index]
    lambda root: root["keys"][1].update(validUntil=2),  # type: ignore[index]
    lambda root: root["keys"][0].update(more=1),  # type: ignore[index]
    lambda root: root["keys"][2].update(vkey="example.org+00000000+AA"),  # type: ignore[index]
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_signed_trust_root_that_says_more_or_less_is_refused(
    change: Callable[[dict[str, object]], object],
) -> None:
    found = json.loads(dsse.open_unverified(CONTENT).payload)
    change(found)
    content = dsse.sign(json.dumps(found, sort_keys=True, separators=(",", ":")).encode(), ROOT, PAYLOAD_TYPE)
    with pytest.raises(RegisterBroken) as caught:
        read_trust_root(content, ROOT.key_id)
    assert caught.value.damage is Damage.TRUST_ROOT
    with pytest.raises(RegisterBroken):
        claimed_origin(content)


def test_a_record_signed_by_the_root_key_is_no_trust_root() -> None:
    with pytest.raises(RegisterBroken, match="not of type"):
        read_trust_root(dsse.sign(dsse.open_unverified(CONTENT).payload, ROOT), ROOT.key_id)


def test_the_fingerprint_is_remembered_beside_the_keys(tmp_path: Path) -> None:
    remember(tmp_path, TRUST)
    assert remembered(tmp_path, ORIGIN) == ROOT.key_id
    assert trusted_path(tmp_path, ORIGIN).stat().st_mode & 0o7777 == 0o600
    with pytest.raises(KeyRefused, match="trusted already"):
        remember(tmp_path, TRUST)
    with pytest.raises(Untrusted, match="--trust FINGERPRINT"):
        remembered(tmp_path, "example.org/other")
    trusted_path(tmp_path, "example.org/other").write_bytes(trusted_path(tmp_path, ORIGIN).read_bytes())
    trusted_path(tmp_path, "example.org/other").chmod(0o600)
    with pytest.raises(KeyRefused, match="not about"):
        remembered(tmp_path, "example.org/other")
    trusted_path(tmp_path, ORIGIN).write_bytes(b"nothing")
    with pytest.raises(KeyRefused, match="cannot be read"):
        remembered(tmp_path, ORIGIN)
    with pytest.raises(StorageFailed):
        remember(tmp_path / "no" / "folder", TRUST)
