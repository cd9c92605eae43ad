"""Whoever moves, cuts, replaces, signs anew or writes otherwise is told so: each forgery in its own words.

`rewrite` is what an insider with the log key can do: any records, and a checkpoint over them.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from isa_guard.register.faults import (
    Damage,
    HeadsContradict,
    ProofInvalid,
    RegisterBroken,
    Untrusted,
)
from isa_guard.register.heads import quorum_at
from isa_guard.register.published.publish import publish
from isa_guard.register.published.tiles import TileFolder
from isa_guard.register.published.tlog_proof import proof_of, proven, read_proof, write_proof
from isa_guard.register.records import dsse
from isa_guard.register.records.event import KeyAction, KeyEvent
from isa_guard.register.register import trust_root_of
from isa_guard.register.signing.keys import Role
from isa_guard.register.stores.journal import framed
from isa_guard.register.tree.checkpoint import Checkpoint, read_checkpoint, sign_checkpoint
from isa_guard.register.tree.cosignature import cosign
from isa_guard.register.tree.note import read_lines, with_lines
from isa_guard.register.trust_roots import trust_file
from isa_guard.register.trust_roots.rotation import revoked, rotated, signed_version, witnessed
from isa_guard.register.trust_roots.trust import (
    PAYLOAD_TYPE,
    Reason,
    TrustRoot,
    Witness,
    read_trust_roots,
    write_trust_root,
)
from isa_guard.register.verify import verify
from tests.register.everything import FIRST_ROOT, PARTNER, SIZE, Growing
from tests.register.making import ORIGIN, SIGNERS, Made, decided, made_in, signer
from tests.register.test_verify import envelopes, resigned, rewrite

ROOT = signer("root")


def told(
    made: Made, damage: Damage, index: int | None, what: str, against: tuple[bytes, ...] = ()
) -> RegisterBroken:
    with pytest.raises(RegisterBroken, match=what) as caught:
        verify(made.store, ROOT.key_id, against)
    assert (caught.value.damage, caught.value.index) == (damage, index)
    assert caught.value.exit_code == 5
    return caught.value


def journal(made: Made, found: list[bytes]) -> None:
    """What anybody who can write to the folder can do: other records, and the checkpoint as it was."""
    (made.folder / "journal/000000000000.seg").write_bytes(b"".join(map(framed, found)))


def genuine(made: Made, size: int) -> bytes:
    """The checkpoint that the log signed when it had so many records."""
    from isa_guard.register.tree.merkle import Frontier, leaf_hash

    tree = Frontier()
    for envelope in envelopes(made)[:size]:
        tree.add(leaf_hash(envelope))
    return sign_checkpoint(Checkpoint(made.trust.origin, size, tree.root()), made.signers.log)


# Records moved about by one who has no key


@pytest.mark.parametrize(
    ("order", "damage", "index", "what"),
    [
        (
            [0, 2, 1, 3, 4],
            Damage.POSITION,
            1,
            "record 1: the record is not of this place: it says it is record 2",
        ),
        (
            [0, 1, 3, 4],
            Damage.POSITION,
            2,
            "record 2: the record is not of this place: it says it is record 3",
        ),
        ([0, 1, 2, 2, 3, 4], Damage.POSITION, 3, "it says it is record 2"),
        (
            [0, 1, 2],
            Damage.MISSING,
            3,
            "record 3: records .* are missing: the checkpoint covers 5, the journal holds 3",
        ),
        ([], Damage.MISSING, 0, "the checkpoint covers 5, the journal holds 0"),
    ],
)
def test_records_swapped_deleted_doubled_or_cut(
    filled: Made, order: list[int], damage: Damage, index: int, what: str
) -> None:
    found = envelopes(filled)
    journal(filled, [found[at] for at in order])
    told(filled, damage, index, what)


def test_a_tile_replaced_by_one_of_another_register(everything: Growing, tmp_path: Path) -> None:
    folder = everything.folder.parent / "published"
    other = made_in(tmp_path / "other", ORIGIN)
    other.append(*[decided()] * SIZE)
    publish(other.store, tmp_path / "other-tiles")
    for name in ("tile/0/000.p/15", "tile/entries/000.p/15"):
        whole = (folder / name).read_bytes()
        shutil.copyfile(tmp_path / "other-tiles" / name, folder / name)
        with pytest.raises(RegisterBroken, match="a published tile is missing or altered") as caught:
            verify(TileFolder(folder), FIRST_ROOT.key_id)
        assert (caught.value.damage, caught.value.index) == (Damage.TILE, 0)
        (folder / name).write_bytes(whole)
    for name in ("tile/0/000.p/15", "tile/entries/000.p/15"):
        shutil.copyfile(tmp_path / "other-tiles" / name, folder / name)
    with pytest.raises(
        RegisterBroken, match=r"record 0: the (signature does not verify|record is not of this place)"
    ):
        verify(TileFolder(folder), FIRST_ROOT.key_id)


def test_an_older_genuine_checkpoint_put_back(filled: Made) -> None:
    kept, newest = genuine(filled, 5), filled.store.checkpoint()
    assert kept == newest
    (filled.folder / "checkpoint").write_bytes(genuine(filled, 3))
    assert (verify(filled.store, ROOT.key_id).size, verify(filled.store, ROOT.key_id).beyond) == (3, 2)
    error = told(filled, Damage.ROLLBACK, None, "it had 5 records when that was signed, and shows 3", (kept,))
    assert isinstance(error, HeadsContradict)
    assert (error.kept, error.found) == (kept, genuine(filled, 3))


def test_an_older_genuine_checkpoint_put_back_beside_a_head_that_was_kept(everything: Growing) -> None:
    (cosigned,) = everything.store.kept_checkpoints()
    (everything.folder / "checkpoint").write_bytes(genuine_of(everything, 4))
    error = told(everything, Damage.ROLLBACK, None, "it had 5 records when that was signed, and shows 4")
    assert isinstance(error, HeadsContradict)
    assert error.kept == cosigned


def genuine_of(made: Growing, size: int) -> bytes:
    from isa_guard.register.tree.checkpoint import add_ml_dsa
    from tests.register.everything import FIRST

    assert FIRST.log_ml_dsa is not None
    first = dataclasses.replace(made, signers=FIRST)
    return add_ml_dsa(genuine(first, size), FIRST.log_ml_dsa)


# Signed by somebody else, or for something else


def test_a_record_signed_anew_with_another_key(filled: Made) -> None:
    found = envelopes(filled)
    for strange in (signer("stranger"), SIGNERS.log, ROOT):
        changed = dsse.sign(dsse.open_unverified(found[2]).payload, strange)
        rewrite(filled, [*found[:2], changed, *found[3:]])
        told(filled, Damage.SIGNATURE, 2, "record 2: .*it is signed by a key that is not trusted here")


def test_a_record_whose_keyid_names_another_key(filled: Made) -> None:
    found = envelopes(filled)
    for named, what in (
        (SIGNERS.log.key_id, "it is signed by a key that is not trusted here"),
        (signer("stranger").key_id, "it is signed by a key that is not trusted here"),
    ):
        changed = found[2].replace(SIGNERS.record.key_id.encode(), named.encode())
        rewrite(filled, [*found[:2], changed, *found[3:]])
        told(filled, Damage.SIGNATURE, 2, what)
    strange = dsse.sign(dsse.open_unverified(found[2]).payload, signer("stranger"))
    named_right = strange.replace(signer("stranger").key_id.encode(), SIGNERS.record.key_id.encode())
    rewrite(filled, [*found[:2], named_right, *found[3:]])
    told(filled, Damage.SIGNATURE, 2, "record 2: .*the signature is not one over this payload")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"origin": f"{ORIGIN}/other"}, f"record 1: .*it says it is record 1 of {ORIGIN}/other, epoch 1"),
        ({"epoch": 2}, f"record 1: .*it says it is record 1 of {ORIGIN}, epoch 2"),
        ({"index": 7}, f"record 1: .*it says it is record 7 of {ORIGIN}, epoch 1"),
    ],
)
def test_a_record_signed_for_another_register_epoch_or_place(
    filled: Made, change: dict[str, Any], what: str
) -> None:
    found = envelopes(filled)
    rewrite(filled, [found[0], resigned(found[1], lambda of: of["standing"].update(change)), *found[2:]])
    told(filled, Damage.POSITION, 1, what)


def test_a_checkpoint_signed_anew_or_of_another_register(filled: Made) -> None:
    found = read_checkpoint(filled.store.checkpoint(), ORIGIN, [SIGNERS.log.public_key])
    other = Checkpoint(f"{ORIGIN}/other", found.size, found.root)
    for note, what in (
        (sign_checkpoint(found, signer("stranger")), "signed by a key that is not trusted here"),
        (sign_checkpoint(found, SIGNERS.record), "signed by a key that is not trusted here"),
        (sign_checkpoint(found, signer("stranger"), SIGNERS.log), "signed by a key that is not trusted here"),
        (sign_checkpoint(other, SIGNERS.log), "the note is signed under another name"),
    ):
        (filled.folder / "checkpoint").write_bytes(note)
        told(filled, Damage.CHECKPOINT, None, f"the checkpoint does not verify: .*{what}")


def test_a_checkpoint_of_another_register_under_our_name(filled: Made) -> None:
    """Its line bears our name and our key; its text says another origin."""
    from isa_guard.register.tree.note import sign_note

    text = filled.store.checkpoint().decode().split("\n\n")[0].replace(ORIGIN, "example.org/other", 1)
    (filled.folder / "checkpoint").write_bytes(sign_note(f"{text}\n", ORIGIN, SIGNERS.log))
    told(filled, Damage.CHECKPOINT, None, "the checkpoint is of another register")


def test_an_older_version_of_the_keys_of_a_register_of_somebody_else(filled: Made, tmp_path: Path) -> None:
    strange = trust_file.read(dsse.open_joint(filled.store.trust_roots()[0], PAYLOAD_TYPE).payload)
    strange = dataclasses.replace(strange, root=signer("stranger").public_key)
    (filled.folder / "trust-root.json").write_bytes(write_trust_root(strange, signer("stranger")))
    with pytest.raises(Untrusted, match="somebody may have exchanged the register"):
        verify(filled.store, ROOT.key_id)


# Written otherwise than in the one form


def fields(envelope: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(envelope)
    return found


def compact(found: object) -> bytes:
    return json.dumps(found, sort_keys=True, separators=(",", ":")).encode()


def with_sig(envelope: bytes, change: Callable[[str], str]) -> bytes:
    found = fields(envelope)
    (one,) = found["signatures"]
    return compact({**found, "signatures": [{**one, "sig": change(one["sig"])}]})


def next_letter(text: str) -> str:
    """The same bytes once decoded, with other trailing bits."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    assert text.endswith("==")
    other = text[:-3] + letters[letters.index(text[-3]) + 1] + "=="
    assert base64.b64decode(other) == base64.b64decode(text)
    return other


