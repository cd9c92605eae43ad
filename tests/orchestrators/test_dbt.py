"""The project of the example, run by the real dbt on DuckDB."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cli.calls import EXAMPLES
from tests.orchestrators.environments import driven, environment, ran
from tests.orchestrators.stories import STORY, names_nobody

EXAMPLE = EXAMPLES / "orchestrators"
PERMITTED = {"outgoing_export": "success", "handed_over": "success"}
STOPPED = {"outgoing_export": "error", "handed_over": "skipped"}
GOOD, BAD = STORY / "cases.csv", STORY / "cases_bad.csv"
SURROUNDINGS = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
PROPERTIES, MODEL = "models/outgoing_export.yml", "models/outgoing_export.sql"
CALL = r"""isa_guard_check('{{ var(\"outgoing\") }}/export.json')"""


@dataclass(frozen=True)
class Case:
    """A project, perhaps with something changed in it, and how each model of it ends."""

    name: str
    cases: Path
    ends: dict[str, str]
    says: tuple[str, ...] = ()
    changed: tuple[str, str, str] | None = None  # file, old, new
    more: tuple[str, ...] = ()


CASES = [
    Case("permitted", GOOD, PERMITTED),
    Case("refused", BAD, STOPPED, ("export/columns", "export/identifiers", "export/marking", "4.11", "national-insurance-number")),
    Case("referred", GOOD, STOPPED, ("refer, exit 3",), (PROPERTIES, "          purpose: monitor-complaints\n", "")),
    Case("broken", GOOD, STOPPED, ("could not be read, exit 4",), (PROPERTIES, "treatment: pseudonymised, role", "treatment: hidden, role")),
    # What would send, run by itself where nothing was exported.
    Case("alone", GOOD, {"handed_over": "error"}, ("export.json: cannot be read",), None, ("--select", "handed_over")),
    # A slip in a macro: DuckDB would answer NULL in place of an ordinary function, and call nothing.
    Case("null", GOOD, STOPPED, ("could not be read",), (MODEL, CALL, "isa_guard_check(null)")),
    # DuckDB leaves out a call whose value nobody asks for; what sends asks again.
    Case("left out", BAD, {"outgoing_export": "success", "handed_over": "error"}, ("export/identifiers",), (MODEL, f"select {CALL}", f"select b from (select 1 as b, {CALL})")),
    Case("empty", Path("empty.csv"), STOPPED, ("exit",)),
    Case("no hook that writes the manifest", GOOD, STOPPED, ("export.json: cannot be read",), (MODEL, "\"{{ write_manifest('cases.csv') }}\",", "")),
]  # fmt: skip


def project(folder: Path, case: Case) -> Path:
    shutil.copytree(EXAMPLE / "dbt", folder)
    shutil.copy(EXAMPLE / "export_gate.py", folder)
    (folder / "outgoing").mkdir()
    (folder / "empty.csv").write_text("case_key,received,area,outcome\n")
    if case.changed:
        name, old, new = case.changed
        text = (folder / name).read_text()
        assert old in text, case.name
        (folder / name).write_text(text.replace(old, new))
    return folder


def sent(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "outbox").rglob("*"))


@pytest.mark.slow
def test_dbt_sends_what_is_permitted_and_nothing_else(tmp_path: Path) -> None:
    folders = [project(tmp_path / str(number), case) for number, case in enumerate(CASES)]
    asked = [
        {"project": str(folder), "vars": {"cases": str(case.cases)}, "more": case.more}
        for folder, case in zip(folders, CASES, strict=True)
    ]
    ends = driven("dbt", tmp_path / "0", asked, SURROUNDINGS)
    for folder, case, (log, end) in zip(folders, CASES, ends, strict=True):
        assert end == {"success": case.ends == PERMITTED, "models": case.ends}, (case.name, log)
        assert sent(folder) == (["cases.csv"] if case.ends == PERMITTED else []), case.name
        for words in case.says:
            assert words in log, (case.name, words)
        kept = [path for name in ("logs", "target") for path in (folder / name).rglob("*") if path.is_file()]
        assert kept
        assert names_nobody(log + "".join(path.read_text(errors="replace") for path in kept)), case.name


@pytest.mark.slow
def test_dbt_writes_the_manifest_of_what_it_wrote_and_sends_those_bytes(tmp_path: Path) -> None:
    """By the command itself, as the step of a job would."""
    folder = project(tmp_path / "project", CASES[0])
    dbt = environment("dbt").parent / "dbt"
    done = ran([dbt, "run", "--vars", json.dumps({"cases": str(GOOD)})], folder, SURROUNDINGS)
    assert done.returncode == 0, done.stdout
    assert (folder / "outbox" / "cases.csv").read_bytes() == (folder / "outgoing" / "cases.csv").read_bytes()
    manifest: dict[str, Any] = json.loads((folder / "outgoing" / "export.json").read_text())
    assert manifest["files"][0]["rows"] == len(GOOD.read_text().splitlines()) - 1
    assert list(manifest["columns"]) == GOOD.read_text().partition("\n")[0].split(",")
    # The next run exports what is refused: the command ends with an error, and what was sent before is not sent again.
    shutil.rmtree(folder / "outbox")
    done = ran([dbt, "run", "--vars", json.dumps({"cases": str(BAD)})], folder, SURROUNDINGS)
    assert (done.returncode, sent(folder)) == (1, []), done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    "changed",
    [
        ("profiles.yml", "agreement: cambridgeshire-opcc", "agreed: cambridgeshire-opcc"),
        ("isa_guard_plugin.py", "answer = ask(", "answer = 1 / 0 and ask("),
    ],
)
def test_dbt_sends_nothing_where_the_gate_itself_is_set_up_wrongly_or_breaks(
    changed: tuple[str, str, str], tmp_path: Path
) -> None:
    folder = project(tmp_path / "project", Case("", GOOD, {}, (), changed))
    asked = [{"project": str(folder), "vars": {"cases": str(GOOD)}, "more": []}]
    ((log, end),) = driven("dbt", folder, asked, SURROUNDINGS)
    assert end in ({"success": False, "models": STOPPED}, {"success": False, "models": {}}), log
    assert sent(folder) == []
