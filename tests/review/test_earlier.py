"""What was reviewed last year is still there this year: every file of the folder, and every record that it was made from."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from isa_guard.cli.review import UNSIGNED, told_of_review
from isa_guard.errors import EvidenceError
from isa_guard.model.act import Action
from isa_guard.register.register import checkpoint_of
from isa_guard.review.pack.earlier import hold_to, signatures
from isa_guard.review.pack.folder import SUMS, check, digest_of, files_of, write
from isa_guard.review.pack.pack import Earlier
from tests.acts.office import desk_in
from tests.register.making import decided
from tests.review.test_pack import FACTS, made

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acts.office import Desk


@pytest.fixture
def folder(desk: Desk, tmp_path: Path) -> Path:
    """The review of a register with two records."""
    for number in range(2):
        desk.made.append(decided(FACTS[number], reference=f"T-{number}"))
    of = made(desk)
    write(tmp_path / "review", of, files_of(of, {"0.json": b"{}"}, {}))
    return tmp_path / "review"


def held(desk: Desk, before: Earlier) -> None:
    hold_to(desk.made.store, checkpoint_of(desk.made.store, desk.made.trust), before)


def test_a_register_that_has_grown_since_holds_and_so_does_one_that_has_not(desk: Desk, folder: Path) -> None:
    before, _ = check(folder)
    held(desk, before)
    for number in range(5):
        desk.made.append(decided(FACTS[0], reference=f"N-{number}"))
        held(desk, before)


def test_a_register_of_the_same_name_and_length_with_another_past_does_not_hold(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    before, _ = check(folder)
    other = desk_in(tmp_path / "other")
    for number in range(3):
        other.made.append(decided(FACTS[2], reference=f"O-{number}"))
    with pytest.raises(EvidenceError, match="did not grow out of the one that was reviewed, 2 records"):
        held(other, before)


def test_a_register_that_was_cut_off_does_not_hold(desk: Desk, folder: Path, tmp_path: Path) -> None:
    before, _ = check(folder)
    other = desk_in(tmp_path / "other")
    other.made.append(decided(FACTS[0], reference="T-0"))
    with pytest.raises(EvidenceError, match="it has 1 now"):
        held(other, before)


def test_any_register_grows_out_of_an_empty_one_but_not_under_another_name(desk: Desk) -> None:
    of = made(desk)
    before = Earlier(0, of.gathered.register.root.hex(), of.gathered.register.origin)
    held(desk, before)
    with pytest.raises(EvidenceError, match=r"that one is .*/other, this one"):
        held(desk, replace(before, origin="example.org/other"))


@pytest.mark.parametrize("root", ["00" * 32, "", "no root"])
def test_a_root_that_is_not_the_registers_does_not_hold(desk: Desk, folder: Path, root: str) -> None:
    before, _ = check(folder)
    with pytest.raises(EvidenceError, match="did not grow out of"):
        held(desk, replace(before, root=root))


def test_who_signed_a_review_is_told_and_nobody_else(desk: Desk, folder: Path) -> None:
    store, trust = desk.made.store, desk.made.trust
    assert told_of_review(folder, store, trust, ())[1] == UNSIGNED
    said = {"which": "yearly", "on": "2026-11-23", "parties": ["opcc", "constabulary"]}
    desk.act("owner", Action.REVIEWED, **said, pack="0" * 64)
    assert told_of_review(folder, store, trust, ())[1] == UNSIGNED
    desk.act("auditor", Action.REVIEWED, **said, pack=digest_of(folder))
    (signed,) = signatures(desk.ledger, digest_of(folder))
    assert (
        told_of_review(folder, store, trust, ())[1] == f"Signed in record {signed.index}, by auditor of opcc."
    )


def test_a_review_that_was_made_anew_is_not_the_one_that_was_signed(desk: Desk, folder: Path) -> None:
    """Its files and its manifest agree: the signature alone tells."""
    said = {"which": "yearly", "on": "2026-11-23", "parties": ["opcc"], "pack": digest_of(folder)}
    of = made(desk)
    desk.act("auditor", Action.REVIEWED, **said)
    shutil.rmtree(folder)
    kept = tuple(replace(one, lacking=()) for one in of.clauses)
    forged = replace(of, clauses=kept)
    write(folder, forged, files_of(forged, {"0.json": b"{}"}, {}))
    assert told_of_review(folder, desk.made.store, desk.made.trust, ())[1] == UNSIGNED


def test_coreutils_check_the_folder_too(folder: Path) -> None:
    command = ["sha256sum", "--check", "--strict", SUMS]
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
    (folder / "index.html").write_text("altered")
    assert subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 1


def test_a_list_for_coreutils_that_lists_something_else_is_told(folder: Path) -> None:
    content = (folder / SUMS).read_bytes()
    for altered in (content.replace(b"a", b"b"), content + b"\n", b""):
        (folder / SUMS).write_bytes(altered)
        with pytest.raises(EvidenceError, match="does not list what"):
            check(folder)
    (folder / SUMS).unlink()
    with pytest.raises(EvidenceError, match="not as it was made"):
        check(folder)
    with pytest.raises(EvidenceError, match="is no review"):
        digest_of(folder / "sample")
