"""One bit flipped in each kind of file: what is wrong is told in its own words, at its own place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.errors import EvidenceError, IsaGuardError
from isa_guard.register.faults import (
    ArchiveBroken,
    Damage,
    ProofInvalid,
    RegisterBroken,
    RegisterUnreadable,
    ReplayContradicts,
)
from isa_guard.register.heads import refuse_contradiction
from isa_guard.register.published.publish import publish
from isa_guard.register.published.tiles import TileFolder
from isa_guard.register.published.tlog_proof import proof_of, proven, write_proof
from isa_guard.register.register import commitment_key
from isa_guard.register.replay import replay_all
from isa_guard.register.stores.directory import Directory
from isa_guard.register.stores.journal import HEADER
from isa_guard.register.trust_roots.trusted import seen, tip
from isa_guard.register.verify import verify
from tests.register.everything import FIRST_ROOT, Growing, example
from tests.register.published.test_tiles import ENTRIES, Memory

SEGMENT = "register/journal/000000000000.seg"


def flip(path: Path, at: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1 << bit
    path.write_bytes(content)


def frame(made: Growing, index: int) -> int:
    """The byte of the journal at which the frame of a record begins."""
    content = (made.folder / "journal/000000000000.seg").read_bytes()
    at = 0
    for _ in range(index):
        at += HEADER + int.from_bytes(content[at : at + 4], "big")
    return at


def verified(made: Growing) -> object:
    return verify(made.store, FIRST_ROOT.key_id)


def read_published(made: Growing) -> object:
    return verify(TileFolder(made.folder.parent / "published"), FIRST_ROOT.key_id)


def replayed(made: Growing) -> object:
    return list(replay_all(made.store, made.trust))


def held_to_the_tip(made: Growing) -> object:
    kept = tip(made.folder.parent / "keys", made.trust.origin)
    assert kept is not None
    refuse_contradiction(made.store, made.trust, kept, made.store.checkpoint())
    return kept


@dataclass(frozen=True)
class Bit:
    """A bit of a file, who comes upon it, and what is told."""

    file: str
    at: Callable[[Growing, bytes], int]
    found_by: Callable[[Growing], object]
    error: type[IsaGuardError]
    what: str
    damage: Damage | None = None
    index: int | None = None


def place(number: int) -> Callable[[Growing, bytes], int]:
    return lambda _made, content: number if number >= 0 else len(content) + number


def within(pattern: bytes, after: int = 0) -> Callable[[Growing, bytes], int]:
    def found(_: Growing, content: bytes) -> int:
        match = re.search(pattern, content, re.DOTALL)
        assert match is not None
        return match.end() + after

    return found


def letter(pattern: bytes, after: int) -> Callable[[Growing, bytes], int]:
    """The first letter or digit from there on that stays one when its lowest bit is flipped."""

    def found(made: Growing, content: bytes) -> int:
        at = within(pattern, after)(made, content)
        while not (chr(content[at]).isalnum() and chr(content[at] ^ 1).isalnum()):
            at += 1
        return at

    return found


BITS = {
    "a frame's length, made longer": Bit(
        SEGMENT, lambda made, _: frame(made, 3) + 1, verified, RegisterBroken,
        r"record 3: the journal's frame is malformed: (its frame claims|[0-9,]+ of its bytes are missing)",
        Damage.FRAME, 3,
    ),
    "a frame's length, by a little": Bit(
        SEGMENT, lambda made, _: frame(made, 3) + 3, verified, RegisterBroken,
        "record 3: the stored bytes are not those that were written", Damage.CONTENT, 3,
    ),
    "a frame's digest": Bit(
        SEGMENT, lambda made, _: frame(made, 3) + 4, verified, RegisterBroken,
        "record 3: the stored bytes are not those that were written", Damage.CONTENT, 3,
    ),
    "an envelope": Bit(
        SEGMENT, lambda made, _: frame(made, 3) + HEADER + 99, verified, RegisterBroken,
        "record 3: the stored bytes are not those that were written", Damage.CONTENT, 3,
    ),
    "the checkpoint's name": Bit(
        "register/checkpoint", place(1), verified, RegisterBroken,
        "the checkpoint does not verify: the note's signature is not one over its text", Damage.CHECKPOINT,
    ),
    "the checkpoint's size": Bit(
        "register/checkpoint", within(rb"\n1"), verified, RegisterBroken,
        "the checkpoint does not verify: the note's signature is not one over its text", Damage.CHECKPOINT,
    ),
    "the checkpoint's root": Bit(
        "register/checkpoint", within(rb"\n15\n"), verified, RegisterBroken,
        "the checkpoint does not verify: the note's signature is not one over its text", Damage.CHECKPOINT,
    ),
    "the key that the checkpoint's line names": Bit(
        "register/checkpoint", letter(rb"\xe2\x80\x94 \S+ ", 0), verified, RegisterBroken,
        "the checkpoint does not verify: the note is signed by a key that is not trusted here", Damage.CHECKPOINT,
    ),
    "the checkpoint's signature": Bit(
        "register/checkpoint", letter(rb"\xe2\x80\x94 \S+ ", 20), verified, RegisterBroken,
        "the checkpoint does not verify: the note's signature is not one over its text", Damage.CHECKPOINT,
    ),
    "the checkpoint's second signature": Bit(
        "register/checkpoint", letter(rb"\xe2\x80\x94 \S+ \S+\n\xe2\x80\x94 \S+ ", 400), verified, RegisterBroken,
        "the checkpoint does not verify: the checkpoint's ML-DSA-44 signature is not one", Damage.CHECKPOINT,
    ),
    **{
        f"version {version} of the trust root": Bit(
            f"register/trust-root{'' if version == 1 else f'.{version}'}.json", within(rb'"payload":"', 80),
            verified, RegisterBroken,
            f"the trust root does not verify: version {version}: ", Damage.TRUST_ROOT,
        )
        for version in range(1, 7)
    },
    "a signature of the trust root": Bit(
        "register/trust-root.3.json", within(rb'"sig":"', 5), verified, RegisterBroken,
        "the trust root does not verify: version 3: a signature is not one over this payload", Damage.TRUST_ROOT,
    ),
    "a kept checkpoint": Bit(
        "register/checkpoints/*", within(rb"\n5\n", 3), verified, RegisterBroken,
        "a kept checkpoint does not verify: the note's signature is not one over its text", Damage.KEPT,
    ),
    "a kept checkpoint's cosignature": Bit(
        "register/checkpoints/*", letter(rb"example.org/partner ", 40), verified, RegisterBroken,
        "a kept checkpoint does not verify: a witness's cosignature is not one over this checkpoint", Damage.KEPT,
    ),
    "the witness that a kept checkpoint names": Bit(
        "register/checkpoints/*", letter(rb"example.org/partner ", 0), verified, RegisterBroken,
        "record 5: a kept checkpoint does not verify: the head of 5 records that witnesses cosigned is not kept as it was",
        Damage.KEPT, 5,
    ),
    "an attachment": Bit(
        "register/attachments/sha256/*/*", place(50), verified, RegisterBroken,
        "record 7: an attachment is missing or altered: what is kept as .* was altered", Damage.ATTACHMENT, 7,
    ),
    "an archived file": Bit(
        "register/archive/sha256/*/*", place(10), replayed, ArchiveBroken,
        "record 0: what is kept as [0-9a-f]{12} was altered: it no longer has its digest",
    ),
    "the manifest of an agreement": Bit(
        "register/archive/agreements/*", within(rb'"digest":"', 3), replayed, ArchiveBroken,
        "record 0: (the archived file .* is missing|the archived agreements .* cannot be read)",
    ),
    "the name of a file in a manifest": Bit(
        "register/archive/rules/*", within(rb'"name":"', 1), replayed, ArchiveBroken,
        "record 0: the archived rules .* are not those that were used: the manifest was altered",
    ),
    "a case": Bit(
        "register/cases/000000000000.seg", place(HEADER + 30), replayed, ArchiveBroken,
        "record 0: the kept fact [0-9a-f]{12} was altered: it no longer has its digest",
    ),
    "the digest of a case": Bit(
        "register/cases/000000000000.seg", place(9), replayed, ArchiveBroken,
        "record 0: the case is missing, and no record says that it was erased",
    ),
    "a published tile of leaves": Bit(
        "published/tile/0/000.p/15", place(70), read_published, RegisterBroken,
        r"a published tile is missing or altered: .*tile/0/000.p/15", Damage.TILE, 2,
    ),
    "a published bundle": Bit(
        "published/tile/entries/000.p/15", place(900), read_published, RegisterBroken,
        r"record 0: a published tile is missing or altered: .*tile/0/000.p/15 has not the hash of this entry",
        Damage.TILE, 0,
    ),
    "a published checkpoint": Bit(
        "published/checkpoint", within(rb"\n15\n"), read_published, RegisterBroken,
        "the checkpoint does not verify", Damage.CHECKPOINT,
    ),
    "a published attachment": Bit(
        "published/attachments/sha256/*/*", place(3), read_published, RegisterBroken,
        "record 7: an attachment is missing or altered", Damage.ATTACHMENT, 7,
    ),
    "the remembered tip": Bit(
        "keys/trusted/*.checkpoint", within(rb"\n15\n"), held_to_the_tip, RegisterBroken,
        "a kept checkpoint does not verify", Damage.KEPT,
    ),
    "the trusted root": Bit(
        "keys/trusted/*.json", within(rb'"digest":"', 4),
        lambda made: seen(made.folder.parent / "keys", made.trust), IsaGuardError,
        r"version 6 of the trust root of .* is not the one that was seen|cannot be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BITS)
def test_it_is_told_in_its_own_words(everything: Growing, name: str) -> None:
    bit = BITS[name]
    path = min(path for path in everything.folder.parent.glob(bit.file) if path.is_file() or path.is_dir())
    if path.is_dir():
        path = next(path.iterdir())
    if name == "an archived file":
        for one in everything.folder.glob("archive/sha256/*/*"):
            flip(one, 10)
    elif name.startswith(("the manifest", "the name")):
        for one in everything.folder.parent.glob(bit.file):
            flip(one, bit.at(everything, one.read_bytes()))
    else:
        flip(path, bit.at(everything, path.read_bytes()))
    with pytest.raises(bit.error, match=bit.what) as caught:
        bit.found_by(everything)
    if isinstance(caught.value, RegisterBroken):
        assert (caught.value.damage, caught.value.index) == (bit.damage, bit.index)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize(
    ("file", "index"),
    [
        ("0/000", 2),
        ("0/001", 258),
        ("0/002.p/88", 514),
        ("1/000.p/2", 256),
        ("entries/001", 256),
        ("entries/002.p/88", 512),
    ],
)
def test_a_published_tile_of_any_level_is_told(tmp_path: Path, file: str, index: int) -> None:
    folder = tmp_path / "published"
    publish(Memory(600), folder)
    assert list(TileFolder(folder).entries()) == ENTRIES
    flip(folder / "tile" / file, {"0": 70, "1": 33, "e": 900}[file[0]])
    with pytest.raises(RegisterBroken, match="a published tile is missing or altered") as caught:
        list(TileFolder(folder).entries())
    assert (caught.value.damage, caught.value.index) == (Damage.TILE, index)


# What has no signature over it


def test_another_key_of_commitments_is_told_by_its_length_or_makes_a_replay_differ(
    everything: Growing,
) -> None:
    path = everything.folder / "commitments.key"
    flip(path, 5)
    with pytest.raises(ReplayContradicts, match="record 0: the same engine now gives another reference"):
        replayed(everything)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RegisterUnreadable, match="not the key the register was made with"):
        commitment_key(everything.store)


def test_the_list_of_backups_is_a_list_and_proves_nothing(everything: Growing) -> None:
    path = everything.folder / "backups.txt"
    flip(path, 3)
    assert everything.store.backups() == ("/elrewhere/backup.tar",)
    verified(everything)


def test_the_index_is_put_aside_and_proves_nothing(everything: Growing) -> None:
    flip(everything.folder / "index.sqlite", 20)
    verified(everything)
    assert everything.append(example("onward-sharing/transfer.yaml"))[0].index == 15


def test_a_bit_of_a_proof_is_told(everything: Growing) -> None:
    store = everything.store
    envelope = next(store.entries(3))
    (cosigned,) = store.kept_checkpoints()
    good = write_proof(proof_of(store, cosigned, 3))
    assert proven(envelope, good, everything.trust).index == 3
    for at in range(0, len(good), 7):
        changed = bytearray(good)
        changed[at] ^= 1
        with pytest.raises(ProofInvalid):
            proven(envelope, bytes(changed), everything.trust)
    with pytest.raises(ProofInvalid, match="does not lead from this record to the root that was signed"):
        proven(next(store.entries(2)), good, everything.trust)


SIGNED = ("journal/*", "checkpoint", "checkpoints/*", "trust-root*.json", "attachments/sha256/*/*")


def test_no_flipped_bit_of_what_is_evidence_goes_unnoticed(
    everything_original: Growing, tmp_path: Path
) -> None:
    folder = shutil.copytree(everything_original.folder, tmp_path / "register")
    files = [path for pattern in SIGNED for path in sorted(folder.glob(pattern))]
    good = {path: path.read_bytes() for path in files}

    @settings(max_examples=200)
    @given(st.data())
    def never(data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(files))
        flip(path, data.draw(st.integers(0, len(good[path]) - 1)), data.draw(st.integers(0, 7)))
        with pytest.raises(EvidenceError):
            verify(Directory(folder), FIRST_ROOT.key_id)
        path.write_bytes(good[path])

    never()
