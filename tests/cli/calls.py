"""A call of the command line, as a program makes it."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from isa_guard.cli.main import main

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
GOOD = EXAMPLES / "monthly-performance" / "transfer.yaml"
BAD = EXAMPLES / "monthly-performance" / "transfer_bad.yaml"
AS_OF = ["--as-of", "2026-11-23"]


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


def call(capsys: pytest.CaptureFixture[str], *arguments: str | Path, stdin: bytes = b"") -> Answer:
    """The answer of one call in this process."""
    capsys.readouterr()
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin))
    try:
        code = main([str(one) for one in arguments])
    finally:
        sys.stdin = before
    found = capsys.readouterr()
    return Answer(code, found.out, found.err)
