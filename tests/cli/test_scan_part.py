"""A scan of a part of what there is: it says so in its first line, and a clean part is no pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isa_guard.model.coverage import per_cent, ruled_out
from tests.cli.calls import call

Capture = pytest.CaptureFixture[str]

NHS = "401 023 2137"  # invented; it has the check digit of an NHS number
ROWS = 2_000


def table(path: Path, held: dict[int, str] | None = None) -> Path:
    cells = [(held or {}).get(row, "nothing to report") for row in range(ROWS)]
    path.write_text("".join(f"{row},{cell}\n" for row, cell in [("case", "notes"), *enumerate(cells)]))
    return path


def test_a_clean_sample_is_no_clean_scan(tmp_path: Path, capsys: Capture) -> None:
    clean = table(tmp_path / "clean.csv")
    assert call(capsys, "scan", clean).code == 0
    answer = call(capsys, "scan", clean, "--sample", "299", "--seed", "7")
    assert answer.code == 3
    assert answer.out.startswith("NO IDENTIFIER FOUND IN A SAMPLE, WHICH CANNOT TELL FOR THE REST\n")
    assert "sample of 299 rows of 2,000, drawn with --seed 7" in answer.out
    assert "no more than 0.997 % of its rows" in answer.out
    data = json.loads(call(capsys, "scan", clean, "--sample", "299", "-f", "json").out)
    assert "sample" in data["verdict"]
    assert data["coverage"] == "sample"
    assert data["sampled"][0]["rate_ruled_out"] == pytest.approx(0.00997, abs=1e-5)


def test_a_sample_is_drawn_again_by_its_seed(tmp_path: Path, capsys: Capture) -> None:
    path = table(tmp_path / "a.csv", dict.fromkeys(range(0, ROWS, 40), f"NHS number {NHS}"))
    drawn = [call(capsys, "scan", path, "--sample", "400", "--seed", seed).out for seed in "112"]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0].startswith("IDENTIFIERS FOUND IN A SAMPLE\n")
    assert "no more than" not in drawn[0]


def test_a_sample_tells_the_line_of_the_file(tmp_path: Path, capsys: Capture) -> None:
    # Every row from 1,000 on: whichever is drawn first, its line is told, not its place in the sample.
    path = table(tmp_path / "a.csv", dict.fromkeys(range(1000, ROWS), f"NHS number {NHS}"))
    data = json.loads(call(capsys, "scan", path, "--sample", "50", "-f", "json").out)
    (line,) = [one["place"]["line"] for one in data["observations"]]
    assert line > 1_001
    assert NHS in path.read_text().splitlines()[line - 1]


def test_a_table_that_is_no_longer_than_the_sample_is_read_whole(tmp_path: Path, capsys: Capture) -> None:
    answer = call(capsys, "scan", table(tmp_path / "clean.csv"), "--sample", str(ROWS))
    assert (answer.code, answer.out) == (0, "NO IDENTIFIER FOUND\n")


def test_what_could_not_be_read_is_stricter_than_a_sample(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x00\x01\xff" * 99)
    answer = call(capsys, "scan", table(tmp_path / "a.csv"), tmp_path / "a.bin", "--sample", "9")
    assert answer.code == 4


def test_to_fail_fast_stops_at_the_first_sure_finding(tmp_path: Path, capsys: Capture) -> None:
    first = table(tmp_path / "a.csv", {3: f"NHS number {NHS}"})
    later = table(tmp_path / "b.csv", {3: "e-mail kit.doe@mail-of-nobody.co.uk"})
    answer = call(capsys, "scan", "--fail-fast", first, later)
    assert answer.code == 1
    assert answer.out.startswith("IDENTIFIERS FOUND, STOPPED EARLY\n")
    assert "b.csv" not in answer.out
    assert (
        json.loads(call(capsys, "scan", "--fail-fast", first, "-f", "json").out)["coverage"]
        == "stopped early"
    )
    whole = call(capsys, "scan", first, later)
    assert "b.csv" in whole.out
    assert "STOPPED" not in whole.out


def test_to_fail_fast_reads_on_where_nothing_is_sure(tmp_path: Path, capsys: Capture) -> None:
    path = table(tmp_path / "a.csv", {3: NHS})  # its form alone: it may be one
    answer = call(capsys, "scan", "--fail-fast", path, table(tmp_path / "b.csv"))
    assert answer.code == 1
    assert answer.out.startswith("IDENTIFIERS FOUND\n")


def test_what_only_the_vote_of_a_column_makes_certain_is_not_yet_sure(
    tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ref\n" + "".join(f"AB12 CD{last}\n" for last in "ABCDEFGHJKLMNPRST"))
    answer = call(capsys, "scan", "--fail-fast", path)
    assert "certain" in answer.out
    assert answer.out.startswith("IDENTIFIERS FOUND\n")


@pytest.mark.parametrize("arguments", [("--sample", "0"), ("--seed", "1"), ("--sample", "many")])
def test_a_sample_of_nothing_is_wrong_usage(
    arguments: tuple[str, ...], tmp_path: Path, capsys: Capture
) -> None:
    assert call(capsys, "scan", table(tmp_path / "a.csv"), *arguments).code == 2


def test_the_gate_never_samples(capsys: Capture) -> None:
    assert "--sample" not in call(capsys, "check", "--help").out
    assert "--fail-fast" not in call(capsys, "check", "--help").out


@pytest.mark.parametrize(
    ("rows", "share"), [(1, "95 %"), (299, "0.997 %"), (2_994, "0.1 %"), (29_956, "0.01 %")]
)
def test_the_bound_of_a_clean_sample(rows: int, share: str) -> None:
    assert per_cent(ruled_out(rows)) == share
    assert (1 - ruled_out(rows)) ** rows == pytest.approx(0.05)
