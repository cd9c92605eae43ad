"""Where a package cannot be had the tests say so, and a package that no longer fits is a failure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.orchestrators.environments import install, locked, needed


@pytest.mark.slow
def test_without_an_index_the_tests_are_skipped_with_a_way_to_run_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(pytest.skip.Exception, match="make orchestrators"):
        install(tmp_path / "x", locked("dagster"), needed("dagster"))


@pytest.mark.slow
def test_packages_that_do_not_go_together_are_a_failure(tmp_path: Path) -> None:
    """It must not pass for one that is out of reach."""
    lock = tmp_path / "lock.txt"
    lock.write_text("click==8.2.1\n")
    with pytest.raises(pytest.fail.Exception, match="conflicting dependencies"):
        install(tmp_path / "x", lock, ["click<8.2"])


@pytest.mark.parametrize("name", ["airflow", "dagster", "dbt"])
def test_what_is_installed_is_what_isa_guard_asks_for_and_is_locked(name: str) -> None:
    lock = f"\n{locked(name).read_text()}"
    for asked in needed(name):
        assert f"\n{re.split('[<>=~[]', asked)[0]}==".lower() in lock.lower()
