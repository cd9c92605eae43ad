"""Replay: the same agreement, rules, fact and moment give the same record, or it is said what does not."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from isa_guard.decide.decide import decide
from isa_guard.errors import LoadError
from isa_guard.load.agreement import Shelf, load_version
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.load.packs import shipped as shipped_folder
from isa_guard.model.agreement import Source
from isa_guard.model.decision import Verdict
from isa_guard.model.facts import Evidence
from isa_guard.register import rebuild
from isa_guard.register import replay as module
from isa_guard.register.archive import keep_agreement, keep_attachments, read_sources
from isa_guard.register.faults import (
    ArchiveBroken,
    RegisterUnreadable,
    ReplayContradicts,
    ReplayDiffers,
    StorageFailed,
)
from isa_guard.register.rebuild import rebuilt
from isa_guard.register.records.engine import Engine
from isa_guard.register.records.event import ErasureEvent, ErasureReason
from isa_guard.register.replay import Replay, Replayer, replay, replay_all
from isa_guard.register.stores import cases, store
from isa_guard.register.stores.journal import HEADER
from isa_guard.register.verify import record_at
from tests.register.making import NOON, decided, decision_at, shipped

if TYPE_CHECKING:
    from pathlib import Path

    from isa_guard.model.agreement import Agreement
    from tests.register.making import Made

SHIPPED = shipped_folder("policies") / "cambridgeshire-opcc" / "2018-05" / "agreement.yaml"


def test_every_record_comes_out_the_same(filled: Made) -> None:
    found = list(replay_all(filled.store, filled.trust))
    assert [(one.index, one.came_out) for one in found] == [(index, Replay.SAME) for index in range(5)]
    assert replay(filled.store, filled.trust.fingerprint, 2).came_out is Replay.SAME


def test_an_agreement_from_the_archive_holds_facts_to_its_schedule(made: Made) -> None:
    folder = shipped_folder("policies") / "example-hospital-discharge" / "2025"
    agreement = load_version(folder, Shelf())
    keep_agreement(made.store, agreement)
    again = rebuilt(made.store, agreement.digest, agreement.rules_digest)
    text = b"format: isa-guard/transfer/1\ntransfer: {reference: A, ward: %s}\n"
    assert type_fact(read_facts(text % b"W07", "invented")[0], again.schemas).values["ward"] == "W07"
    with pytest.raises(LoadError, match="`regex`"):
        type_fact(read_facts(text % b"X99", "invented")[0], again.schemas)
    (was,), (kept,) = agreement.schedules, again.schedules
    assert [(one.name, one.constraints) for one in kept.fields] == [
        (one.name, one.constraints) for one in was.fields
    ]


def test_facts_of_one_file_are_told_apart_and_evidence_is_taken_from_the_record(made: Made) -> None:
    text = "format: isa-guard/transfer/1\ntransfer: {reference: A, originator_permission: true, marking: SECRET}\n"
    content = f"- {text.replace(chr(10), chr(10) + '  ')}\n- format: isa-guard/event/1\n  event: {{reference: B, action: shared, recorded: false}}\n---\n{text}"
    evidence = (Evidence("transfer.originator_permission", "document", "e" * 64),)
    for untyped, given in zip(read_facts(content.encode(), "invented"), (evidence, (), ()), strict=True):
        made.append(decide(shipped(), type_fact(untyped, shipped().schemas, given), now=NOON))
    assert [decision_at(made, index).position for index in range(3)] == [
        "0#/0",
        "0#/1",
        "1#",
    ]
    assert {one.came_out for one in replay_all(made.store, made.trust)} == {Replay.SAME}


def test_an_erased_case_is_said_to_be_erased(filled: Made) -> None:
    digest = record_at(filled.store, filled.trust, 1).record.subject
    assert filled.store.erase(digest)
    with pytest.raises(ArchiveBroken, match=r"record 1: the case is missing, and no record says .* erased"):
        replay(filled.store, filled.trust, 1)
    filled.appender().append_event(ErasureEvent(digest, ErasureReason.COURT_ORDER, "data-protection-officer"))
    assert replay(filled.store, filled.trust, 1).came_out is Replay.ERASED
    assert [one.came_out for one in replay_all(filled.store, filled.trust)] == [
        Replay.SAME,
        Replay.ERASED,
        Replay.SAME,
        Replay.SAME,
        Replay.SAME,
        Replay.EVENT,
    ]


def test_an_altered_case_is_refused(filled: Made) -> None:
    slot = list(cases.slots(filled.folder / "cases"))[1]
    path = filled.folder / "cases" / "000000000000.seg"
    content = bytearray(path.read_bytes())
    content[slot.offset + HEADER + 3] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArchiveBroken, match=r"record 1: the kept fact .* was altered"):
        replay(filled.store, filled.trust, 1)


def test_a_destroyed_commitment_key_leaves_all_else_to_be_replayed(filled: Made) -> None:
    (filled.folder / "commitments.key").unlink()
    assert replay(filled.store, filled.trust, 1).came_out is Replay.SAME


def test_the_wrong_commitment_key_is_a_difference(filled: Made) -> None:
    (filled.folder / "commitments.key").write_bytes(b"x" * 32)
    with pytest.raises(ReplayContradicts, match="reference"):
        replay(filled.store, filled.trust, 1)


def test_the_same_engine_deciding_otherwise_is_a_defect(
    filled: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lenient(agreement: Agreement, fact: object, *, now: object) -> object:
        return dataclasses.replace(decided(reference="T-0001"), verdict=Verdict.PERMIT)

    monkeypatch.setattr(module, "decide", lenient)
    with pytest.raises(ReplayContradicts, match="another verdict") as caught:
        replay(filled.store, filled.trust, 0)
    assert (caught.value.exit_code, caught.value.index, caught.value.members) == (70, 0, ("verdict",))


def test_another_engine_deciding_otherwise_is_told_with_both_versions(
    filled: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        module, "decide", lambda *_, **__: dataclasses.replace(decided(), verdict=Verdict.PERMIT)
    )
    monkeypatch.setattr(module, "this_engine", lambda: Engine("isa-guard", "9.9.9", "0" * 64))
    with pytest.raises(
        ReplayDiffers, match=r"isa-guard 0\.1\.0, and replayed by another build, 9\.9\.9"
    ) as caught:
        replay(filled.store, filled.trust, 0)
    assert caught.value.exit_code == 5


def test_another_engine_that_cannot_read_or_decide_it_says_so(
    filled: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    from isa_guard.decide.plan import NothingMatched
    from isa_guard.errors import Place, Problem

    for error in (NothingMatched("no rule applies"), LoadError((Problem("no longer read", Place("x")),))):

        def fails(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr(module, "decide", fails)
        with pytest.raises(ReplayDiffers, match=r"no rule applies|no longer reads it"):
            replay(filled.store, filled.trust, 0)


# A doctored archive


def archived(made: Made) -> dict[str, Path]:
    """The archived files by the name they had."""
    agreement = shipped()
    return {
        one.name: made.store._blob(store.Shelf.ARCHIVE, one.digest)
        for one in agreement.sources + agreement.rule_sources
    }


def test_an_altered_rule_is_refused_by_its_digest(filled: Made) -> None:
    path = archived(filled)["rules/requests/notice/rule.yaml"]
    path.write_bytes(path.read_bytes().replace(b"refuse", b"advise"))
    with pytest.raises(ArchiveBroken, match=r"record 0: what is kept as .* was altered"):
        list(replay_all(filled.store, filled.trust))


def test_a_missing_file_and_a_missing_manifest_are_told_apart(filled: Made) -> None:
    archived(filled)["agreement.yaml"].unlink()
    with pytest.raises(ArchiveBroken, match="is missing"):
        replay(filled.store, filled.trust, 0)
    (filled.folder / "archive" / "agreements" / f"{shipped().digest}.json").unlink()
    with pytest.raises(ArchiveBroken, match="manifest"):
        replay(filled.store, filled.trust, 0)


def test_a_manifest_that_names_other_files_is_refused(filled: Made) -> None:
    path = filled.folder / "archive" / "rules" / f"{shipped().rules_digest}.json"
    path.write_bytes(b'{"sources":[]}')
    with pytest.raises(ArchiveBroken, match="the manifest was altered"):
        replay(filled.store, filled.trust, 0)
    for content in (
        b"{}",
        b"nothing",
        b'{"sources":["x"]}',
        b'{"sources":[{"name":1,"digest":"x"}]}',
        b'{"sources":{}}',
    ):
        path.write_bytes(content)
        with pytest.raises(ArchiveBroken):
            replay(filled.store, filled.trust, 0)


def test_a_fact_kept_without_the_place_named_is_refused(filled: Made) -> None:
    stored = record_at(filled.store, filled.trust, 0)
    moved = dataclasses.replace(stored, record=dataclasses.replace(decision_at(filled, 0), position="7#/7"))
    with pytest.raises(ArchiveBroken, match="nothing at 7#/7"):
        Replayer(filled.store, frozenset()).replayed(moved)


def test_what_is_kept_once_is_not_written_again(filled: Made) -> None:
    before = {
        path: path.stat().st_mtime_ns for path in (filled.folder / "archive").rglob("*") if path.is_file()
    }
    filled.append(decided())
    assert {
        path: path.stat().st_mtime_ns for path in (filled.folder / "archive").rglob("*") if path.is_file()
    } == before


def test_attachments_are_read_by_digest_or_missing(made: Made) -> None:
    keep_attachments(made.store, [b"{}"])
    digest = hashlib.sha256(b"{}").hexdigest()
    assert made.store.blob(store.Shelf.ATTACHMENTS, digest) == b"{}"
    assert made.store.blob(store.Shelf.ATTACHMENTS, "0" * 64) is None
    path = made.store._blob(store.Shelf.ATTACHMENTS, digest)
    path.unlink()
    path.mkdir()
    with pytest.raises(ArchiveBroken, match="cannot be read"):
        made.store.blob(store.Shelf.ATTACHMENTS, digest)
    shutil.rmtree(made.folder / "archive")
    (made.folder / "archive").write_bytes(b"")
    with pytest.raises(StorageFailed, match="cannot be kept"):
        keep_agreement(made.store, shipped())


# Agreements that inherit, put together again


def version(folder: Path, text: str, name: str = "agreement.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder


def child(inherits: str, number: str = "2026-01") -> str:
    return f'format: isa-guard/agreement/1\nid: invented\nversion: "{number}"\ntitle: Invented\nin-force: {{from: {number}}}\ninherit: {inherits}\n'


PARENT = SHIPPED.read_text("utf-8")


def put_together_again(made: Made, folder: Path, *policies: Path) -> None:
    agreement = load_version(folder, Shelf(policies=policies))
    keep_agreement(made.store, agreement)
    again = rebuilt(made.store, agreement.digest, agreement.rules_digest)
    assert (again.digest, again.rules_digest) == (agreement.digest, agreement.rules_digest)
    assert [(one.path, one.value) for one in again.terms] == [
        (one.path, one.value) for one in agreement.terms
    ]
    assert (again.id, again.version, again.parties) == (agreement.id, agreement.version, agreement.parties)
    assert [one.name for one in again.sources] == [one.name for one in agreement.sources]


def test_a_parent_from_a_shelf_is_found_again(tmp_path: Path, made: Made) -> None:
    version(tmp_path / "shelf" / "base" / "2018", PARENT)
    put_together_again(made, version(tmp_path / "mine", child("base/2018")), tmp_path / "shelf")


def test_a_parent_named_in_one_word_is_found_again(tmp_path: Path, made: Made) -> None:
    version(tmp_path / "shelf" / "base", PARENT)
    put_together_again(made, version(tmp_path / "mine", child("base")), tmp_path / "shelf")


def test_a_parent_inside_the_childs_folder_is_found_again(tmp_path: Path, made: Made) -> None:
    version(tmp_path / "mine" / "base", PARENT)
    put_together_again(made, version(tmp_path / "mine", child("base")))


def test_a_line_of_parents_named_by_relative_paths_is_found_again(tmp_path: Path, made: Made) -> None:
    version(tmp_path / "all" / "base" / "2018", PARENT)
    version(tmp_path / "all" / "invented" / "2025", child("../../base/2018", "2025-01"))
    mine = version(tmp_path / "all" / "invented" / "2026", child("../2025"))
    put_together_again(made, mine)


def test_files_beside_the_agreement_are_found_again(tmp_path: Path, made: Made) -> None:
    version(tmp_path / "shelf" / "base" / "2018", PARENT)
    folder = version(tmp_path / "mine", child("base/2018") + "dispensations: let.yaml\n")
    version(folder, "format: isa-guard/dispensations/1\ndispensations: {}\n", "let.yaml")
    try:
        load_version(folder, Shelf(policies=(tmp_path / "shelf",)))
    except LoadError as error:
        pytest.fail(str(error))
    put_together_again(made, folder, tmp_path / "shelf")


def kept(
    made: Made, monkeypatch: pytest.MonkeyPatch, *sources: tuple[str, str], rules: tuple[str, ...] = ()
) -> None:
    """Rebuild from sources given by hand, as a doctored archive with matching digests would give them."""
    own = tuple(Source(name, "0" * 64, text.encode()) for name, text in sources)
    packs = tuple(Source(name, "0" * 64, b"") for name in rules)
    monkeypatch.setattr(
        rebuild,
        "read_sources",
        lambda _folder, kind, _digest: own if kind is store.Shelf.AGREEMENTS else packs,
    )
    rebuilt(made.store, "0" * 64, "0" * 64)


@pytest.mark.parametrize(
    ("sources", "rules"),
    [
        ((), ()),
        ((("fields.yaml", ""),), ()),
        ((("agreement.yaml", child("base/2018")),), ()),
        ((("agreement.yaml", child("/etc")), ("/etc/agreement.yaml", PARENT)), ()),
        ((("agreement.yaml", child("../" * 30 + "etc/x")), ("etc/x/agreement.yaml", PARENT)), ()),
        ((("agreement.yaml", child("base/2018")), ("base/2019/agreement.yaml", PARENT)), ()),
        ((("agreement.yaml", child("base/2018")), ("base/2018/other.yaml", PARENT)), ()),
        ((("agreement.yaml", PARENT), ("base/2018/agreement.yaml", PARENT)), ()),
        ((("agreement.yaml", child("base")), ("../base/agreement.yaml", PARENT)), ()),
        ((("agreement.yaml", child("a/..")), ("a/../agreement.yaml", PARENT)), ()),
        ((("agreement.yaml", PARENT), ("agreement.yaml", PARENT)), ()),
        ((("agreement.yaml", PARENT),), ("rules/../../rule.yaml",)),
        ((("agreement.yaml", PARENT),), ("/etc/passwd",)),
        ((("agreement.yaml", "[]"), ("agreement.yaml", "")), ()),
    ],
)
def test_an_archive_that_reaches_out_or_does_not_fit_is_refused(
    made: Made, monkeypatch: pytest.MonkeyPatch, sources: tuple[tuple[str, str], ...], rules: tuple[str, ...]
) -> None:
    with pytest.raises(ArchiveBroken):
        kept(made, monkeypatch, *sources, rules=rules)


def test_files_that_give_another_agreement_are_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_agreement(made.store, shipped())
    true = {
        kind: read_sources(made.store, kind, digest)
        for kind, digest in (
            (store.Shelf.AGREEMENTS, shipped().digest),
            (store.Shelf.RULES, shipped().rules_digest),
        )
    }
    changed = Source(
        "agreement.yaml",
        "0" * 64,
        true[store.Shelf.AGREEMENTS][0].content.replace(b"10 working days", b"9 working days"),
    )
    assert changed.content != true[store.Shelf.AGREEMENTS][0].content
    monkeypatch.setattr(
        rebuild,
        "read_sources",
        lambda _folder, kind, _digest: (changed,) if kind is store.Shelf.AGREEMENTS else true[kind],
    )
    with pytest.raises(ArchiveBroken, match="do not give the agreement"):
        rebuilt(made.store, shipped().digest, shipped().rules_digest)


def test_nothing_of_a_replay_stays_on_the_disk(
    filled: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    replay(filled.store, filled.trust, 0)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_replay_needs_a_record_that_verifies(filled: Made) -> None:
    with pytest.raises(RegisterUnreadable, match="no record 9"):
        replay(filled.store, filled.trust, 9)
