"""What tables of one export give away together, and what an amount says of its largest contributor."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
import yaml

from isa_guard.errors import LoadError
from isa_guard.library import Export, load_agreement, look_into
from isa_guard.load.facts import read_facts
from isa_guard.model.observation import Observation, Seen, Weight

AGREEMENT = load_agreement("cambridgeshire-opcc")
UNIT = "Post,North,South\nOfficers,41,53\nStaff,62,77\n"
FORCE = "Post,North,South\nOfficers,{},21\nStaff,33,46\n"
SPENDING = "Supplier group,Spend on cars,Spend on boots\nLocal,1000,90\nNational,600,80\n"
GIVEN = [
    ("Local", "Spend on cars", "400 350 250"),
    ("Local", "Spend on boots", "30 30 30"),
    ("National", "Spend on cars", "200 200 200"),
    ("National", "Spend on boots", "20 20 20 20"),
]


def look(folder: Path, files: dict[str, str], more: dict[str, dict[str, Any]]) -> Export:
    """An export of figures; what `more` says of a file stands beside its digest."""
    listed = []
    for name, text in files.items():
        (folder / name).write_text(text)
        listed.append(
            {"path": name, "sha256": hashlib.sha256(text.encode()).hexdigest(), **more.get(name, {})}
        )
    about = {"reference": "X-1", "release": "statistics"}
    document = {"format": "isa-guard/export/1", "export": about, "files": listed}
    (fact,) = read_facts(yaml.safe_dump(document).encode(), str(folder / "export.yaml"))
    return look_into(fact, AGREEMENT, folder, None)


def disclosures(one: Export) -> list[Observation]:
    return [
        seen
        for seen in one.observations
        if seen.seen is Seen.DISCLOSURE and seen.weight is not Weight.ALLOWED
    ]


def whole(folder: Path, officers: int, rest: str) -> list[Observation]:
    files = {"unit.csv": UNIT, "force.csv": FORCE.format(officers)}
    return disclosures(look(folder, files, {"unit.csv": {"parts": ["force.csv"], "rest": rest}}))


def test_what_is_left_of_a_whole_without_its_parts_must_not_be_small(tmp_path: Path) -> None:
    assert whole(tmp_path, 30, "unpublished") == []
    (found,) = whole(tmp_path, 39, "unpublished")
    assert (found.what, found.weight) == ("differencing", Weight.STOPS)
    assert (Path(found.place.source).name, found.place.line, found.column) == ("unit.csv", 2, "column 2")


def test_a_part_that_gives_away_what_the_whole_withholds_is_told_at_its_place(tmp_path: Path) -> None:
    files = {
        "unit.csv": "Post,North,South\nOfficers,44,50\nStaff,60,70\n",
        "one.csv": "Post,North,South\nOfficers,c,20\nStaff,30,40\n",
        "two.csv": "Post,North,South\nOfficers,41,30\nStaff,30,30\n",
    }
    more = {"unit.csv": {"parts": ["one.csv", "two.csv"], "rest": "nobody"}}
    found = disclosures(look(tmp_path, files, more))
    assert [(Path(one.place.source).name, one.place.line) for one in found] == [("one.csv", 2)]
    assert found[0].weight is Weight.STOPS
    assert disclosures(look(tmp_path, files, {})) == []


def test_parts_with_other_tables_are_a_doubt(tmp_path: Path) -> None:
    files = {"unit.csv": UNIT, "force.csv": "Nothing,here\nbut,words\n"}
    found = disclosures(look(tmp_path, files, {"unit.csv": {"parts": ["force.csv"], "rest": "nobody"}}))
    assert "not the same number of tables" in " ".join(one.words for one in found)
    assert {one.weight for one in found} == {Weight.DOUBTFUL}


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"parts": ["unit.csv"], "rest": "nobody"}, "no other file"),
        ({"parts": ["gone.csv"], "rest": "nobody"}, "no other file"),
        ({"parts": ["force.csv"]}, "go together"),
        ({"rest": "nobody"}, "go together"),
        ({"contributions": "../who.csv"}, "leads away"),
    ],
)
def test_a_manifest_that_names_no_parts_of_its_own_is_refused(
    tmp_path: Path, said: dict[str, Any], what: str
) -> None:
    with pytest.raises(LoadError, match=what):
        look(tmp_path, {"unit.csv": UNIT, "force.csv": FORCE.format(30)}, {"unit.csv": said})


def spent(folder: Path, given: list[tuple[str, str, str]]) -> list[Observation]:
    rows = [f"{row},{column},{amount}" for row, column, amounts in given for amount in amounts.split()]
    (folder / "who.csv").write_text("row,column,amount\n" + "\n".join(rows) + "\n")
    return disclosures(look(folder, {"spend.csv": SPENDING}, {"spend.csv": {"contributions": "who.csv"}}))


def test_amounts_that_many_made_up_evenly_may_be_shown(tmp_path: Path) -> None:
    assert spent(tmp_path, GIVEN) == []


def test_an_amount_that_one_contributor_made_up_stops(tmp_path: Path) -> None:
    found = spent(tmp_path, [("Local", "Spend on cars", "950 30 20"), *GIVEN[1:]])
    assert {(one.what, one.weight) for one in found} == {
        ("dominance", Weight.STOPS),
        ("p-percent", Weight.STOPS),
    }
    assert {one.place.line for one in found} == {2}
    assert not any("950" in one.words for one in found)


@pytest.mark.parametrize(
    "given",
    [
        GIVEN[1:],  # an amount of which nobody says who contributed
        [("Local", "Spend on cars", "400 300 250"), *GIVEN[1:]],  # another sum
        [("Elsewhere", "Spend on cars", "400 350 250"), *GIVEN[1:]],
        [("Local", "Spend on cars", "400 350 NaN"), *GIVEN[1:]],
        [("Local", "Spend on cars", "400 350 much"), *GIVEN[1:]],
        [],
    ],
)
def test_contributions_that_do_not_fit_the_amounts_are_a_doubt(
    tmp_path: Path, given: list[tuple[str, str, str]]
) -> None:
    assert {(one.what, one.weight) for one in spent(tmp_path, given)} == {
        ("could-not-be-checked", Weight.DOUBTFUL)
    }


def test_figures_over_several_batches_are_checked_as_one(tmp_path: Path) -> None:
    # Rows of twelve thousand octets, so that the reader hands the sheet on in several batches.
    many = 1200
    rows = [f"Row {number},{'12' if number != 900 else '2'},{'x' * 12_000}" for number in range(many)]
    found = disclosures(look(tmp_path, {"long.csv": "Post,North,Note\n" + "\n".join(rows) + "\n"}, {}))
    assert [one.place.line for one in found if one.what == "threshold"] == [902]
