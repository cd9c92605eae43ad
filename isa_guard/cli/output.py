"""Where reports go: standard output, or a file for each format asked for."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from isa_guard.report.run import Run

FORMATS: Final = ("text", "json", "sarif", "junit", "github", "gitlab", "html")


def parse_formats(wanted: Iterable[str], facts: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Answer (format, file) for each; no file is standard output.

    Raises UsageError for a format unknown, for two reports in one place, or one in the place of a fact.
    """
    parsed = [(name, file) for name, _, file in (one.partition("=") for one in wanted)]
    for name, _ in parsed:
        if name not in FORMATS:
            raise UsageError(f"there is no format `{name}`; the formats are {', '.join(FORMATS)}")
    if sum(not file for _, file in parsed) > 1:
        raise UsageError("two reports cannot share standard output: write one of them as FORMAT=FILE")
    taken = {_real(fact): f"the fact {fact}" for fact in facts}
    for _, file in parsed:
        place = _real(file)
        if file and place in taken:
            raise UsageError(f"a report to {file} would write over {taken[place]}")
        if not file.startswith("/dev/"):
            taken[place] = "another report"
    return parsed


def _real(name: str) -> str:
    try:
        return os.path.realpath(name)
    except ValueError:  # a name that no file can have: using it will say so
        return name


def write_reports(run: Run, wanted: Iterable[tuple[str, str]], color: str, *, verbose: bool) -> None:
    """Write every report. Raises UsageError where a file cannot be written."""

    def rendered(name: str, file: str) -> str:
        if name == "text":
            return _text(run, color, file, verbose=verbose)
        return str(import_module(f"isa_guard.report.{name}").render(run))

    write_each(rendered, wanted)


def write_each(rendered: Callable[[str, str], str], wanted: Iterable[tuple[str, str]]) -> None:
    """Write what `rendered` gives for each format and file. Raises UsageError where a file cannot be written."""
    for name, file in wanted:
        text = rendered(name, file)
        if not file:
            _print(name, text)
            continue
        try:
            Path(file).write_text(text, "utf-8", "backslashreplace")
        except (OSError, ValueError) as error:
            raise UsageError(
                f"the report cannot be written to {file}: {(getattr(error, 'strerror', None) or 'no file can have this name').lower()}"
            ) from None


def _print(name: str, text: str) -> None:
    """Write to standard output: words in the terminal's encoding, what programs read in UTF-8 whatever the locale."""
    if name != "text" and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.stdout.write(text)


def _text(run: Run, color: str, file: str, *, verbose: bool) -> str:
    from isa_guard.report import text

    manner = text.Manner(
        width=width_for(file),
        met=text.all_met if verbose else text.none_met,
        paint=text.in_colour if coloured(color, file) else text.plain,
    )
    return text.render(run, manner)


def width_for(file: str) -> int:
    """Answer how wide text is laid out: as the terminal is, within reason; eighty columns in a file."""
    import shutil

    return min(max(shutil.get_terminal_size((80, 24)).columns, 60), 100) if not file else 80


def coloured(color: str, file: str) -> bool:
    """Answer whether to use colour: as asked, else on a terminal, unless NO_COLOR says no (no-color.org)."""
    if color != "auto":
        return color == "always" and not file
    if os.environ.get("NO_COLOR"):
        return False
    return not file and (sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR")))
