"""`isa-guard review`: the annual review of an agreement, as one folder that can be checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.opening import KEY, REGISTER, TRUST, opened_by
from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError
from isa_guard.model.act import MatterKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isa_guard.cli.opening import Opened
    from isa_guard.language.values import Value
    from isa_guard.model.act import Matter
    from isa_guard.register.published.tiles import TileFolder
    from isa_guard.register.stores.store import Store
    from isa_guard.register.trust_roots.trust_root import TrustRoot
    from isa_guard.review.pack.gather import Period
    from isa_guard.review.pack.pack import Earlier, Pack

_PATH = click.Path(path_type=Path)
UNSIGNED: Final = (
    "Nobody has signed the review in this register: a folder that was made anew, manifest and all, would pass too. "
    "`isa-guard agreement review --pack DIGEST` signs it."
)


@click.command()
@click.argument("folder", type=_PATH)
@click.option("--from", "start", help="The first day of the period: 2025-12-01.")
@click.option("--to", "end", help="The last day. Default: today.")
@click.option("--agreement", "-a", help="The agreement, by its id or folder.")
@click.option(
    "--check", "checked", is_flag=True, help="Check a FOLDER that was made before, and make nothing."
)
@click.option(
    "--last",
    type=_PATH,
    help="The folder of the last review: today's register must have grown out of its root.",
)
@click.option(
    "--sample",
    "size",
    type=click.IntRange(min=0),
    default=25,
    show_default=True,
    help="How many decisions to draw, with proofs.",
)
@click.option("--seed", help="What the sample is drawn by. Default: the register's root, which nobody chose.")
@click.option("--pdf", is_flag=True, help="Write index.pdf as well (needs `isa-guard[review]`).")
@REGISTER
@KEY
@TRUST
def command(
    *,
    folder: Path,
    start: str | None,
    end: str | None,
    agreement: str | None,
    checked: bool,
    last: Path | None,
    size: int,
    seed: str | None,
    pdf: bool,
    register: str | None,
    key: str | None,
    trust: str | None,
) -> int:
    """Write the review of a period to FOLDER: a page, a summary by control, tables, a sample with proofs, and their digests.

    The register is verified as a whole on the way; of one that is broken there is no review.
    """
    if checked:
        return _checked(folder)
    settings = read_settings().with_flags({"register": register, "key": key, "agreement": agreement})
    if not start or not settings.value("agreement"):
        raise UsageError("say of what: --from DAY and --agreement ID")
    from isa_guard.review.pack.folder import files_of, write

    held = opened_by(settings, trust)
    made = _pack(held, settings.value("agreement"), _period(start, end), seed, size, _earlier(held, last))
    files = files_of(made, _proofs(held, made), _others(made, pdf=pdf))
    digest = write(folder, made, files)
    click.echo(_told(made, folder, len(files), digest))
    return 0


def _pack(
    held: Opened, name: str, period: Period, seed: str | None, size: int, earlier: Earlier | None
) -> Pack:
    from isa_guard.acts.asked import asked_for
    from isa_guard.cli.checker import shelf_of
    from isa_guard.cli.due import counted
    from isa_guard.load.agreement import load
    from isa_guard.review.pack.gather import gather
    from isa_guard.review.pack.notices import notices
    from isa_guard.review.pack.pack import acts_for, pack

    settings = read_settings()
    versions = load(name, shelf_of(settings))
    gathered = gather(held.store, held.trust, period, held.heads)
    acts = acts_for(held.ledger(), period)
    due = counted(held, settings, (name,), period.end, acts)
    made = pack(versions, gathered, acts, due, seed or gathered.register.root.hex(), size, earlier)

    def read(request: Matter) -> Mapping[str, Value] | None:
        return asked_for(held.store, request, made.agreement)

    return replace(made, notices=notices(made.matters(MatterKind.REQUEST), made.agreement, read))


def _period(start: str, end: str | None) -> Period:
    from isa_guard.load.dates import read_day
    from isa_guard.review.pack.gather import Period
    from isa_guard.uk.periods import end_of_day, london_day, start_of_day

    now = datetime.now(UTC)
    first, last = read_day(start), read_day(end) if end else london_day(now)
    if first is None or last is None or first > last:
        raise UsageError("--from and --to are days, as 2025-12-01, the first before the last")
    return Period(start_of_day(first), min(end_of_day(last), now))


def _earlier(held: Opened, last: Path | None) -> Earlier | None:
    """Answer the register as the last review had it, once it is proven that today's grew out of it. Raises EvidenceError."""
    if last is None:
        return None
    from isa_guard.register.register import checkpoint_of
    from isa_guard.review.pack.earlier import hold_to
    from isa_guard.review.pack.folder import check

    before, _ = check(last)
    hold_to(held.store, checkpoint_of(held.store, held.trust), before)
    return before


