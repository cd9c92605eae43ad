"""A certificate of disposal: what went, how, when, by whom and on whose authority, and where the register says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.uk.periods import in_london

if TYPE_CHECKING:
    from isa_guard.model.act import Standing


def certificate(opened: Standing, disposed: Standing, origin: str, root: str, size: int, erased: str) -> str:
    """Answer the certificate as text, ending in a newline. It names posts and codes, and nobody."""
    act, day = disposed.act, disposed.day("disposed_on")
    received = opened.day("received_on")
    lines = [
        "CERTIFICATE OF DISPOSAL",
        "",
        f"Information      {opened.told('reference') or opened.act.id}",
        f"Category         {opened.code('category')}",
        f"Received         {received:%-d %B %Y}" if received else "Received         not known",
        f"Disposed of      {day:%-d %B %Y}" if day else "Disposed of      not known",
        f"How              {disposed.code('how')}",
        f"Copies           {disposed.number('copies') or 'not counted'}",
        f"By               {disposed.by.post} of {disposed.by.party}, key {disposed.by.key_id}",
        f"On authority of  {disposed.code('authority')}",
        f"Under            {act.agreement} {act.version}, sha256 {act.agreement_digest}",
        f"Case document    {erased}",
        "",
        f"Recorded as {disposed.index} of {origin}, {in_london(disposed.recorded_at):%-d %B %Y %H:%M %Z}.",
        f"The register had {size} records then, with root {root}.",
        "To check: isa-guard register verify; isa-guard register show " + str(disposed.index),
    ]
    return "\n".join(lines) + "\n"
