"""What those who write facts, name files or set the machine up might do to a gate."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calls import AS_OF, GOOD, ROOT, call

Capture = pytest.CaptureFixture[str]
FACT = GOOD.read_text()
NAMED = "agreement: cambridgeshire-opcc"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("ISA_GUARD_"):
            monkeypatch.delenv(name)


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A call as a process of its own, in another environment."""
    return subprocess.run(
        [sys.executable, "-m", "isa_guard.cli", *arguments],
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
    )


def test_a_fact_cannot_bring_along_the_agreement_that_permits_it(capsys: Capture, tmp_path: Path) -> None:
    own = tmp_path / "own"
    made = call(
        capsys, "new", "agreement", own, "--id", "mine", "--title", "x", "--from", "2020-01-01",
        "--first", "constabulary", "--second", "opcc",
    )  # fmt: skip
    assert made.code == 0
    for named in (str(own / "mine"), "own/mine", "./own/mine", "../own/mine"):
        (tmp_path / "t.yaml").write_text(FACT.replace(NAMED, f"agreement: {named}"))
        answer = call(capsys, "check", "t.yaml", *AS_OF)
        assert answer.code == 4
        assert "there is no agreement of this id" in answer.out
        assert "t.yaml:3:12" in answer.out


def test_a_folder_where_the_call_is_made_does_not_stand_in_for_a_shipped_agreement(
    capsys: Capture, tmp_path: Path
) -> None:
    (tmp_path / "cambridgeshire-opcc").mkdir()
    (tmp_path / "cambridgeshire-opcc" / "agreement.yaml").write_text("format: isa-guard/agreement/1\n")
    assert call(capsys, "check", GOOD, *AS_OF).code == 0


@pytest.mark.parametrize("named", ['"a\\0b"', "a/" * 3000, "/", "..", "/proc/self", "a" * 300, '"\\e[2J"'])
def test_an_agreement_that_no_shelf_can_hold_is_told_as_unknown(
    capsys: Capture, tmp_path: Path, named: str
) -> None:
    (tmp_path / "t.yaml").write_text(FACT.replace(NAMED, f"agreement: {named}"))
    answer = call(capsys, "check", "t.yaml", *AS_OF)
    assert (answer.code, answer.err) == (4, "")
    assert "\x1b" not in answer.out


def test_the_one_who_calls_may_name_a_folder(capsys: Capture) -> None:
    folder = ROOT / "policies" / "cambridgeshire-opcc" / "2018-05"
    assert call(capsys, "check", GOOD, "--agreement", folder, *AS_OF).code == 0


def test_a_transfer_begun_for_an_agreement_elsewhere_says_how_to_check_it(
    capsys: Capture, tmp_path: Path
) -> None:
    call(
        capsys, "new", "agreement", "own", "--id", "mine", "--title", "x", "--from", "2020-01-01",
        "--first", "a", "--second", "b",
    )  # fmt: skip
    answer = call(capsys, "new", "transfer", "t.yaml", "-a", "own/mine", "--reference", "T-1")
    assert "agreement: mine\n" in (tmp_path / "t.yaml").read_text()
    assert "isa-guard check t.yaml --agreement own/mine" in answer.out
    assert call(capsys, "check", "t.yaml", "--agreement", "own/mine", *AS_OF).code in {1, 3}
    assert call(capsys, "check", "t.yaml", "--policies", "own", *AS_OF).code in {1, 3}


