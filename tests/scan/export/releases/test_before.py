"""What an export gives away together with those that were let go before it."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from isa_guard.errors import EvidenceError
from isa_guard.library import Export, load_agreement, look_into
from isa_guard.load.facts import read_facts
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.export.releases.folder import LINES, Releases

AGREEMENT = load_agreement("cambridgeshire-opcc")
FIGURES = "Post,North,South,Total\nOfficers,{},40,{}\nStaff,30,25,55\n"
COLUMNS = {
    "key": {"category": "complaints", "treatment": "pseudonymised", "role": "key"},
    "area": {"category": "complaints", "treatment": "clear"},
}


def releases(folder: Path) -> Releases:
    return Releases(folder, lambda octets: bytes(range(octets)))


def export(
    folder: Path, kept: Releases, text: str, columns: dict[str, Any] | None = None, **said: str
) -> Export:
    """One export of one file, looked into among those that are kept."""
    folder.mkdir(exist_ok=True)
    (folder / "file.csv").write_text(text)
    file = {"path": "file.csv", "sha256": hashlib.sha256(text.encode()).hexdigest()}
    about = {"reference": f"X-{folder.name}", "to": "opcc", "purpose": "hold-to-account", **said}
    document = {"format": "isa-guard/export/1", "export": about, "files": [file], "columns": columns or {}}
    (fact,) = read_facts(yaml.safe_dump(document).encode(), str(folder / "export.yaml"))
    return look_into(fact, AGREEMENT, folder, None, kept)


def let_go(one: Export, kept: Releases) -> None:
    assert one.release is not None
    kept.keep(one.release)


def disclosures(one: Export) -> list[Observation]:
    return [seen for seen in one.observations if seen.seen is Seen.DISCLOSURE]


def figures(folder: Path, kept: Releases, officers: int, **said: str) -> Export:
    text = FIGURES.format(officers, officers + 40)
    return export(folder, kept, text, None, release="statistics", **said)


def records(folder: Path, kept: Releases, keys: list[str], areas: list[str], **said: str) -> Export:
    rows = "".join(f"{key},{area}\n" for key, area in zip(keys, areas, strict=True))
    more = {"release": "microdata", "treatment": "pseudonymised", **said}
    return export(folder, kept, f"key,area\n{rows}", COLUMNS, **more)


def keys(seed: int, many: int = 20) -> list[str]:
    return [f"{one:012x}" for one in random.Random(seed).sample(range(16**12), many)]


def areas(seed: int) -> list[str]:
    return [f"area {one}" for one in random.Random(seed).sample(range(40), 20)]


def test_a_count_that_differs_by_one_from_the_same_peoples_earlier_count_stops(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    about = "officers and staff on 31 March 2026"
    let_go(figures(tmp_path / "1", kept, 20, population=about), kept)
    second = figures(tmp_path / "2", kept, 21, population=f"  {about.upper()} ")
    found = disclosures(second)
    assert {(one.what, one.weight) for one in found} == {("differencing", Weight.STOPS)}
    assert "(the earlier release X-1)" in found[0].words
    assert [(one.place.line, one.column) for one in found] == [(2, "column 2"), (2, "column 4")]
    assert second.fact.values["disclosures"] == ("differencing",)
    assert second.fact.values["earlier"] == 1


def test_without_a_word_of_whom_they_count_it_is_for_a_person_to_say(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    let_go(figures(tmp_path / "1", kept, 20), kept)
    second = figures(tmp_path / "2", kept, 21)
    assert {one.weight for one in disclosures(second)} == {Weight.DOUBTFUL}
    assert second.fact.values["weigh"] == ("differencing",)


def test_figures_about_others_are_not_compared(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    let_go(figures(tmp_path / "1", kept, 20, population="March"), kept)
    assert disclosures(figures(tmp_path / "2", kept, 21, population="April")) == []


def test_the_same_export_again_is_not_held_to_itself(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    let_go(figures(tmp_path / "1", kept, 20, population="March"), kept)
    again = figures(tmp_path / "1", kept, 20, population="March")
    assert (disclosures(again), again.fact.values["earlier"]) == ([], 0)
    let_go(again, kept)
    assert len(kept.kept) == 1


def test_the_same_keys_for_another_recipient_link_two_exports(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    let_go(records(tmp_path / "1", kept, keys(1), areas(1)), kept)
    for_opcc = records(tmp_path / "2", kept, keys(1), areas(2))
    assert disclosures(for_opcc) == []  # the same recipient and purpose: there people may be followed
    mixed = [*keys(1)[:3], *keys(2, 17)]
    (found,) = disclosures(records(tmp_path / "3", kept, mixed, areas(3), to="constabulary"))
    assert (found.what, found.weight, found.many) == ("key-reuse", Weight.STOPS, 3)
    assert found.words.startswith("3 of 20 keys in key stand in the earlier export X-1")
    (other,) = disclosures(records(tmp_path / "4", kept, mixed, areas(3), purpose="monitor-complaints"))
    assert other.what == "key-reuse"
    assert disclosures(records(tmp_path / "5", kept, keys(5), areas(5), to="constabulary")) == []


def test_new_keys_in_the_same_order_link_as_well(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    let_go(records(tmp_path / "1", kept, keys(1), areas(1)), kept)
    (found,) = disclosures(records(tmp_path / "2", kept, keys(2), areas(1), to="constabulary"))
    assert (found.what, found.many) == ("key-reuse", 20)
    assert disclosures(records(tmp_path / "3", kept, keys(3), areas(4), to="constabulary")) == []


def test_an_order_that_is_that_of_the_values_says_nothing(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    let_go(records(tmp_path / "1", kept, keys(1), sorted(areas(1))), kept)
    assert disclosures(records(tmp_path / "2", kept, keys(2), sorted(areas(1)), to="constabulary")) == []


def test_nothing_of_a_file_stands_in_what_is_kept(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    let_go(records(tmp_path / "1", kept, keys(1), areas(1)), kept)
    let_go(figures(tmp_path / "2", kept, 20, population="Staff of one unit"), kept)
    text = (tmp_path / "kept" / LINES).read_text()
    for value in (*keys(1), *areas(1), "Officers", "North", "one unit"):
        assert value not in text


def test_what_was_kept_is_read_again_by_another_job(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    let_go(figures(tmp_path / "1", kept, 20, population="March"), kept)
    let_go(records(tmp_path / "2", kept, keys(1), areas(1)), kept)
    assert releases(tmp_path / "kept").kept == kept.kept


@pytest.mark.parametrize("change", ["count", "first gone", "swapped", "cut", "no newline"])
def test_a_kept_release_that_was_altered_is_told(tmp_path: Path, change: str) -> None:
    kept = releases(tmp_path / "kept")
    for number in (20, 30, 40):
        let_go(figures(tmp_path / str(number), kept, number, population="March"), kept)
    path = tmp_path / "kept" / LINES
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(
        "".join(
            {
                "count": [lines[0].replace('["count",20,20]', '["count",90,90]'), *lines[1:]],
                "first gone": lines[1:],
                "swapped": [lines[1], lines[0], lines[2]],
                "cut": [*lines[:2], lines[2][:-20]],
                "no newline": [*lines[:2], lines[2].rstrip("\n")],
            }[change]
        )
    )
    with pytest.raises(EvidenceError, match="not as it was kept"):
        releases(tmp_path / "kept")


def test_a_folder_whose_key_is_gone_compares_with_nothing(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    let_go(figures(tmp_path / "1", kept, 20), kept)
    (tmp_path / "kept" / "key").unlink()
    with pytest.raises(EvidenceError, match="is gone"):
        releases(tmp_path / "kept")


def test_the_key_and_what_is_kept_are_for_their_owner_alone(tmp_path: Path) -> None:
    kept = releases(tmp_path / "kept")
    let_go(figures(tmp_path / "1", kept, 20), kept)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "kept").iterdir()}
    assert modes == {"key": 0o600, LINES: 0o600}
