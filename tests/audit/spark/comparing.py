"""One log held to one agreement on Spark and event by event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from isa_guard.audit.spark.engine import SparkAudit
from isa_guard.model.agreement import Versions
from isa_guard.model.audit import Audit
from tests.audit.columns.comparing import NOW, Line, by_rows, told


def on_spark(
    session: Any, versions: Versions, log: Sequence[Line], until: int | None = None, limit: int = 1_000
) -> tuple[Audit, tuple[str, ...]]:
    """The audit, and the rules that were judged in Python."""
    with SparkAudit(versions, NOW, limit, session=session) as audit:
        audit.read(log)
        found = audit.finished((), until)
    assert not audit.folder.exists()
    return found, audit.by_rows


def agree(
    session: Any, versions: Versions, log: Sequence[Line], until: int | None = None
) -> tuple[Audit, tuple[str, ...]]:
    """Hold a log by both engines, and answer what Spark says once they agree."""
    found, in_python = on_spark(session, versions, log, until)
    expected = told(by_rows(versions, log, until))
    for part, value in told(found).items():
        assert value == expected[part], part
    return found, in_python