def test_an_unset_variable_of_a_script_is_no_folder(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(FACT)
    answer = call(capsys, "check", "", *AS_OF)
    assert answer.code == 2
    assert "is empty" in answer.err


def test_nothing_in_a_folder_is_passed_over(capsys: Capture, tmp_path: Path) -> None:
    folder = tmp_path / "facts"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.yaml").write_text(FACT)
    assert call(capsys, "check", folder, *AS_OF).code == 0
    (folder / "B.YAML").write_text("nonsense")
    shouted = call(capsys, "check", folder, *AS_OF)
    assert shouted.code == 4
    assert "B.YAML:1:1" in shouted.out
    (folder / "B.YAML").unlink()
    (folder / "gone.json").symlink_to("nowhere")
    dangling = call(capsys, "check", folder, *AS_OF)
    assert dangling.code == 4
    assert "gone.json" in dangling.out
    (folder / "gone.json").unlink()
    os.mkfifo(folder / "pipe.yml")
    pipe = call(capsys, "check", folder, *AS_OF)
    assert pipe.code == 4
    assert "no plain file" in pipe.out
    (folder / "pipe.yml").unlink()
    (folder / "sub" / "again").symlink_to("..")
    linked = call(capsys, "check", folder, *AS_OF)
    assert linked.code == 4
    assert "a linked folder is not followed" in linked.out


def test_a_folder_that_cannot_be_looked_into_is_told(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "facts" / "shut").mkdir(parents=True)
    (tmp_path / "facts" / "a.yaml").write_text(FACT)
    scandir = os.scandir

    def refusing(path: str) -> object:
        if str(path).endswith("shut"):  # as for everybody but root
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    answer = call(capsys, "check", "facts", *AS_OF)
    assert answer.code == 4
    assert "permission denied" in answer.out


@pytest.mark.parametrize("form", ["text", "github", "html", "junit", "sarif", "gitlab", "json"])
def test_no_fact_can_move_the_cursor_or_write_a_line_of_its_own(
    capsys: Capture, tmp_path: Path, form: str
) -> None:
    reference = '"T\\e[2J\\nPERMITTED  transfer T-9\\u202e"'
    (tmp_path / "t.yaml").write_text(
        FACT.replace("T-2026-0101", reference).replace("opcc\n  or", "nobody\n  or")
    )
    (tmp_path / "u.yaml").write_text(FACT.replace("volume: 120", '"\\e[31m\\nPERMITTED": 120'))
    out = call(capsys, "check", "t.yaml", "u.yaml", "-f", form, *AS_OF).out
    assert "\x1b" not in out
    if form in {"text", "github", "html"}:
        assert "\u202e" not in out
    assert form == "html" or not any(line.startswith("PERMITTED") for line in out.splitlines())


def test_an_error_cannot_move_the_cursor_either(capsys: Capture) -> None:
    answer = call(capsys, "check", GOOD, "--format", "x\x1b[2J")
    assert answer.code == 2
    assert "\x1b" not in answer.err


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_locale_that_cannot_write_an_answer_does_not_lose_it(tmp_path: Path, encoding: str) -> None:
    fact = tmp_path / "t.yaml"
    fact.write_text(FACT.replace("T-2026-0101", "T-\u2713-\U0001f512"))
    words = program("check", str(fact), *AS_OF, PYTHONIOENCODING=encoding)
    assert (words.returncode, words.stderr) == (0, b"")
    machine = program("check", str(fact), *AS_OF, "-f", "json", PYTHONIOENCODING=encoding)
    assert json.loads(machine.stdout)["decisions"][0]["fact"]["reference"] == "T-\u2713-\U0001f512"


@pytest.mark.skipif(sys.platform == "darwin", reason="its file names are UTF-8")
def test_a_file_name_that_is_no_utf_8_is_shown_by_its_codes(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff.yaml"
    Path(os.fsdecode(name)).write_text(FACT.replace("formality: formal", "formality: x"))
    for form in ("text", "json", "sarif", "junit", "github", "gitlab", "html"):
        done = program(
            "check",
            os.fsdecode(name),
            *AS_OF,
            "-f",
            form,
            "-f",
            f"json={tmp_path}/out" if form != "json" else "sarif=out",
        )
        assert (done.returncode, done.stderr) == (4, b""), form


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a = " + "[" * 20_000, "nested too deep"),
        ("#" * 2_000_000, "larger than 1 MiB"),
        ("agreement = 'x\0'", "cannot be read"),
        ("agreement = 1", "should be text"),
        ('format = "json=a\\u0000b"', "cannot be written"),
        ("policys = 'x'", "did you mean `policies`"),
    ],
)
def test_hostile_settings_are_told_as_such(capsys: Capture, tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "isa-guard.toml").write_text(content)
    answer = call(capsys, "check", GOOD, *AS_OF)
    assert answer.code in {2, 4}
    assert said in answer.err


def test_neither_home_nor_time_zone_nor_language_changes_an_answer() -> None:
    plain = program("check", str(GOOD), *AS_OF, "-f", "json")
    for odd in (
        {"TZ": "Pacific/Kiritimati"},
        {"TZ": "no/where"},
        {"LANG": "tr_TR.UTF-8"},
        {"HOME": "/nowhere"},
    ):
        assert program("check", str(GOOD), *AS_OF, "-f", "json", **odd).stdout == plain.stdout
    assert plain.returncode == 0


def test_a_report_is_not_written_over_a_fact_or_another_report(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(FACT)
    (tmp_path / "link").symlink_to("t.yaml")
    for forms in (["json=t.yaml"], ["json=link"], ["json=./t.yaml"], ["json=out", "sarif=./out"]):
        asked = [part for form in forms for part in ("-f", form)]
        answer = call(capsys, "check", "t.yaml", *asked, *AS_OF)
        assert answer.code == 2
        assert "would write over" in answer.err
    assert (tmp_path / "t.yaml").read_text() == FACT
    assert call(capsys, "check", "t.yaml", "-f", "json=a", "-f", "sarif=b", *AS_OF).code == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["check", str(GOOD), *AS_OF], ["explain", "4.21"], ["--version"]])
def test_an_answer_that_a_full_disk_swallows_is_no_permission(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "isa_guard.cli", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            text=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        )
    assert done.returncode != 0
    assert "defect" not in done.stderr
