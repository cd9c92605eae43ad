"""The reference page of identifiers, written from the registry."""

from __future__ import annotations

from typing import Final, assert_never

from isa_guard.uk.identifiers import IDENTIFIERS, Identifier, Strength

_INTRODUCTION: Final = """\
<!-- Written from the registry of identifiers; a test fails where they differ. -->

# Identifiers

What `isa-guard` looks for inside an export. In a shape, `A` stands for a letter and `9` for a figure; a value is
never shown, only its shape. Spaces may be no-break or thin, figures full-width, hyphens dashes.

How sure it is comes in three grades. *Certain*: a check and words agree, or nothing else is written so. *Likely*:
two kinds of evidence. *Possible*: one kind, which alone never blocks. Kinds of evidence are the shape, a check
digit, a peculiar grouping, words beside it, the heading of its column, and a vote of the column's distinct values:
at least eight of them, of which 60 % pass.

Words that name another thing with numbers (an order, a product, a serial) take the evidence away where they stand
nearer. What belongs to the organisations of the agreement themselves is allowed.
"""


def identifiers_page() -> str:
    """The page `docs/reference/identifiers.md`, in Markdown."""
    lines = [
        _INTRODUCTION,
        "| entity | what it is | written like | check | context needed | leads to |",
        "| --- | --- | --- | --- | --- | --- |",
        *map(_row, IDENTIFIERS),
        "",
        "## Words and sources",
        "",
        "| entity | words that name it | sources |",
        "| --- | --- | --- |",
        *(
            f"| `{one.entity}` | {', '.join(one.keywords)} | {'; '.join(one.sources)} |"
            for one in IDENTIFIERS
        ),
    ]
    return "\n".join(lines) + "\n"


def _row(one: Identifier) -> str:
    forms = ", ".join(f"`{form.upper()}`" for form in one.forms)
    return (
        f"| `{one.entity}` | {one.title} | {forms} | {one.check} | {_context(one)} | {one.personal.value} |"
    )


def _context(one: Identifier) -> str:
    match one.strength:
        case Strength.CONCLUSIVE:
            return "none: certain"
        case Strength.STRONG:
            return "none: likely; certain when named"
        case Strength.CHECKED:
            alone = "possible alone if grouped" if one.telling else "nothing alone"
            return f"{alone}; likely by a vote of its column; certain when named"
        case Strength.SHAPED:
            return "possible alone if written in the usual form; likely when named"
        case Strength.FAINT:
            return "possible; likely in a column headed so"
        case Strength.WEAK:
            return "words or a heading that name it: likely"
        case unknown:
            assert_never(unknown)
