"""One session for all: starting one costs more than what is tried in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from isa_guard.audit.spark import session as sessions


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """As the engine starts one, but without what makes long runs sooner and short ones later."""
    with pytest.MonkeyPatch.context() as patch:
        short = {
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        }
        patch.setattr(sessions, "_LOCAL", {**sessions._LOCAL, **short})
        made = sessions.new_session("local[2]", tmp_path_factory.mktemp("spark"), "2g")
    yield made
    made.stop()
