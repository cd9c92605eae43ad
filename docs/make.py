"""Writes docs/reference and docs/schemas from the program. Run by `make docs`; a test fails where they differ."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from isa_guard.cli.main import COMMANDS
from isa_guard.cli.schema import LOG_MAP, log_map_schema
from isa_guard.load.agreement import load
from isa_guard.load.json_schema import KINDS, json_schema
from isa_guard.model.schemas import SCHEMAS
from isa_guard.report.reference import MADE, acts_page, fields_page, functions_page, rules_page
from isa_guard.scan.identifiers.reference import identifiers_page

DOCS = Path(__file__).parent


def pages() -> dict[str, str]:
    """Every page that is made, by its path below docs/."""
    agreement = load("cambridgeshire-opcc").agreements[-1]
    return {
        "reference/rules.md": rules_page(agreement),
        "reference/functions.md": functions_page(),
        "reference/fields.md": fields_page(SCHEMAS),
        "reference/acts.md": acts_page(),
        "reference/commands.md": commands_page(),
        "reference/identifiers.md": identifiers_page(),
        **{f"schemas/{kind}.json": json.dumps(json_schema(kind), indent=2) + "\n" for kind in KINDS},
        f"schemas/{LOG_MAP}.json": json.dumps(log_map_schema(), indent=2) + "\n",
    }


def commands_page() -> str:
    """The help of every command, as it is printed."""
    parts = [MADE, "", "# Commands", ""]
    for name in ("", *COMMANDS):
        command = [sys.executable, "-m", "isa_guard.cli", *filter(None, [name]), "--help"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={"COLUMNS": "80", "PATH": ""}
        )
        parts += [f"## isa-guard {name}".rstrip(), "", "```", done.stdout.rstrip(), "```", ""]
    return "\n".join(parts)


if __name__ == "__main__":
    for name, text in pages().items():
        path = DOCS / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
