"""What the words of a command line name."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_guard.audit.lines.sources import TableSource, log_sources
from isa_guard.errors import LoadError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("b.log", "a.log", "[x].log", "sub/c.log", "sub/deep/d.log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["b.log", "a.log"], ["b.log", "a.log"]),
        (["a.log", "a.log", "*.log"], ["a.log", "[x].log", "b.log"]),
        (["*"], ["[x].log", "a.log", "b.log"]),
        (["sub/**/*.log"], ["sub/c.log", "sub/deep/d.log"]),
        (["[x].log"], ["[x].log"]),
        (["[ab].log"], ["a.log", "b.log"]),
        (["-", "a.log"], ["-", "a.log"]),
    ],
)
def test_files(names: list[str], expected: list[str], folder: Path) -> None:
    assert log_sources(names) == tuple(map(Path, expected))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("absent.log", "absent.log: there is no such file"),
        ("*.csv", r"\*\.csv: no file has such a name"),
        ("sub", r"sub: this is a folder, not a log\n    hint: name the files in it, as sub/\*\.jsonl"),
        ("sub/", r"as sub/\*\.jsonl"),
        ("su?", "no file has such a name"),
        ("", "a log's name is empty"),
        ("a\0b", "there is no such file"),
        ("x" * 10_000, "there is no such file"),
        ("postgresql://host/db", "name a table or a query"),
    ],
)
def test_what_names_no_log(name: str, words: str, folder: Path) -> None:
    with pytest.raises(LoadError, match=words):
        log_sources([name])


def test_all_that_is_wrong_is_said_at_once(folder: Path) -> None:
    with pytest.raises(LoadError) as error:
        log_sources(["absent.log", "a.log", "sub"])
    assert [problem.place.source for problem in error.value.problems] == ["absent.log", "sub"]
    with pytest.raises(LoadError, match="no log is named"):
        log_sources([])


def test_tables_and_queries() -> None:
    address = "postgresql://auditor@host:5432/records?sslmode=require"
    assert log_sources([f"{address}#log.access"]) == (TableSource(address, "log.access", ""),)
    query = "select * from log.access where note #>> '{a}' = 'x@y'"
    assert log_sources([f"{address}#{query}"]) == (TableSource(address, "", query),)
    assert log_sources([address], query) == (TableSource(address, "", query),)


@pytest.mark.parametrize(
    "name",
    [
        "postgresql://auditor:secret@host/db#t",
        "postgresql://auditor:sec@secret@host/db#t",
        "postgresql://host/db?user=a&password=secret#t",
        "postgres://auditor:secret@/db?host=/run#t",
        "postgresql://auditor:secret@host/db#select 1 from t",
    ],
)
def test_a_name_holds_no_password(name: str) -> None:
    (source,) = log_sources([name])
    assert isinstance(source, TableSource)
    assert "secret" not in source.name
    assert "auditor" not in source.name
    assert "db" in source.name


@pytest.mark.parametrize(
    "name", ["postgresql://auditor:sec#ret@host/db#t", "postgresql://auditor:secret@host/db"]
)
def test_a_refusal_holds_no_password(name: str) -> None:
    with pytest.raises(LoadError) as error:
        log_sources([name])
    assert "sec" not in str(error.value)
