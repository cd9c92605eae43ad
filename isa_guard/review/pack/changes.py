"""What changed between two versions of an agreement: clauses, terms, rules, readings, parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from isa_guard.model.agreement import Agreement


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what kind of thing, its name, and what became of it."""

    kind: str
    name: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """The change in a sentence."""
        if not self.before:
            return f"{self.kind} {self.name} is new: {self.after}"
        if not self.after:
            return f"{self.kind} {self.name} is gone: {self.before}"
        return f"{self.kind} {self.name} was {self.before}, and is {self.after}"


def changes(before: Agreement, after: Agreement) -> tuple[Change, ...]:
    """Answer every difference between two versions, in the order in which an agreement is read."""
    return tuple(_changes(before, after))


def _changes(before: Agreement, after: Agreement) -> Iterator[Change]:
    yield from _between("party", *({one.id: one.name for one in each.parties} for each in (before, after)))
    yield from _between(
        "purpose",
        *(
            {one.id: f"{one.title} ({', '.join(one.categories)})" for one in each.purposes}
            for each in (before, after)
        ),
    )
    yield from _between(
        "term", *({one.path: str(one.value) for one in each.terms} for each in (before, after))
    )
    yield from _between(
        "clause", *({one.number: one.says for one in each.clauses} for each in (before, after))
    )
    yield from _between("rule", _rules(before), _rules(after))
    yield from _between(
        "reading", *({one.id: one.reading for one in each.readings} for each in (before, after))
    )


def _rules(of: Agreement) -> dict[str, str]:
    return {one.id: one.digest[:12] for one in of.rules} | {one.id: one.digest[:12] for one in of.log_rules}


def _between(kind: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name, ""), after.get(name, "")
        if was != now:
            yield Change(kind, name, was, now)