def url_safe(text: str) -> str:
    other = base64.urlsafe_b64encode(base64.b64decode(text)).decode()
    return other if other != text else f"-{text[1:]}"


OTHER_FORMS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a field more": (
        lambda one: compact({**fields(one), "note": "x"}),
        "the envelope has 1 fields that are not known",
    ),
    "a field fewer": (
        lambda one: compact({"payload": "", "signatures": []}),
        "the envelope lacks payloadType",
    ),
    "a field more of the signature": (
        lambda one: compact({**fields(one), "signatures": [{**fields(one)["signatures"][0], "cert": "x"}]}),
        "the signature has 1 fields that are not known",
    ),
    "a name twice": (
        lambda one: one.replace(b'{"payload":', b'{"payload":"","payload":'),
        "the envelope is malformed: .*twice",
    ),
    "spaces": (lambda one: json.dumps(fields(one), sort_keys=True).encode(), "not in its one form"),
    "a final newline": (lambda one: one + b"\n", "not in its one form"),
    "names in another order": (
        lambda one: json.dumps(dict(reversed(fields(one).items())), separators=(",", ":")).encode(),
        "not in its one form",
    ),
    "another payload type": (
        lambda one: one.replace(b"vnd.in-toto+json", b"vnd.in-toto2+json"),
        "the payload is not of type application/vnd.in-toto",
    ),
    "two signatures": (
        lambda one: compact({**fields(one), "signatures": fields(one)["signatures"] * 2}),
        "does not carry exactly one signature",
    ),
    "no signature": (
        lambda one: compact({**fields(one), "signatures": []}),
        "does not carry exactly one signature",
    ),
    "base64 for addresses": (
        lambda one: with_sig(one, url_safe),
        "the signature is not standard base64 with padding",
    ),
    "base64 without padding": (
        lambda one: with_sig(one, lambda sig: sig.rstrip("=")),
        "the signature is not standard base64 with padding",
    ),
    "base64 with other trailing bits": (
        lambda one: with_sig(one, next_letter),
        "the signature is not in the one form of its base64",
    ),
    "base64 with a space": (
        lambda one: with_sig(one, lambda sig: f"{sig[:8]} {sig[8:]}"),
        "the signature is not standard base64 with padding",
    ),
    "base64 with a newline": (
        lambda one: with_sig(one, lambda sig: f"{sig[:8]}\n{sig[8:]}"),
        "the envelope is malformed: a control character in text",
    ),
    "a key id in capitals": (
        lambda one: one.replace(SIGNERS.record.key_id.encode(), SIGNERS.record.key_id.upper().encode()),
        "the key id is not a SHA-256 in small hexadecimal digits",
    ),
    "a shorter signature": (
        lambda one: with_sig(one, lambda sig: base64.b64encode(base64.b64decode(sig)[:-1]).decode()),
        "an Ed25519 signature has 64 bytes, this has 63",
    ),
}


