"""A log that has not changed is not read twice, and the audit is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from isa_guard.audit.columns import engine
from isa_guard.audit.columns.engine import ColumnsAudit
from isa_guard.audit.mapping.load import read_mapping
from isa_guard.errors import UsageError
from isa_guard.model.audit import Audit
from tests.audit.columns.comparing import NOW, told
from tests.audit.columns.shipped import shipped

MAP = b"format: isa-guard/log-map/1\nid: m\ntitle: t\nreads: jsonl\nas-event: true\ntime: {of: line.at}\n"
LINES = [
    f'{{"action":"{action}","at":"2026-01-0{day}T10:00:00Z","actor":"u{day}","dataset":"d","seq":{day},"reference":"E{day}","party":"opcc"}}\n'
    for day, action in enumerate(("trained", "access-granted", "accessed", "accessed"), 1)
]


def mapping(text: bytes = MAP) -> Any:
    return read_mapping(text, "m.yaml", shipped().agreements[0].schemas["event"])  # type: ignore[index]


def audited(logs: list[Path], kept: Path | None, text: bytes = MAP) -> Audit:
    with ColumnsAudit(shipped(), NOW, 100, threads=1, kept=kept) as audit:
        files = [audit.read_file(log, mapping(text), index) for index, log in enumerate(logs)]
        return audit.finished(tuple(files), None)


def same(one: Audit, other: Audit) -> bool:
    return told(one) == told(other) and one.files == other.files and one.findings == other.findings


class Reads:
    """Counts the files that are read, however they are."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        right = ColumnsAudit._read_path

        def counting(audit: ColumnsAudit, path: Path, *rest: Any) -> Any:
            self.names.append(path.name)
            return right(audit, path, *rest)

        monkeypatch.setattr(engine.ColumnsAudit, "_read_path", counting)

    def taken(self) -> list[str]:
        names, self.names = self.names, []
        return names


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(monkeypatch)


@pytest.fixture
def logs(tmp_path: Path) -> list[Path]:
    found = [tmp_path / "jan.jsonl", tmp_path / "feb.jsonl"]
    found[0].write_text("".join(LINES[:2]))
    found[1].write_text(
        LINES[2] + "\n" + LINES[3].replace('"d"', '"\\u0064"')
    )  # for the row reader, with a blank line
    return found


def test_only_what_is_new_is_read_and_the_audit_is_the_same(
    logs: list[Path], tmp_path: Path, reads: Reads
) -> None:
    alone = audited(logs, None)
    kept = tmp_path / "kept"
    reads.taken()
    assert same(audited(logs[:1], kept), audited(logs[:1], None))
    assert same(audited(logs, kept), alone)
    reads.taken()
    assert same(audited(logs, kept), alone)
    assert not reads.taken()
    assert alone.files[1].blank == 1
    assert any(one.counts.not_met for one in alone.tallies)


def test_a_log_that_changed_is_read_again(logs: list[Path], tmp_path: Path, reads: Reads) -> None:
    audited(logs, tmp_path / "kept")
    logs[1].write_text(LINES[2])
    reads.taken()
    found = audited(logs, tmp_path / "kept")
    assert reads.taken() == ["feb.jsonl"]
    assert found.files[1].lines == 1


def test_another_log_map_reads_the_log_again(logs: list[Path], tmp_path: Path, reads: Reads) -> None:
    audited(logs, tmp_path / "kept")
    reads.taken()
    audited(logs, tmp_path / "kept", MAP.replace(b"title: t", b"title: other"))
    assert reads.taken() == ["jan.jsonl", "feb.jsonl"]


@pytest.mark.parametrize("kind", ["json", "parquet"])
@pytest.mark.parametrize("damage", [b"[1]", None])
def test_what_is_damaged_or_gone_is_read_again(
    kind: str, damage: bytes | None, logs: list[Path], tmp_path: Path, reads: Reads
) -> None:
    alone = audited(logs, tmp_path / "kept")
    for one in (tmp_path / "kept").glob(f"*.{kind}"):
        one.unlink() if damage is None else one.write_bytes(damage)
    reads.taken()
    assert same(audited(logs, tmp_path / "kept"), alone)
    assert reads.taken() == ["jan.jsonl", "feb.jsonl"]
    assert same(audited(logs, tmp_path / "kept"), alone)
    assert not reads.taken()


def test_a_log_with_a_line_that_is_rejected_is_read_each_time(
    logs: list[Path], tmp_path: Path, reads: Reads
) -> None:
    logs[0].write_text("{}\n" + LINES[0])
    for _ in range(2):
        found = audited(logs[:1], tmp_path / "kept")
        assert reads.taken() == ["jan.jsonl"]
        assert found.files[0].rejected == 1
        assert found.rejected


def test_what_is_kept_is_for_its_owner_alone(logs: list[Path], tmp_path: Path) -> None:
    audited(logs, tmp_path / "kept")
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700
    modes = {one.stat().st_mode & 0o777 for one in (tmp_path / "kept").iterdir()}
    assert modes == {0o600}
    assert len(list((tmp_path / "kept").iterdir())) == 4


def test_a_folder_that_cannot_be_used_is_refused(logs: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be used"):
        audited(logs, logs[0] / "in a file")
    with pytest.raises(UsageError, match="a folder whose name has one of"):
        audited(logs, tmp_path / "a*")
