"""How money, units and dates are written in a claim, and what becomes of other text.

A bad value is a finding, never an exception: text that cannot be read is kept as `Unreadable`, so that an edit can
say what is wrong with it and where.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Final, TypeAlias

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

MONEY = re.compile(r"-?(\d{1,15}(\.\d{1,2})?|\.\d{1,2})", re.ASCII)
QUANTITY = re.compile(r"-?(\d{1,15}(\.\d{1,9})?|\.\d{1,9})", re.ASCII)
"""X12 writes no zero before the point: X12.6, type R."""
DATE = re.compile(r"\d{8}", re.ASCII)
MAX_DIGITS: Final = 18
MAX_EXPONENT_DIGITS: Final = 2


class WrittenNumber(str):
    """A JSON number in the digits of its sender: binary floats never touch money."""

    __slots__ = ()


def is_in_range(digits: str) -> bool:
    """Whether a JSON number can be an amount: at most 18 digits, and an exponent of at most two."""
    mantissa, _, exponent = digits.lower().partition("e")
    return (
        len(mantissa.lstrip("-").replace(".", "")) <= MAX_DIGITS and len(exponent.lstrip("+-")) <= MAX_EXPONENT_DIGITS
    )


class Unreadable(str):
    """Text of the claim in the place of an amount, a quantity or a date that cannot be read as one."""

    __slots__ = ()


def _text(value: object) -> str:
    if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        return str(value).strip()
    # A list or an object here means that the message is not a claim message: pydantic turns this into a schema error.
    raise ValueError("expected text or a number")


def as_money(text: str | None) -> Decimal | Unreadable | None:
    """US dollars with at most two decimals; None when absent or empty."""
    if not text:
        return None
    try:
        return _money(text)
    except ValueError:
        return Unreadable(text)


def as_quantity(text: str | None) -> Decimal | Unreadable | None:
    """A count of units with at most nine decimals (edits judge how many are allowed); None when absent or empty."""
    if not text:
        return None
    try:
        return _quantity(text)
    except ValueError:
        return Unreadable(text)


def as_day(text: str | None) -> date | Unreadable | None:
    """A day written YYYYMMDD; None when absent or empty, `Unreadable` when there is no such day."""
    if not text:
        return None
    try:
        return _day(text)
    except ValueError:
        return Unreadable(text)


# The same few thousand amounts, counts and days are in all claims. A text that is none raises, and so is not kept.
@lru_cache(maxsize=16_384)
def _money(text: str) -> Decimal:
    return _number(text, MONEY)


@lru_cache(maxsize=16_384)
def _quantity(text: str) -> Decimal:
    return _number(text, QUANTITY)


def _number(text: str, form: re.Pattern[str]) -> Decimal:
    if not form.fullmatch(text):
        raise ValueError("not a number")
    return Decimal(text)


@lru_cache(maxsize=16_384)
def _day(text: str) -> date:
    if not DATE.fullmatch(text):
        raise ValueError("not a day")
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def in_digits(amount: Decimal) -> str:
    """Return an amount as text without an exponent."""
    # The same as format(amount, "f") in a third of its time.
    text = str(amount)
    return format(amount, "f") if "E" in text else text


def read_money(value: object) -> Decimal | Unreadable | None:
    """An amount of a message, or one that was read already."""
    return value if value is None or isinstance(value, Decimal) else as_money(_text(value))


def read_quantity(value: object) -> Decimal | Unreadable | None:
    """A count of a message, or one that was read already."""
    return value if value is None or isinstance(value, Decimal) else as_quantity(_text(value))


def read_date(value: object) -> date | Unreadable | None:
    """A day of a message, or one that was read already."""
    return value if value is None or isinstance(value, date) else as_day(_text(value))


def _write(value: Decimal | date | str | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return f"{value:%Y%m%d}" if isinstance(value, date) else format(value, "f")


Money: TypeAlias = Annotated[
    Decimal | Unreadable | None,
    PlainValidator(read_money),
    PlainSerializer(_write),
    WithJsonSchema({"type": "string", "description": "US dollars", "pattern": f"^{MONEY.pattern}$"}),
]
Quantity: TypeAlias = Annotated[
    Decimal | Unreadable | None,
    PlainValidator(read_quantity),
    PlainSerializer(_write),
    WithJsonSchema({"type": "string", "description": "a count of units", "pattern": f"^{QUANTITY.pattern}$"}),
]
Day: TypeAlias = Annotated[
    date | Unreadable | None,
    PlainValidator(read_date),
    PlainSerializer(_write),
    WithJsonSchema({"type": "string", "description": "YYYYMMDD", "pattern": f"^{DATE.pattern}$"}),
]
Text: TypeAlias = str | None
"""Text without the blanks around it. Absent and empty mean the same; numbers are kept as written."""
