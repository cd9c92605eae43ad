"""The checks of identifiers over whole columns, each the same answer as its Python function for the cells of its form."""

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
    """The form of the cells that it reads, and from a cell its canonical form, null where it is none.

    Where `parts` is given, it makes of a cell what `canonical` reads: worked out once, and read several times.
    """

    form: str
    canonical: Callable[[pl.Expr], pl.Expr]
    parts: Callable[[pl.Expr], pl.Expr] | None = None


def given(condition: pl.Expr, canonical: pl.Expr) -> pl.Expr:
    """The canonical form where the condition holds; a condition that is null does not."""
    chosen: pl.Expr = polars().when(condition).then(canonical)
    return chosen


def _compact(cell: pl.Expr, separators: str = "[ -]") -> pl.Expr:
    return cell.str.replace_all(separators, "").str.to_uppercase()


def _patient(cell: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """The ten digits, as text and number, and whether their check digit and their variety are right."""
    text = _compact(cell)
    whole = number(text)
    return text, whole, (weighted(whole, 10, (*health.WEIGHTS, 1)) % 11 == 0) & differs(whole, 10)


def _nhs(cell: pl.Expr) -> pl.Expr:
    text, whole, right = _patient(cell)
    return given(right & (whole // 10**9).is_in([4, 6, 7]), text)


def _chi(cell: pl.Expr) -> pl.Expr:
    text, whole, right = _patient(cell)
    return given(right & is_day(whole // 10**8, whole // 10**6 % 100), text)


def _health_and_care(cell: pl.Expr) -> pl.Expr:
    text, whole, right = _patient(cell)
    return given(right & (whole // 10**8).is_between(32, 39), text)


def _utr(cell: pl.Expr) -> pl.Expr:
    text = _compact(cell)
    whole = number(text)
    rest = weighted(whole % 10**9, 9, tax.UTR_WEIGHTS) % 11
    first = whole // 10**9
    # The check digit is 11 less the rest, brought below ten by taking off nine: one of 1 to 9, so modulo 9 says it.
    return given(differs(whole, 10) & (first > 0) & ((first + rest) % 9 == 2), text)


def _uln(cell: pl.Expr) -> pl.Expr:
    text = _compact(cell)
    whole = number(text)
    right = weighted(whole, 10, education.ULN_WEIGHTS) % 11 == 10
    return given(right & (whole >= 10**9) & (whole != 9_999_999_999), text)


def _pnc(cell: pl.Expr) -> pl.Expr:
    text = _compact(cell)
    year = text.str.extract("^([0-9]+)/")
    serial = text.str.extract("/([0-9]+)")
    letter = text.str.slice(-1)
    whole = number(year.str.slice(-2)) * 10**7 + number(serial)
    right = ((year.str.len_bytes() == 2) | year.str.slice(0, 2).is_in(["19", "20"])) & (number(serial) > 0)
    return given(
        right & police_check(whole, letter),
        polars().concat_str(year, polars().lit("/"), serial.str.zfill(7), letter),
    )


def _cro(cell: pl.Expr) -> pl.Expr:
    text = _compact(cell)
    serial, year, letter = text.str.extract("^([0-9]+)/"), text.str.extract("/([0-9]{2})"), text.str.slice(-1)
    whole = number(year) * 10**6 + number(serial)
    canonical = polars().concat_str(serial.str.zfill(6), polars().lit("/"), year, letter)
    return given((number(serial) > 0) & police_check(whole, letter), canonical)


def _nino(cell: pl.Expr) -> pl.Expr:
    text = _compact(cell)
    pair = text.str.slice(0, 2)
    issued = ~pair.is_in([*tax.NEVER_ISSUED, *tax.ADMINISTRATIVE])
    return given(issued & text.str.contains("[A-D]$") & differs(number(text.str.slice(2, 6)), 6), text)


def _upn(cell: pl.Expr) -> pl.Expr:
    text = _compact(cell)
    whole = number(text.str.slice(1))
    letter = text.str.slice(0, 1).replace_strict(
        list(education.ALPHABET), list(range(23)), default=None, return_dtype=polars().UInt64
    )
    right = weighted(whole, 12, tuple(range(2, 14))) % 23 == letter
    return given(right & (whole // 10**9 >= education.LEAST_AUTHORITY), text)


def _mark(cell: pl.Expr) -> pl.Expr:
    text = _compact(cell)
    current = text.str.contains(entirely(travel.CURRENT))
    issued = text.str.slice(0, 1).is_in(list(travel.REGIONS)) & ~text.str.slice(2, 2).is_in(["00", "50"])
    older = text.str.contains(
        "|".join(map(entirely, (travel.PREFIX, travel.SUFFIX, travel.NORTHERN_IRELAND)))
    )
    return given(polars().when(current).then(issued).otherwise(older), text)


def _postcode_parts(cell: pl.Expr) -> pl.Expr:
    parts: pl.Expr = _compact(cell, " ").str.extract_groups(entirely(places.POSTCODE))
    return parts


def _postcode(cell: pl.Expr) -> pl.Expr:
    area, district, letter, inward = (cell.struct.field(str(one)) for one in range(1, 5))
    lettered = (area + district).is_in(list(places.LETTERED))
    nought = (district == "0") & area.is_in(list(places.DISTRICT_NOUGHT))
    one, two = district.str.len_bytes() == 1, area.is_in(list(places.TWO_DIGITS))
    single = area.is_in(list(places.ONE_DIGIT))
    plain = (single & one) | (~single & (~two | ~one))
    zero = district.str.starts_with("0")
    whole = (zero & nought) | (~zero & plain)
    right = area.is_in(list(places.AREAS)) & (((letter != "") & lettered) | ((letter == "") & whole))
    return given(right, polars().concat_str(area, district, letter, polars().lit(" "), inward))


def _phone(cell: pl.Expr) -> pl.Expr:
    text = _compact(cell, "[ .()-]").str.replace(r"^(?:\+440|00440|\+44|0044|0)", "")
    long = text.str.contains(entirely(contact.ASSIGNED)) & differs(number(text.str.slice(3)), 7)
    short = text.str.contains(entirely(contact.GEOGRAPHIC_SHORT)) & differs(number(text.str.slice(3)), 6)
    right = (long | short) & ~text.str.contains(entirely(contact.DRAMA))
    return given(right, polars().lit("+44") + text)


def _card(cell: pl.Expr) -> pl.Expr:
    text = _compact(cell)
    issued = text.str.contains(entirely(money.ISSUERS)) & ~text.is_in(list(money.TEST_CARDS))
    return given(issued & luhn(text), text)


def _iban(cell: pl.Expr) -> pl.Expr:
    text = _compact(cell)
    frames = polars()
    # The bank, the account, then GB (16 11) and the check digits, taken modulo 97 part by part: the whole is too long.
    bank = letters_mod97(text.str.slice(4, 4), 4)
    rest = (bank * 10**14 + number(text.str.slice(8, 14))) % 97
    rest = (rest * 10**6 + 1611 * 100 + number(text.str.slice(2, 2))) % 97
    return given(rest == frames.lit(1, frames.UInt64), text)


def _date_parts(cell: pl.Expr) -> pl.Expr:
    parts: pl.Expr = cell.str.extract_groups("^([0-9]+)[/.-]([0-9]+)[/.-]([0-9]+)$")
    return parts


def _birth(cell: pl.Expr) -> pl.Expr:
    one, two, three = (cell.struct.field(str(at)) for at in range(1, 4))
    iso = one.str.len_bytes() == 4
    when = polars().when
    short = number(three)
    full = (
        when(three.str.len_bytes() == 4)
        .then(short)
        .otherwise(short + when(short > 30).then(1900).otherwise(2000))
    )
    year, month, day = (
        when(iso).then(number(one)).otherwise(full),
        number(two),
        when(iso).then(short).otherwise(number(one)),
    )
    right = year.is_between(1900, 2099) & is_date(year, month, day)
    text = polars().String
    dashed = polars().concat_str(
        year.cast(text), month.cast(text).str.zfill(2), day.cast(text).str.zfill(2), separator="-"
    )
    return given(right, dashed)


def entirely(pattern: re.Pattern[str]) -> str:
    """A pattern of the registry for a whole ASCII text, as polars reads it."""
    return f"^(?:{pattern.pattern})$"


READINGS: Final = {
    "nhs-number": Reading(_TEN, _nhs),
    "chi-number": Reading(_TEN, _chi),
    "health-and-care-number": Reading(_TEN, _health_and_care),
    "utr": Reading("^[0-9]{5} ?[0-9]{5}$", _utr),
    "uln": Reading(_TEN, _uln),
    "pnc-id": Reading("^[0-9]{2,4}/[0-9]{1,7}[A-Za-z]$", _pnc),
    "cro-number": Reading("^[0-9]{1,6}/[0-9]{2}[A-Za-z]$", _cro),
    # The temporary ones, TN and a date, are read one by one.
    "national-insurance-number": Reading(
        "^(?i-u:[A-SU-Z][A-Z]|T[A-MO-Z])(?:[ -]?[0-9]){6}[ -]?[A-Za-z]$", _nino
    ),
    "upn": Reading("^[A-Za-z] ?[0-9]{3} ?[0-9]{4} ?[0-9]{2} ?[0-9]{3}$", _upn),
    "vehicle-registration": Reading("^[A-Za-z0-9 ]+$", _mark),
    "postcode": Reading("^[A-Za-z0-9 ]+$", _postcode, _postcode_parts),
    "phone": Reading(r"^[0-9 .()+-]+$", _phone),
    "payment-card": Reading("^[0-9](?:[ -]?[0-9]){11,18}$", _card),
    "iban": Reading("^(?i-u:GB) ?[0-9]{2} ?[A-Za-z]{4}(?: ?[0-9]){14}$", _iban),
    "date-of-birth": Reading(
        "^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{4}|[0-9]{2})"
        "|[0-9]{1,2}-[0-9]{1,2}-(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}[.][0-9]{1,2}[.](?:[0-9]{4}|[0-9]{2}))$",
        _birth,
        _date_parts,
    ),
}
