"""The session of one audit: quiet, without a page of its own, and in local mode shut in on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Final

from isa_guard.errors import IsaGuardError, UsageError
from isa_guard.language.columns import SETTINGS, Dialect

MASTER: Final = "local[2]"
MEMORY: Final = "2g"
EXTRA: Final = "pip install 'isa-guard[spark]'"
_STATIC: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",  # what fails is raised to us; its log would show values of events
    "spark.sql.catalogImplementation": "in-memory",
}
# Java writes its log before it hears of the level above; a log without a place to go to is not taken for one.
_QUIET: Final = """
rootLogger.level = off
rootLogger.appenderRef.nowhere.ref = nowhere
appender.nowhere.type = Null
appender.nowhere.name = nowhere
"""
# What executors elsewhere could not do with: they must reach the driver, and are many.
_LOCAL: Final = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "4",
}


class SparkFailed(IsaGuardError):
    """Spark could not do its work: no room, no memory, an executor lost."""


def is_local(master: str) -> bool:
    """Answer whether a master is this machine alone."""
    return master == "local" or master.startswith("local[")


def new_session(master: str, folder: Path, memory: str) -> Any:
    """Answer a session that was not there before, to be stopped. Raises UsageError."""
    session_class = _session_class()
    _need_java()
    if session_class.getActiveSession() is not None:
        raise UsageError("a Spark session is open already in this process: give it as `session`")
    (folder / "quiet.properties").write_text(_QUIET, encoding="utf-8")
    builder = session_class.builder.master(master).appName("isa-guard audit")
    for name, value in _settings(master, folder, memory).items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise UsageError(f"Spark did not start with master {master}: {_name_of(error)}") from error


def beside(session: Any) -> Any:
    """Answer a session with tables and settings of its own on the context of another."""
    own = session.newSession()
    for name, value in SETTINGS[Dialect.SPARK].items():
        own.conf.set(name, value)
    return own


def failures() -> tuple[type[Exception], ...]:
    """Answer what Spark raises where it fails."""
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    return (PySparkException, Py4JError)


def failed(error: Exception) -> SparkFailed:
    """Answer our failure for one of Spark's: by its name alone, since its message may hold values of events."""
    return SparkFailed(f"Spark could not finish the audit: {_name_of(error)}")


def _settings(master: str, folder: Path, memory: str) -> dict[str, str]:
    settings = {
        **SETTINGS[Dialect.SPARK],
        **_STATIC,
        "spark.driver.memory": memory,
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={(folder / 'quiet.properties').as_uri()}",
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
    }
    if is_local(master):
        settings |= {**_LOCAL, "spark.local.dir": str(folder / "local")}
    return settings


def _session_class() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise UsageError(f"the spark engine needs PySpark: {EXTRA}") from None
    return SparkSession


def _need_java() -> None:
    home = os.environ.get("JAVA_HOME")
    found = (Path(home) / "bin" / "java").exists() if home else shutil.which("java")
    if not found:
        raise UsageError(f"the spark engine needs Java 17 or later (and {EXTRA})")


def _name_of(error: Exception) -> str:
    condition = getattr(error, "getCondition", lambda: None)()
    return f"{type(error).__name__} {condition}" if condition else type(error).__name__
