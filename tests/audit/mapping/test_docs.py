"""What the reference says of log maps is what they do: its example loads, its list of ready ones is whole."""

from __future__ import annotations

import re
from pathlib import Path

from isa_guard.audit.mapping.load import read_mapping, ready_mappings
from isa_guard.load.declare import key_of
from isa_guard.model.schemas import EVENT
from tests.audit.mapping.maps import event

REFERENCE = (Path(__file__).parents[3] / "docs" / "reference" / "log-maps.md").read_text("utf-8")


def test_the_example_is_a_log_map() -> None:
    text = re.findall(r"```yaml\n(format:.*?)```", REFERENCE, re.DOTALL)[0]
    mapping = read_mapping(text.encode(), "reference", EVENT)
    found = event(mapping, when="25/10/2026 01:30:00", verb="EXP", user="p7", records=3, due="30/11/2026")
    assert found["action"] == "shared"
    assert found["at"] == 1_792_888_200_000_000  # the first of the two
    assert found["needed_by"] == 20_787


def test_every_ready_map_and_every_key_is_told() -> None:
    from dataclasses import fields

    from isa_guard.audit.mapping.shapes import LogMapDocument, TimeShape

    for name in ready_mappings():
        assert f"`{name}`" in REFERENCE
    for shape in (LogMapDocument, TimeShape):
        for field in fields(shape):
            assert key_of(field.name) in REFERENCE
