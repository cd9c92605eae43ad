"""One protective marking: read as people write it, kept as data, written as the policy has it.

GSCP 2.0: PREFIX CLASSIFICATION - HANDLING INSTRUCTION - DESCRIPTOR - CODEWORD - NATIONAL CAVEAT. Older forms
and variants met in the wild are read with a note. What cannot be told apart from a higher marking is refused.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import field
from functools import lru_cache
from typing import Final

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.uk.marking_terms import Classification, Kind, Term, Tier, known_term, local_term

LONGEST: Final = 500  # characters of one marking with its remarks
_LONGEST_PART: Final = 80


class MarkingError(IsaGuardError):
    """A text that is no marking, or that cannot be trusted to be the one it looks like."""


@dataclass(frozen=True, slots=True)
class Marking:
    """One protective marking. Two are equal when they say the same, however they were written.

    `tier` is None for the older markings that no rule reads across (PROTECT, RESTRICTED, CONFIDENTIAL): only
    the originator may say what they are now. `legacy` is the older name, if it is one. `remarks` are the
    lines of free text after it. `faults` break the policy; `notes` tell of variants, and of what a person
    should look at.
    """

    tier: Tier | None
    legacy: str | None = None
    uk_prefix: bool = False
    instructions: tuple[str, ...] = ()
    descriptors: tuple[str, ...] = ()
    codewords: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    faults: tuple[str, ...] = field(default=(), compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def classification(self) -> Classification | None:
        """OFFICIAL, SECRET or TOP SECRET; None where only the originator can tell."""
        return self.tier.classification if self.tier is not None else None

    @property
    def sensitive(self) -> bool:
        """Whether it is OFFICIAL-SENSITIVE."""
        return self.tier is Tier.OFFICIAL_SENSITIVE

    @property
    def additions(self) -> tuple[str, ...]:
        """Everything after the tier, in the order in which it is written."""
        return (*self.instructions, *self.descriptors, *self.codewords, *self.caveats)

    def at_least(self, other: Marking) -> bool:
        """Whether it stands as high as `other`. Raises MarkingError when either has no tier to compare."""
        for marking in (self, other):
            if marking.tier is None:
                raise MarkingError(
                    f"{marking.legacy} has no place among today's tiers: refer to the originator"
                )
        assert self.tier is not None
        assert other.tier is not None
        return self.tier >= other.tier

    def __str__(self) -> str:
        if self.legacy is not None:
            name = self.legacy
        else:
            assert self.tier is not None
            name = self.tier.words
        releases = [caveat for caveat in self.caveats if caveat.startswith("REL-")]
        inline = [part for part in self.additions if part not in releases]
        first = " - ".join([f"UK {name}" if self.uk_prefix else name, *inline])
        return "\n".join([first, *releases, *self.remarks])


@lru_cache(maxsize=1024)  # a log of millions of events holds a handful of markings
def parse_marking(text: str) -> Marking:
    """The marking that a text is: its first line, with any lines of free text after it.

    Raises MarkingError for a text that is no marking, holds two, is longer than 500 characters, or has
    characters that cannot be seen or that only look like letters of the alphabet used here.
    """
    if len(text) > LONGEST:
        raise MarkingError(f"{len(text)} characters are no marking; the longest that is read has {LONGEST}")
    refuse_hidden(text)
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if not lines:
        raise MarkingError("an empty text is no marking")
    return _Reading().read(lines)


def refuse_hidden(text: str) -> None:
    """Raise MarkingError where a character is invisible, reorders the text, or mimics a Latin letter."""
    for character in text:
        if character.isascii():
            if character.isprintable() or character in "\t\n\r":
                continue
            raise MarkingError(f"a control character, {_code(character)}, is hidden in the marking")
        if hidden(character):
            raise MarkingError(
                f"an invisible or reordering character, {_code(character)}, is hidden in the marking"
            )
        if character.isalpha() and not unicodedata.name(character, "").startswith("LATIN"):
            raise MarkingError(f"{_code(character)} is not a Latin letter, though it may look like one")


# All of them but the surrogates, which no text that was decoded holds, as what stands between the brackets of a pattern.
_NOBODY_SEES: Final = (
    (0x00, 0x08), (0x0B, 0x0C), (0x0E, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD),
    (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2), (0x180E, 0x180E), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064),
    (0x2066, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0001, 0xE0001), (0xE0020, 0xE007F),
)  # fmt: skip
HIDDEN: Final = "".join(f"{chr(first)}-{chr(last)}" for first, last in _NOBODY_SEES)


# Letters of other alphabets that look like capitals or small letters of ours in common fonts (Unicode Technical Standard 39,
# confusables), and those that Unicode itself calls a form of one: full width, mathematical, circled.
_LOOK_LIKE: Final = {
    "A": "\u0391\u0410\u13aa", "B": "\u0392\u0412\u13f4", "C": "\u0421\u03f9\u13df", "D": "\u13a0", "E": "\u0395\u0415\u13ac", "F": "\u03dc\u0492",
    "H": "\u0397\u041d\u13bb", "I": "\u0399\u0406\u04c0", "J": "\u0408", "K": "\u039a\u041a\u13e6", "L": "\u13de", "M": "\u039c\u041c\u13b7",
    "N": "\u039d", "O": "\u039f\u041e\u0555", "P": "\u03a1\u0420\u13e2", "R": "\u13a1", "S": "\u0405\u13da\u054f", "T": "\u03a4\u0422\u13a2",
    "U": "\u054d", "V": "\u13d9\u0474", "X": "\u03a7\u0425", "Y": "\u03a5\u04ae", "Z": "\u0396\u13c3",
    "a": "\u0430\u03b1", "c": "\u0441\u03f2", "d": "\u0501", "e": "\u0435", "f": "\u03dd", "h": "\u04bb", "i": "\u0456\u03b9", "j": "\u0458",
    "l": "\u04cf", "n": "\u0578", "o": "\u043e\u03bf", "p": "\u0440\u03c1", "s": "\u0455", "u": "\u03c5", "v": "\u03bd\u0475", "x": "\u0445", "y": "\u0443",
}  # fmt: skip
_FORMS: Final = ((0xFF21, 0xFF5A), (0x1D400, 0x1D6A3), (0x24B6, 0x24E9), (0x2100, 0x214F))
MIMICS: Final = {ord(other): latin for latin, others in _LOOK_LIKE.items() for other in others} | {
    code: plain
    for first, last in _FORMS
    for code in range(first, last + 1)
    if (plain := unicodedata.normalize("NFKC", chr(code))).isascii() and plain.isalpha() and len(plain) == 1
}


def hidden(character: str) -> bool:
    """Whether a character is one that nobody sees: controls, formats (zero width, bidi), surrogates."""
    return character not in "\t\n\r" and unicodedata.category(character) in {"Cc", "Cf", "Cs"}


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


# The one pattern of what can begin a marking, on text in capitals and with one kind of dash.
HEAD: Final = (
    r"(?:(?P<uk>UK)[ -])?(?:(?P<top>TOP[ -]SECRET)|(?P<secret>SECRET)"
    r"|(?P<official>OFFICIAL(?P<sensitive>[ ]{0,2}[-:]{0,3}[ ]{0,2}"
    r"(?:SENSITIVE|\[SENSITIVE\]|\(SENSITIVE\)))?)"
    r"|(?P<legacy>NOT[ -]PROTECTIVELY[ -]MARKED|UNCLASSIFIED|PROTECT|RESTRICTED|CONFIDENTIAL))(?![A-Z0-9])"
)
DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_HEAD: Final = re.compile(HEAD)
_HIGHER: Final = re.compile(r"SECRET(?!AR(?:Y|IES|IAT|IAL))|(?<!MARKET )SENSITIVE")
_WITHIN_OFFICIAL: Final = frozenset({"NOT PROTECTIVELY MARKED", "UNCLASSIFIED"})
_IMPACT_LEVEL: Final = re.compile(r"(?:BUSINESS )?(?:IL|IMPACT LEVEL)[ /-]?[0-6](?![0-9])")
_BRACKETED: Final = re.compile(r" ?[\[(]([^\[\]()]*)[\])]")
_SEPARATOR: Final = re.compile(r" +- *| *- +| *[;,|] *|: ")


class _Reading:
    """One run of the parser: collects the parts and the notes as it goes along."""

    def __init__(self) -> None:
        self._notes: list[str] = []
        self._faults: list[str] = []
        self._parts: dict[Kind, list[str]] = {kind: [] for kind in Kind}

    def read(self, lines: list[str]) -> Marking:
        line = self._tidied(lines[0])
        head = _HEAD.match(line)
        if head is None:
            raise _no_marking(line)
        tier, legacy = self._tier(head)
        judged_at = tier if legacy is None else None  # the policy does not judge what came before it
        for part in self._split(line[head.end() :]):
            self._add(part, judged_at)
        remarks = [remark for remark in lines[1:] if not self._remark(remark, judged_at)]
        self._look_over(head["uk"], " ".join([line, *remarks]))
        return Marking(
            tier,
            legacy,
            head["uk"] is not None,
            tuple(self._parts[Kind.INSTRUCTION]),
            tuple(self._parts[Kind.DESCRIPTOR]),
            tuple(self._parts[Kind.CODEWORD]),
            tuple(self._parts[Kind.CAVEAT]),
            tuple(remarks),
            tuple(self._faults),
            tuple(self._notes),
        )

    def _tidied(self, line: str) -> str:
        tidy = line.translate(DASHES)
        if tidy != line:
            self._notes.append("write a plain hyphen for the dash")
        if tidy[0] == "[" and tidy[-1] == "]" and "[" not in tidy[1:] and "]" not in tidy[:-1]:
            tidy = tidy[1:-1].strip()
            self._notes.append("write it without brackets")
        if tidy != tidy.upper():
            self._notes.append("write it in capitals")
        return tidy.upper()

    def _tier(self, head: re.Match[str]) -> tuple[Tier | None, str | None]:
        if head["legacy"]:
            legacy = head["legacy"].replace("-", " ")
            if legacy in _WITHIN_OFFICIAL:
                self._notes.append(f"{legacy} is a marking of before April 2014 and falls within OFFICIAL")
                return Tier.OFFICIAL, legacy
            self._notes.append(
                f"{legacy} is a marking of before April 2014 with no equal today: refer to the originator"
            )
            return None, legacy
        if head["top"]:
            return Tier.TOP_SECRET, None
        if head["secret"]:
            return Tier.SECRET, None
        if not head["sensitive"]:
            return Tier.OFFICIAL, None
        if head["sensitive"] != "-SENSITIVE":
            self._notes.append("write OFFICIAL-SENSITIVE, with a hyphen and no spaces")
        return Tier.OFFICIAL_SENSITIVE, None

    def _split(self, tail: str) -> list[str]:
        """The parts after the tier. A word that merely follows it must be one that is known."""
        plain = _BRACKETED.sub(r" - \1", tail)
        if plain != tail:
            self._notes.append("write additional markings after ' - ', not in brackets")
        if any(bracket in plain for bracket in "[]()"):
            raise MarkingError(f"the brackets of {tail.strip()!r} do not match")
        parts = [part.strip(" -:/") for part in _SEPARATOR.split(plain.strip().lstrip("-:/|,; "))]
        parts = [piece for part in parts if part for piece in self._pieces(part)]
        if parts and plain[:2] not in {" -", " :"} and plain[0] not in "-:/|,;":
            if known_term(parts[0]) is None:
                raise MarkingError(f"{tail.strip()!r} follows a classification, but is no part of a marking")
            self._notes.append("write ' - ' before an additional marking")
        return parts

    def _pieces(self, part: str) -> list[str]:
        """COMMERCIAL-LPP is two known terms; REL-EU and BLUE-SKY are one part each."""
        pieces = [piece.strip() for piece in part.split("-")]
        if known_term(part) is None and len(pieces) > 1 and all(map(known_term, pieces)):
            self._notes.append("write ' - ' between additional markings")
            return pieces
        return [part]

    def _add(self, part: str, tier: Tier | None) -> None:
        if len(part) > _LONGEST_PART:
            raise MarkingError(f"a part of {len(part)} characters is no additional marking")
        if _HEAD.match(part):
            raise MarkingError(f"two markings in one: {part!r} is a classification of its own")
        if part.startswith("SENSITIVE"):
            raise MarkingError("SENSITIVE stands directly after OFFICIAL, or the marking cannot be told")
        term = known_term(part)
        # An embargo, or a term of one's own, that names a tier within could hide it: RECIPIENTS ONLY-SECRET.
        if _HIGHER.search(part) or (term is None and any(map(_HEAD.match, part.replace("-", "- ").split()))):
            raise MarkingError(f"two markings in one: {part!r} holds a classification of its own")
        if term is None:
            term = local_term(part, tier)
        elif term.name != part:
            self._notes.append(f"write {term.name} for {part}")
        self._keep(term, tier)

    def _keep(self, term: Term, tier: Tier | None) -> None:
        if term.name in self._parts[term.kind]:
            self._notes.append(f"{term.name} stands twice")
            return
        later = [
            kind
            for kind in Kind
            if self._parts[kind] and list(Kind).index(kind) > list(Kind).index(term.kind)
        ]
        if later:
            self._notes.append(f"write the {term.kind} {term.name} before the {later[0]}")
        self._parts[term.kind].append(term.name)
        if term.note:
            self._notes.append(term.note)
        if tier is not None and tier not in term.legal_at:
            self._faults.append(_illegal(term, tier))

    def _remark(self, remark: str, tier: Tier | None) -> bool:
        """Take a further line that is part of the marking itself; refuse one that contradicts it."""
        line = remark.translate(DASHES).upper()
        if line in {"REL-EU", "REL EU"}:
            self._add(line, tier)
            return True
        start = line.lstrip("[(*-: ")
        # In capitals a higher tier is a marking wherever it stands; in a sentence it may be a word.
        higher = _HIGHER.search(remark.translate(DASHES))
        if _HEAD.match(start) or start.startswith("SENSITIVE") or higher:
            raise MarkingError("two markings in one: a further line holds a classification of its own")
        return False

    def _look_over(self, uk: str | None, whole: str) -> None:
        if uk is None and "REL-EU" in self._parts[Kind.CAVEAT]:
            self._notes.append("REL-EU goes with the prefix UK")
        embargoed = any(part.startswith("EMBARGOED") for part in self._parts[Kind.INSTRUCTION])
        if embargoed and not any(character.isdigit() for character in whole):
            self._notes.append("EMBARGOED needs a date and time, and the marking that applies after it")


def _illegal(term: Term, tier: Tier) -> str:
    if term.name == "RECIPIENTS ONLY":
        return "RECIPIENTS ONLY has not been allowed on plain OFFICIAL since August 2024"
    legal = ", ".join(each.words for each in sorted(term.legal_at))
    return f"{term.name} is not allowed on {tier.words}, only on {legal}"


def _no_marking(line: str) -> MarkingError:
    if _IMPACT_LEVEL.match(line):
        return MarkingError(
            f"{line[:40]!r} is an impact level of the old accreditation scheme, never a marking"
        )
    return MarkingError(f"{line[:40]!r} is no protective marking")
