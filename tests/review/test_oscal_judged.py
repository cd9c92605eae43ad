"""The OSCAL files of a review, read by compliance-trestle and by a reader of NIST's metaschemas: both must take them.

In an environment of their own: trestle's releases that read OSCAL 1.1 ask for exact versions of other packages, which would
then be ours.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from isa_guard.library import load_agreement
from isa_guard.review.pack.folder import files_of
from isa_guard.review.pack.oscal_catalog import as_catalog
from isa_guard.review.pack.oscal_names import CATALOG, RESULTS
from tests.orchestrators.environments import made_once, ran
from tests.review.test_pack import filled, made

if TYPE_CHECKING:
    from tests.acts.office import Desk

HERE = Path(__file__).parent
LOCK = HERE / "locks" / "oscal.txt"
ASKED = ["compliance-trestle>=3.12,<4", "oscal>=3.2,<4"]
pytestmark = pytest.mark.slow


def judged(folder: Path, *texts: str) -> list[list[str]]:
    """What both have against each document."""
    python = made_once("oscal", LOCK, ASKED)
    paths = [folder / f"{number}.json" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    # `oscal` unpacks its metaschemas where it is called: once, beside the packages.
    done = ran([python, HERE / "judge_oscal.py", *paths], python.parents[1], {})
    assert done.returncode == 0, done.stderr[-3_000:]
    found: list[list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_both_take_the_results_and_the_catalog_of_a_review(desk: Desk, tmp_path: Path) -> None:
    filled(desk)
    files = files_of(made(desk), {"1.json": b"{}", "1.tlog-proof": b"proof"}, {"index.pdf": b"%PDF"})
    assert judged(tmp_path, files[RESULTS].decode(), files[CATALOG].decode()) == [[], []]


def test_both_take_the_review_of_a_year_in_which_nothing_happened(desk: Desk, tmp_path: Path) -> None:
    files = files_of(made(desk), {}, {})
    assert judged(tmp_path, files[RESULTS].decode()) == [[]]


def test_both_take_the_clauses_of_every_agreement_that_is_shipped(tmp_path: Path) -> None:
    names = ("cambridgeshire-opcc", "example-care-framework", "example-hospital-discharge", "public-requests")
    catalogs = [as_catalog(one) for name in names for one in load_agreement(name).agreements]
    assert judged(tmp_path, *catalogs) == [[] for _ in catalogs]


def test_they_do_refuse_what_is_no_oscal(desk: Desk, tmp_path: Path) -> None:
    """Else the tests above say nothing."""
    text = files_of(made(desk), {}, {})[RESULTS].decode()
    without_plan, state, method = json.loads(text), json.loads(text), json.loads(text)
    del without_plan["assessment-results"]["import-ap"]
    state["assessment-results"]["results"][0]["findings"][0]["target"]["status"]["state"] = "perhaps"
    del method["assessment-results"]["results"][0]["observations"][0]["methods"]
    found = judged(tmp_path, *map(json.dumps, (without_plan, state, method)))
    for one in found:
        assert {each.partition(":")[0] for each in one} == {"trestle", "oscal"}, one
