"""The checks of identifiers over whole columns, each the same answer as its Python function for the cells of its form.

What an expression needs more than once is worked out in a step before it: polars finds only some of what two parts of
an expression share, which was a factor of two to four.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.frames import polars
from isa_guard.scan.identifiers.arithmetic import (
    differs,
    is_date,
    is_day,
    letters_mod97,
    luhn,
    number,
    police_check,
    weighted,
)
from isa_guard.uk.identifiers import contact, education, health, money, places, tax, travel

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    import polars as pl

_TEN: Final = r"^[0-9](?:[ -]?[0-9]){9}$"


@dataclass(frozen=True, slots=True)
class Reading:
    """The form of the cells that it reads, their `parts`, and from these the canonical form, null where it is none.

    Parts are worked out once for all identifiers that share them.
    """

    form: str
    parts: Callable[[pl.Series], pl.DataFrame]
    canonical: Callable[[], pl.Expr]


def given(condition: pl.Expr, canonical: pl.Expr) -> pl.Expr:
    """The canonical form where the condition holds; a condition that is null does not."""
    chosen: pl.Expr = polars().when(condition).then(canonical)
    return chosen


def _part(name: str) -> pl.Expr:
    found: pl.Expr = polars().col(name)
    return found


def _compact(cells: pl.Series, separators: str = "[ -]") -> pl.Series:
    """The cells in capitals without separators, each looked for before it is taken out."""
    if cells.str.contains(separators).any():
        cells = cells.str.replace_all(separators, "")
    if cells.str.contains("[a-z]").any():
        cells = cells.str.to_uppercase()
    return cells.alias("text")


def _text(cells: pl.Series) -> pl.DataFrame:
    return _compact(cells).to_frame()


def _fields(cells: pl.Series, pattern: str, *names: str) -> pl.DataFrame:
    """The groups of a pattern, by these names."""
    groups = cells.str.extract_groups(pattern).struct.unnest()
    groups.columns = list(names)
    return groups


def _ten(cells: pl.Series) -> pl.DataFrame:
    """Ten digits as text and number, and what the sum of them times 10, 9 ... 1 leaves modulo 11."""
    frame = _text(cells).with_columns(number(_part("text")).alias("whole"))
    return frame.with_columns(
        (weighted(_part("whole"), 10, (*health.WEIGHTS, 1)) % 11).alias("rest"),
        differs(_part("whole"), 10).alias("varied"),
    )


def _patient() -> pl.Expr:
    """Whether the check digit and the variety of the ten digits are right."""
    return (_part("rest") == 0) & _part("varied")


def _nhs() -> pl.Expr:
    return given(_patient() & (_part("whole") // 10**9).is_in([4, 6, 7]), _part("text"))


def _chi() -> pl.Expr:
    whole = _part("whole")
    return given(_patient() & is_day(whole // 10**8, whole // 10**6 % 100), _part("text"))


def _health_and_care() -> pl.Expr:
    return given(_patient() & (_part("whole") // 10**8).is_between(32, 39), _part("text"))


def _utr() -> pl.Expr:
    whole = _part("whole")
    rest = weighted(whole % 10**9, 9, tax.UTR_WEIGHTS) % 11
    first = whole // 10**9
    # The check digit is 11 less the rest, brought below ten by taking off nine: one of 1 to 9, so modulo 9 says it.
    return given(_part("varied") & (first > 0) & ((first + rest) % 9 == 2), _part("text"))


def _uln() -> pl.Expr:
    whole = _part("whole")
    return given((_part("rest") == 10) & (whole >= 10**9) & (whole != 9_999_999_999), _part("text"))


def _pnc_parts(cells: pl.Series) -> pl.DataFrame:
    frame = _fields(_compact(cells), "^([0-9]+)/([0-9]+)(.)$", "year", "serial", "letter")
    year, serial = _part("year"), number(_part("serial"))
    return frame.with_columns(
        serial.alias("count"), (number(year.str.slice(-2)) * 10**7 + serial).alias("whole")
    )


def _pnc() -> pl.Expr:
    year, letter = _part("year"), _part("letter")
    right = (year.str.len_bytes() == 2) | year.str.slice(0, 2).is_in(["19", "20"])
    return given(
        right & (_part("count") > 0) & police_check(_part("whole"), letter),
        polars().concat_str(year, polars().lit("/"), _part("serial").str.zfill(7), letter),
    )


def _cro_parts(cells: pl.Series) -> pl.DataFrame:
    frame = _fields(_compact(cells), "^([0-9]+)/([0-9]{2})(.)$", "serial", "year", "letter")
    return frame.with_columns(number(_part("serial")).alias("count"))


def _cro() -> pl.Expr:
    count, year, letter = _part("count"), _part("year"), _part("letter")
    canonical = polars().concat_str(_part("serial").str.zfill(6), polars().lit("/"), year, letter)
    return given((count > 0) & police_check(number(year) * 10**6 + count, letter), canonical)


def _nino() -> pl.Expr:
    text = _part("text")
    pair = text.str.slice(0, 2)
    issued = ~pair.is_in([*tax.NEVER_ISSUED, *tax.ADMINISTRATIVE])
    return given(issued & text.str.contains("[A-D]$") & differs(number(text.str.slice(2, 6)), 6), text)


def _upn_parts(cells: pl.Series) -> pl.DataFrame:
    return _text(cells).with_columns(number(_part("text").str.slice(1)).alias("whole"))


def _upn() -> pl.Expr:
    text, whole = _part("text"), _part("whole")
    letter = text.str.slice(0, 1).replace_strict(
        list(education.ALPHABET), list(range(23)), default=None, return_dtype=polars().UInt64
    )
    right = weighted(whole, 12, tuple(range(2, 14))) % 23 == letter
    return given(right & (whole // 10**9 >= education.LEAST_AUTHORITY), text)


def _mark() -> pl.Expr:
    text = _part("text")
    current = text.str.contains(entirely(travel.CURRENT))
    issued = text.str.slice(0, 1).is_in(list(travel.REGIONS)) & ~text.str.slice(2, 2).is_in(["00", "50"])
    older = text.str.contains(
        "|".join(map(entirely, (travel.PREFIX, travel.SUFFIX, travel.NORTHERN_IRELAND)))
    )
    return given(polars().when(current).then(issued).otherwise(older), text)


def _postcode_parts(cells: pl.Series) -> pl.DataFrame:
    return _fields(_compact(cells, " "), entirely(places.POSTCODE), "area", "district", "letter", "inward")


def _postcode() -> pl.Expr:
    area, district, letter, inward = map(_part, ("area", "district", "letter", "inward"))
    lettered = (area + district).is_in(list(places.LETTERED))
    nought = (district == "0") & area.is_in(list(places.DISTRICT_NOUGHT))
    one, two = district.str.len_bytes() == 1, area.is_in(list(places.TWO_DIGITS))
    single = area.is_in(list(places.ONE_DIGIT))
    plain = (single & one) | (~single & (~two | ~one))
    zero = district.str.starts_with("0")
    whole = (zero & nought) | (~zero & plain)
    right = area.is_in(list(places.AREAS)) & (((letter != "") & lettered) | ((letter == "") & whole))
    return given(right, polars().concat_str(area, district, letter, polars().lit(" "), inward))


def _phone_parts(cells: pl.Series) -> pl.DataFrame:
    frame = _compact(cells, "[ .()-]").str.replace(r"^(?:\+440|00440|\+44|0044|0)", "").to_frame()
    return frame.with_columns(number(_part("text").str.slice(3)).alias("rest"))


def _phone() -> pl.Expr:
    text, rest = _part("text"), _part("rest")
    long = text.str.contains(entirely(contact.ASSIGNED)) & differs(rest, 7)
    short = text.str.contains(entirely(contact.GEOGRAPHIC_SHORT)) & differs(rest, 6)
    right = (long | short) & ~text.str.contains(entirely(contact.DRAMA))
    return given(right, polars().lit("+44") + text)


def _card_parts(cells: pl.Series) -> pl.DataFrame:
    return _text(cells).with_columns(number(_part("text")).alias("whole"))


def _card() -> pl.Expr:
    text = _part("text")
    issued = text.str.contains(entirely(money.ISSUERS)) & ~text.is_in(list(money.TEST_CARDS))
    return given(issued & luhn(_part("whole")), text)


def _iban_parts(cells: pl.Series) -> pl.DataFrame:
    frame = _text(cells)
    text = _part("text")
    # The bank, the account, then GB (16 11) and the check digits, taken modulo 97 part by part: the whole is too long.
    bank = letters_mod97(text.str.slice(4, 4), 4)
    frame = frame.with_columns(((bank * 10**14 + number(text.str.slice(8, 14))) % 97).alias("rest"))
    return frame.with_columns((_part("rest") * 10**6 + 1611 * 100 + number(text.str.slice(2, 2))) % 97)


def _iban() -> pl.Expr:
    return given(_part("rest") == 1, _part("text"))


def _date_parts(cells: pl.Series) -> pl.DataFrame:
    frame = _fields(cells, "^([0-9]+)[/.-]([0-9]+)[/.-]([0-9]+)$", "one", "month", "three")
    one, three = number(_part("one")), number(_part("three"))
    when = polars().when
    iso = _part("one").str.len_bytes() == 4
    full = when(_part("three").str.len_bytes() == 4).then(three)
    full = full.when(three > 30).then(three + 1900).otherwise(three + 2000)
    return frame.select(
        when(iso).then(one).otherwise(full).alias("year"),
        number(_part("month")).alias("month"),
        when(iso).then(three).otherwise(one).alias("day"),
    )


def _birth() -> pl.Expr:
    year, month, day = map(_part, ("year", "month", "day"))
    text = polars().String
    dashed = polars().concat_str(
        year.cast(text), month.cast(text).str.zfill(2), day.cast(text).str.zfill(2), separator="-"
    )
    return given(year.is_between(1900, 2099) & is_date(year, month, day), dashed)


def entirely(pattern: re.Pattern[str]) -> str:
    """A pattern of the registry for a whole ASCII text, as polars reads it."""
    return f"^(?:{pattern.pattern})$"


READINGS: Final = {
    "nhs-number": Reading(_TEN, _ten, _nhs),
    "chi-number": Reading(_TEN, _ten, _chi),
    "health-and-care-number": Reading(_TEN, _ten, _health_and_care),
    "utr": Reading(_TEN, _ten, _utr),
    "uln": Reading(_TEN, _ten, _uln),
    "pnc-id": Reading("^[0-9]{2,4}/[0-9]{1,7}[A-Za-z]$", _pnc_parts, _pnc),
    "cro-number": Reading("^[0-9]{1,6}/[0-9]{2}[A-Za-z]$", _cro_parts, _cro),
    # The temporary ones, TN and a date, are read one by one.
    "national-insurance-number": Reading(
        "^(?i-u:[A-SU-Z][A-Z]|T[A-MO-Z])(?:[ -]?[0-9]){6}[ -]?[A-Za-z]$", _text, _nino
    ),
    "upn": Reading("^[A-Za-z] ?[0-9]{3} ?[0-9]{4} ?[0-9]{2} ?[0-9]{3}$", _upn_parts, _upn),
    "vehicle-registration": Reading("^[A-Za-z0-9 ]+$", _text, _mark),
    "postcode": Reading("^[A-Za-z0-9 ]+$", _postcode_parts, _postcode),
    "phone": Reading(r"^[0-9 .()+-]+$", _phone_parts, _phone),
    "payment-card": Reading("^[0-9](?:[ -]?[0-9]){11,18}$", _card_parts, _card),
    "iban": Reading("^(?i-u:GB) ?[0-9]{2} ?[A-Za-z]{4}(?: ?[0-9]){14}$", _iban_parts, _iban),
    "date-of-birth": Reading(
        "^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{4}|[0-9]{2})"
        "|[0-9]{1,2}-[0-9]{1,2}-(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}[.][0-9]{1,2}[.](?:[0-9]{4}|[0-9]{2}))$",
        _date_parts,
        _birth,
    ),
}
