"""The reference page says what the registry says."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_guard.scan.identifiers.reference import identifiers_page
from isa_guard.uk.identifiers import IDENTIFIERS, Identifier

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "identifiers.md"


def test_the_page_is_as_the_registry_has_it() -> None:
    assert PAGE.read_text("utf-8") == identifiers_page()


@pytest.mark.parametrize("identifier", IDENTIFIERS, ids=lambda one: one.entity)
def test_each_identifier_stands_there_once_in_each_table(identifier: Identifier) -> None:
    rows = [line for line in identifiers_page().splitlines() if line.startswith(f"| `{identifier.entity}` |")]
    assert len(rows) == 2
    assert identifier.title in rows[0]
    assert all(source in rows[1] for source in identifier.sources)