@pytest.mark.parametrize("name", OTHER_FORMS)
def test_an_envelope_in_another_form(filled: Made, name: str) -> None:
    """The log has signed it: only the reader's strictness tells."""
    change, what = OTHER_FORMS[name]
    found = envelopes(filled)
    changed = change(found[2])
    assert changed != found[2]
    rewrite(filled, [*found[:2], changed, *found[3:]])
    told(filled, Damage.SIGNATURE, 2, f"record 2: the signature does not verify: .*{what}")


@pytest.mark.parametrize("where", ["standing", "decision", "context", ""])
def test_a_name_twice_in_what_was_signed(filled: Made, where: str) -> None:
    found = envelopes(filled)
    payload = dsse.open_unverified(found[2]).payload
    name = f'"{where}":{{'.encode() if where else b"{"
    doubled = payload.replace(name, name + b'"x":1,"x":1,', 1)
    rewrite(filled, [*found[:2], dsse.sign(doubled, SIGNERS.record), *found[3:]])
    told(filled, Damage.STATEMENT, 2, "record 2: the record is malformed: .*twice")


# One key is one


def test_one_key_does_not_count_twice_towards_a_threshold_of_root_keys() -> None:
    three = sorted((signer(f"root {one}") for one in "abc"), key=lambda one: one.key_id)
    first = TrustRoot(
        1, ORIGIN, 1, three[0].public_key, (), tuple(one.public_key for one in three[1:]), threshold=2
    )
    good = write_trust_root(first, three[0], three[2])
    assert read_trust_roots((good,), first.fingerprint).threshold == 2
    with pytest.raises(RegisterBroken, match="1 of the root keys of version 1 have signed it; 2 must"):
        read_trust_roots((write_trust_root(first, three[0], three[0]),), first.fingerprint)
    found = fields(write_trust_root(first, three[0]))
    twice = compact({**found, "signatures": found["signatures"] * 2})
    with pytest.raises(RegisterBroken, match="not each by another key") as caught:
        read_trust_roots((twice,), first.fingerprint)
    assert caught.value.damage is Damage.TRUST_ROOT