def _proofs(held: Opened, made: Pack) -> dict[str, bytes]:
    from isa_guard.register.published.bundle import head_over
    from isa_guard.register.published.tlog_proof import proof_of, write_proof
    from isa_guard.register.verify import records_at

    drawn = frozenset(one.index for one in made.sample.drawn)
    found: dict[str, bytes] = {}
    for stored in records_at(held.store, held.trust, drawn, held.heads) if drawn else ():
        note = head_over(held.store, held.trust, stored.index)
        found[f"{stored.index}.json"] = stored.envelope
        found[f"{stored.index}.tlog-proof"] = write_proof(proof_of(held.store, note, stored.index))
    return found


def _others(made: Pack, *, pdf: bool) -> dict[str, bytes]:
    if not pdf:
        return {}
    from isa_guard.review.pack import html

    try:
        from weasyprint import HTML
    except (ImportError, OSError):
        what = "a PDF needs weasyprint and its libraries (pango), which are not here: `pip install 'isa-guard[review]'`"
        raise UsageError(what) from None
    return {"index.pdf": bytes(HTML(string=html.render(made)).write_pdf() or b"")}


def _checked(folder: Path) -> int:
    from isa_guard.review.pack.folder import check

    earlier, number = check(folder)
    click.echo(_as_made(folder, number, earlier))
    return 0


def told_of_review(
    folder: Path, log: Store | TileFolder, trust: TrustRoot, heads: Sequence[bytes]
) -> list[str]:
    """Answer what is to be said of a review that is held against a register which verifies. Raises EvidenceError."""
    from isa_guard.acts.ledger import read_ledger
    from isa_guard.register.register import checkpoint_of
    from isa_guard.review.pack.earlier import hold_to, signatures
    from isa_guard.review.pack.folder import check, digest_of

    earlier, number = check(folder)
    hold_to(log, checkpoint_of(log, trust), earlier)
    signed = [
        f"record {one.index}, by {one.by.post} of {one.by.party}"
        for one in signatures(read_ledger(log, trust, heads), digest_of(folder))
    ]
    grown = f"{_as_made(folder, number, earlier)} This register grew out of it."
    return [grown, f"Signed in {'; '.join(signed)}." if signed else UNSIGNED]


def _as_made(folder: Path, number: int, earlier: Earlier) -> str:
    return f"{folder}: {number} files are as they were made, from {earlier.size} records with root {earlier.root}."


def _told(made: Pack, folder: Path, files: int, digest: str) -> str:
    from isa_guard.review.pack.clauses import Answer, tally
    from isa_guard.review.pack.pack import open_questions

    answers = tally(made.clauses)
    lines = [
        f"{answers[Answer.NOT_KEPT]} of {len(made.clauses)} clauses were not kept, {len(made.due.overdue)} deadlines are overdue.",
        f"{len(made.gathered.decided)} decisions, {len(made.sample.drawn)} in the sample, {len(open_questions(made))} questions for people.",
        f"{files} files are in {folder}; begin with {folder / 'index.html'}.",
        f"Manifest sha256 {digest}: `isa-guard agreement review --pack {digest[:12]}...` signs it.",
    ]
    return "\n".join(lines)
