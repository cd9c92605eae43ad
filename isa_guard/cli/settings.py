"""Settings and where each came from: a flag, `ISA_GUARD_*`, `isa-guard.toml` or `pyproject.toml`, the default."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Place, Problem, UsageError
from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMIT: Final = 1024 * 1024
PATHS: Final = frozenset({"rules", "policies", "register", "key", "person", "releases"})
KNOWN: Final = ("agreement", "rules", "policies", "register", "key", "person", "releases", "format")


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and its origin."""

    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What the configuration files and the environment say; flags are laid over it by each command."""

    found: Mapping[str, Setting]

    def with_flags(self, flags: Mapping[str, str | None]) -> Settings:
        """Answer the settings with the flags that were given laid over them."""
        given = {name: Setting(value, f"--{name}") for name, value in flags.items() if value is not None}
        return Settings({**self.found, **given})

    def value(self, name: str) -> str:
        """Answer the value of a setting, empty where nobody set it."""
        found = self.found.get(name)
        return found.value if found else ""

    def shown(self) -> str:
        """Answer every setting with where it came from, one a line."""
        lines = []
        for name in KNOWN:
            found = self.found.get(name)
            lines.append(
                f"{name:<10} {found.value if found else '':<30} {found.origin if found else 'not set'}"
            )
        return "\n".join(lines)


def read_settings(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Answer the settings found from `folder` upwards and in the environment. Raises LoadError for a bad file."""
    environment = os.environ if environment is None else environment
    found = dict(_from_file(folder or _here()))
    for name in KNOWN:
        value = environment.get(f"ISA_GUARD_{name.upper()}")
        if value:
            found[name] = Setting(value, f"ISA_GUARD_{name.upper()}")
    return Settings(found)


def _here() -> Path:
    """Answer the folder that the call is made in. Raises UsageError where it has been removed."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise UsageError("the folder that this is called in is no longer there") from None


def _from_file(folder: Path) -> Mapping[str, Setting]:
    """Answer the nearest configuration, looking up to the root of the repository and no further."""
    for here in (folder, *folder.parents):
        own = here / "isa-guard.toml"
        if own.is_file():
            return _settings(_table(own), own)
        project = here / "pyproject.toml"
        if project.is_file():
            table = _table(project)
            tools = table.get("tool", {})
            section = tools.get("isa-guard") if isinstance(tools, dict) else None
            if isinstance(section, dict):
                return _settings(section, project)
        if (here / ".git").exists():
            break
    return {}


def _table(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            content = file.read(LIMIT + 1)
        if len(content) > LIMIT:
            raise LoadError((Problem("the file is larger than 1 MiB", Place(str(path)), "", "too-large"),))
        return tomllib.loads(content.decode())
    except RecursionError:
        raise LoadError(
            (Problem("cannot be read: nested too deep", Place(str(path)), "", "settings"),)
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LoadError((Problem(f"cannot be read: {error}", Place(str(path)), "", "settings"),)) from None


def _settings(table: Mapping[str, object], path: Path) -> Mapping[str, Setting]:
    from isa_guard.load.suggest import did_you_mean

    problems = [
        Problem(f"the setting `{name}` is not known", Place(str(path)), did_you_mean(name, KNOWN), "settings")
        for name in table
        if name not in KNOWN
    ]
    problems += [
        Problem(f"the setting `{name}` should be text", Place(str(path)), "", "settings")
        for name, value in table.items()
        if name in KNOWN and not isinstance(value, str)
    ]
    if problems:
        raise LoadError(tuple(problems))
    return {name: Setting(_meant(name, str(value), path.parent), str(path)) for name, value in table.items()}


def _meant(name: str, value: str, folder: Path) -> str:
    """Answer a setting of a file; a path is meant from where the file lies, not from where the command is called."""
    is_path = name in PATHS and "://" not in value  # a register may lie in a database
    return str(folder / value) if is_path else value