def test_one_key_does_not_count_twice_towards_a_quorum(everything: Growing) -> None:
    partner = signer("partner")
    trust = dataclasses.replace(everything.trust, quorum=2)
    (note,) = everything.store.kept_checkpoints()
    checkpoint = read_checkpoint(note, trust.origin, trust.ever(Role.LOG))
    later = with_lines(note, read_lines(cosign(checkpoint, PARTNER, partner, 1_795_435_300).decode()))
    renamed = with_lines(
        later, read_lines(cosign(checkpoint, "example.org/x", partner, 1_795_435_300).decode())
    )
    for one in (note, later, renamed):
        assert quorum_at(one, everything.trust, 5) is not None
        assert quorum_at(one, trust, 5) is None
        envelope = next(everything.store.entries(3))
        proof = write_proof(proof_of(everything.store, one, 3))
        assert proven(envelope, proof, everything.trust).index == 3
        with pytest.raises(
            ProofInvalid, match="1 witness has cosigned the checkpoint; the trust root asks for 2"
        ):
            proven(envelope, proof, trust)
    doubled = dataclasses.replace(
        trust, witnesses=(*trust.witnesses, Witness("example.org/x", partner.public_key)), quorum=2
    )
    with pytest.raises(RegisterBroken, match="a key of it stands in two places"):
        read_trust_roots(
            (write_trust_root(dataclasses.replace(doubled, version=1, previous=None), FIRST_ROOT),), "x"
        )


