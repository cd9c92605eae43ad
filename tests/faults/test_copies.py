"""A register copied to a second host, and both go on with the same keys: two stories, and whoever holds a head tells.

Each of the two verifies by itself. The two checkpoints together prove it, to anybody who has the log's key.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from isa_guard.register.faults import Damage, Forked, HeadsContradict
from isa_guard.register.heads import refuse_contradiction
from isa_guard.register.published.publish import publish
from isa_guard.register.signing.keys import Role
from isa_guard.register.tree.checkpoint import read_checkpoint
from isa_guard.register.trust_roots.trusted import remember_tip, tip
from isa_guard.register.verify import verify
from isa_guard.register.witnessing.witness import Witness, request
from isa_guard.register.witnessing.witness_state import WitnessFolder
from tests.register.making import Made, decided, signer

if TYPE_CHECKING:
    from isa_guard.register.tree.checkpoint import Checkpoint

NOW = 1_795_435_200


@pytest.fixture
def copies(filled: Made, tmp_path: Path) -> tuple[Made, Made]:
    """The same five records, then one more here and two other ones there."""
    there = Made(shutil.copytree(filled.folder, tmp_path / "there"), filled.trust, filled.signers)
    there.clock.wall = filled.clock.wall
    filled.append(decided(reference="HERE"))
    there.append(decided(reference="THERE"))
    return filled, there


def checkpoint(made: Made) -> Checkpoint:
    return read_checkpoint(made.store.checkpoint(), made.trust.origin, made.trust.ever(Role.LOG))


def test_each_copy_verifies_and_the_two_checkpoints_are_proof(copies: tuple[Made, Made]) -> None:
    one, other = (checkpoint(made) for made in copies)
    assert [verify(made.store, made.trust).size for made in copies] == [6, 6]
    assert one.size == other.size
    assert one.root != other.root


@pytest.mark.parametrize("more", [0, 1])
def test_a_head_kept_of_the_one_refutes_the_other(copies: tuple[Made, Made], more: int) -> None:
    here, there = copies
    there.append(*[decided()] * more) if more else None
    with pytest.raises(HeadsContradict) as caught:
        verify(there.store, there.trust, against=[here.store.checkpoint()])
    assert caught.value.damage is Damage.FORK
    assert (caught.value.kept, caught.value.found) == (here.store.checkpoint(), there.store.checkpoint())


def test_a_longer_copy_refutes_the_shorter_as_set_back(copies: tuple[Made, Made]) -> None:
    here, there = copies
    there.append(decided())
    with pytest.raises(HeadsContradict) as caught:
        verify(here.store, here.trust, against=[there.store.checkpoint()])
    assert caught.value.damage is Damage.ROLLBACK
    assert (caught.value.kept, caught.value.found) == (there.store.checkpoint(), here.store.checkpoint())


def test_a_head_that_one_copy_keeps_itself_refutes_what_is_put_in_its_place(
    copies: tuple[Made, Made],
) -> None:
    here, there = copies
    here.store.keep_checkpoint(6, here.store.checkpoint())
    shutil.copytree(here.folder / "checkpoints", there.folder / "checkpoints")
    with pytest.raises(HeadsContradict) as caught:
        verify(there.store, there.trust)
    assert caught.value.damage is Damage.FORK


def test_who_remembers_the_tip_of_the_one_refuses_the_other(
    copies: tuple[Made, Made], tmp_path: Path
) -> None:
    here, there = copies
    keys = tmp_path / "keys"
    keys.mkdir(0o700)
    remember_tip(keys, here.trust.origin, here.store.checkpoint())
    remembered = tip(keys, here.trust.origin)
    assert remembered is not None
    here.append(decided())
    refuse_contradiction(here.store, here.trust, remembered, here.store.checkpoint())
    with pytest.raises(HeadsContradict) as caught:
        refuse_contradiction(there.store, there.trust, remembered, there.store.checkpoint())
    assert caught.value.damage is Damage.FORK
    assert (caught.value.kept, caught.value.found) == (remembered, there.store.checkpoint())


def test_a_witness_cosigns_one_of_them_and_keeps_both_heads_as_proof(
    copies: tuple[Made, Made], tmp_path: Path
) -> None:
    here, there = copies
    folder = tmp_path / "witness"
    folder.mkdir(0o700)
    logs = {here.trust.origin: (here.signers.log.public_key,)}
    witness = Witness("example.org/partner", signer("partner"), logs, WitnessFolder(folder))
    assert witness.respond(request(here.store, here.store.checkpoint(), 0), NOW).status == 200
    refused = witness.respond(request(there.store, there.store.checkpoint(), 6), NOW)
    assert refused.status == 422
    kept = {path.suffix: path.read_bytes() for path in (folder / "forks").glob("*/*-proven.*")}
    assert kept[".held"].startswith(here.store.checkpoint())
    assert kept[".offered"].endswith(there.store.checkpoint())


def test_what_one_published_is_not_published_over_by_the_other(
    copies: tuple[Made, Made], tmp_path: Path
) -> None:
    here, there = copies
    publish(here.store, tmp_path / "published")
    there.append(decided())
    with pytest.raises(Forked, match="another history"):
        publish(there.store, tmp_path / "published")
