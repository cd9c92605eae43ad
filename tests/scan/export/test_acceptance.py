"""A doubt that a person has looked at stops nothing, in that file and until that day; what is sure is never accepted."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from isa_guard.errors import LoadError
from isa_guard.library import Export, load_agreement, look_into
from isa_guard.load.facts import read_facts
from isa_guard.model.observation import Seen

AGREEMENT = load_agreement("cambridgeshire-opcc")
TODAY = date(2026, 11, 25)
DOUBT = b"area,note\nnorth,Ms Example rang\n"
SURE = b"area,note\nnorth,NI number AB123456C\n"
COLUMNS = {name: {"category": "complaints", "treatment": "clear"} for name in ("area", "note")}


def entry(content: bytes = DOUBT, /, **changes: Any) -> dict[str, Any]:
    one = {
        "file": hashlib.sha256(content).hexdigest(),
        "what": "person-name",
        "reason": "an invented reason",
        "owner": "SPOC officer",
    }
    return {**one, "expires": "2026-11-25", **changes}


def looked(folder: Path, content: bytes, *entries: dict[str, Any]) -> Export:
    (folder / "a.csv").write_bytes(content)
    manifest = {
        "format": "isa-guard/export/1",
        "export": {"reference": "X", "release": "microdata"},
        "files": [{"path": "a.csv", "sha256": hashlib.sha256(content).hexdigest()}],
        "columns": COLUMNS,
    }
    if entries:
        text = yaml.safe_dump({"format": "isa-guard/accepted/1", "accepted": list(entries)})
        (folder / "export.accepted.yaml").write_text(text)
    (fact,) = read_facts(yaml.dump(manifest, Dumper=_Plain).encode(), str(folder / "export.yaml"))
    return look_into(fact, AGREEMENT, folder, TODAY)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def told(export: Export) -> list[str]:
    kinds = {Seen.ACCEPTED, Seen.ACCEPTANCE}
    return [one.words for one in export.observations if one.seen in kinds]


def test_without_an_acceptance_a_doubt_is_for_a_person(tmp_path: Path) -> None:
    assert looked(tmp_path, DOUBT).fact.values["doubtful"] == ("person-name",)


def test_an_accepted_doubt_stops_nothing_until_its_last_day(tmp_path: Path) -> None:
    export = looked(tmp_path, DOUBT, entry())
    assert export.fact.values["doubtful"] == ()
    assert export.fact.values["accepted"] == ("person-name",)
    assert told(export) == ["person-name accepted by SPOC officer until 2026-11-25: an invented reason"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"expires": "2026-11-24"}, "has expired"),
        ({"expires": "soon"}, "has expired"),
        ({"what": "postcode"}, "about nothing that was seen"),
        ({"column": "column area"}, "about nothing that was seen"),
        ({"file": "0" * 64}, "about nothing that was seen"),
    ],
)
def test_an_acceptance_that_does_not_hold_lets_nothing_through_and_is_told(
    change: dict[str, str], what: str, tmp_path: Path
) -> None:
    export = looked(tmp_path, DOUBT, entry(**change))
    assert export.fact.values["doubtful"] == ("person-name",)
    assert export.fact.values["accepted"] == ()
    assert what in "".join(told(export))


def test_an_acceptance_of_a_file_ends_with_the_file(tmp_path: Path) -> None:
    """One letter more, and nobody has looked at it."""
    export = looked(tmp_path, DOUBT.replace(b"rang", b"rang again"), entry(DOUBT))
    assert export.fact.values["doubtful"] == ("person-name",)


def test_what_is_sure_is_never_accepted(tmp_path: Path) -> None:
    export = looked(tmp_path, SURE, entry(SURE, what="national-insurance-number"))
    assert export.fact.values["identifiers"] == ("national-insurance-number",)
    assert "about nothing that was seen" in "".join(told(export))


@pytest.mark.parametrize("change", [{"file": "12"}, {"reason": ""}, {"owner": None}, {"more": 1}])
def test_an_acceptance_that_is_not_whole_is_an_error(change: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(LoadError):
        looked(tmp_path, DOUBT, entry(**change))