# Keys beyond their range


def following(made: Made, trust: TrustRoot) -> None:
    """Keep the next version of the trust root, without a record of it."""
    contents = made.store.trust_roots()
    made.store.keep_trust_root(trust.version, signed_version(contents, ROOT.key_id, trust, ROOT))
    made.trust = trust_root_of(made.store, ROOT.key_id)


def cosigned_at(made: Made, size: int, time: datetime) -> bytes:
    note = genuine(made, size)
    checkpoint = read_checkpoint(note, ORIGIN, [SIGNERS.log.public_key])
    return with_lines(
        note, read_lines(cosign(checkpoint, PARTNER, signer("partner"), int(time.timestamp())).decode())
    )


def test_a_record_of_a_revoked_key_beyond_what_is_trusted_of_it(filled: Made) -> None:
    trust = trust_root_of(filled.store, ROOT.key_id)
    following(filled, revoked(trust, SIGNERS.record.key_id, Reason.KEY_COMPROMISE, 2))
    told(filled, Damage.SIGNATURE, 3, "record 3: .*it is signed by a key that is not trusted here")


@pytest.mark.parametrize(
    ("cosigned", "seconds", "first_refused"), [(5, -1, None), (4, -1, 4), (5, 0, 3), (5, 1, 3), (2, -1, 3)]
)
def test_what_a_quorum_saw_before_the_key_was_stolen_is_still_trusted(
    filled: Made, cosigned: int, seconds: int, first_refused: int | None
) -> None:
    stolen = datetime(2026, 12, 1, tzinfo=UTC)
    following(
        filled, witnessed(trust_root_of(filled.store, ROOT.key_id), PARTNER, signer("partner").public_key)
    )
    head = cosigned_at(filled, cosigned, stolen + timedelta(seconds=seconds))
    following(filled, revoked(filled.trust, SIGNERS.record.key_id, Reason.KEY_COMPROMISE, 2, stolen))
    if first_refused is None:
        assert verify(filled.store, ROOT.key_id, [head]).size == 5
    else:
        told(filled, Damage.SIGNATURE, first_refused, "not trusted here", (head,))
    told(filled, Damage.SIGNATURE, 3, "not trusted here")


