"""Charts where people look rather than read, as SVG that stands in the page: no script, no fetch, a title for those who listen.

Drawn here and not by a plotting library, whose pictures are as large as the whole page, cannot be read out, and bring fonts along.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH: Final = 720
ROW: Final = 26
LABEL: Final = 130
# Colours that differ in lightness too, so that they are told apart in grey and by those who see no red.
GOOD, FAIR, DOUBT, BAD, DARK, PALE = "#00603c", "#5d9c7d", "#b97a00", "#a3171e", "#4a4a4a", "#8b96a3"


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its label, and how long each part is."""

    label: str
    parts: tuple[int, ...]


def stacked(title: str, names: Sequence[str], colours: Sequence[str], bars: Sequence[Bar]) -> str:
    """Answer rows of stacked bars, each part with its number where there is room; nothing for no rows."""
    if not bars:
        return ""
    most = max((sum(one.parts) for one in bars), default=0) or 1
    height = ROW * len(bars) + 34
    lines = [
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}" width="100%" aria-label="{escape(title)}">',
        f"<title>{escape(title)}: {escape(_told(names, bars))}</title>",
    ]
    for at, bar in enumerate(bars):
        lines += _row(bar, at * ROW, most, colours)
    lines += _legend(names, colours, height - 12)
    lines.append("</svg>")
    return "\n".join(lines)


def _row(bar: Bar, top: int, most: int, colours: Sequence[str]) -> Iterator[str]:
    yield f'<text x="{LABEL - 8}" y="{top + 17}" text-anchor="end" font-size="13">{escape(bar.label)}</text>'
    left = float(LABEL)
    for part, colour in zip(bar.parts, colours, strict=True):
        wide = (WIDTH - LABEL - 50) * part / most
        if part:
            yield f'<rect x="{left:.1f}" y="{top + 3}" width="{wide:.1f}" height="{ROW - 7}" fill="{colour}"/>'
            if wide > 26:
                yield f'<text x="{left + 5:.1f}" y="{top + 17}" font-size="12" fill="#fff">{part:,}</text>'
        left += wide
    yield f'<text x="{left + 6:.1f}" y="{top + 17}" font-size="12">{sum(bar.parts):,}</text>'


def _legend(names: Sequence[str], colours: Sequence[str], base: int) -> Iterator[str]:
    left = LABEL
    for name, colour in zip(names, colours, strict=True):
        yield f'<rect x="{left}" y="{base - 10}" width="11" height="11" fill="{colour}"/>'
        yield f'<text x="{left + 16}" y="{base}" font-size="12">{escape(name)}</text>'
        left += 30 + 7 * len(name)


def _told(names: Sequence[str], bars: Sequence[Bar]) -> str:
    """The chart in words, for those who do not see it."""
    rows = []
    for bar in bars:
        parts = ", ".join(f"{part} {name}" for name, part in zip(names, bar.parts, strict=True) if part)
        rows.append(f"{bar.label} {parts or 'none'}")
    return "; ".join(rows)