def test_records_by_the_old_key_after_a_rotation_and_by_the_new_one_before_it(filled: Made) -> None:
    trust = trust_root_of(filled.store, ROOT.key_id)
    following(filled, rotated(trust, Role.RECORD, signer("next").public_key, 2))
    told(filled, Damage.SIGNATURE, 3, "record 3: .*it is signed by a key that is not trusted here")
    found = envelopes_of(filled)
    early = [dsse.sign(dsse.open_unverified(one).payload, signer("next")) for one in found]
    rewrite(filled, [found[0], early[1], *found[2:]])
    told(filled, Damage.SIGNATURE, 1, "record 1: .*it is signed by a key that is not trusted here")


def envelopes_of(made: Made) -> list[bytes]:
    return list(made.store.entries())


def test_a_version_of_the_trust_root_dropped_while_a_record_names_it(everything: Growing) -> None:
    (everything.folder / "trust-root.6.json").unlink()
    told(
        everything, Damage.TRUST_ROOT, 12,
        "record 12: the trust root does not verify: record 12 says that there is a version 6; this is 5",
    )  # fmt: skip
    (everything.folder / "trust-root.5.json").unlink()
    told(everything, Damage.TRUST_ROOT, 11, "record 11 says that there is a version 5; this is 4")


def test_a_version_of_the_trust_root_left_out_in_the_middle(everything: Growing) -> None:
    for version in (4, 5, 6):
        later = everything.folder / f"trust-root.{version}.json"
        later.rename(everything.folder / f"trust-root.{version - 1}.json")
    told(everything, Damage.TRUST_ROOT, None, "version 3: it does not follow version 2")


def test_a_version_of_the_trust_root_that_no_record_names_is_another_than_the_one_told(
    everything: Growing,
) -> None:
    """The root key signs two versions of one number: the record says by its digest which it was."""
    contents = everything.store.trust_roots()
    before = read_trust_roots(contents[:5], FIRST_ROOT.key_id)
    other = revoked(before, signer("second record").key_id, Reason.CESSATION, 50)
    content = signed_version(contents[:5], FIRST_ROOT.key_id, other, everything.root)
    (everything.folder / "trust-root.6.json").write_bytes(content)
    told(everything, Damage.TRUST_ROOT, 12, "record 12: .*version 6 is not the one that record 12 tells of")


# A proof that travels


def test_a_proof_of_another_record_register_or_tree_proves_nothing(
    everything: Growing, tmp_path: Path
) -> None:
    store, trust = everything.store, everything.trust
    (head,) = store.kept_checkpoints()
    found = list(store.entries())
    proof = read_proof(write_proof(proof_of(store, head, 2)))
    other = made_in(tmp_path / "other", ORIGIN)
    other.append(*[decided()] * 5)
    for envelope, forged, what in (
        (found[3], proof, "does not lead from this record"),
        (found[2], dataclasses.replace(proof, index=3), "does not lead from this record"),
        (found[2], dataclasses.replace(proof, path=proof.path[:-1]), "another number of hashes"),
        (found[2], dataclasses.replace(proof, path=(*proof.path, bytes(32))), "another number of hashes"),
        (
            found[2],
            dataclasses.replace(proof, checkpoint=other.store.checkpoint()),
            "signed under another name",
        ),
        (found[2], dataclasses.replace(proof, checkpoint=store.checkpoint()), "no witness has cosigned"),
        (next(other.store.entries()), proof, "does not lead from this record"),
    ):
        with pytest.raises(ProofInvalid, match=what):
            proven(envelope, write_proof(forged), trust)


def test_an_event_names_the_digest_of_the_version_that_it_tells_of(everything: Growing) -> None:
    from isa_guard.register.verify import record_at

    event = record_at(everything.store, everything.trust, 12).record.event  # type: ignore[union-attr]
    assert isinstance(event, KeyEvent)
    assert event.action is KeyAction.REVOKED
    assert event.trust_digest == hashlib.sha256(everything.store.trust_roots()[5]).hexdigest()
