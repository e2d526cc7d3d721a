"""How money, units and dates are written in a claim, and what becomes of other text.

A bad value is a finding, never an exception: text that cannot be read is kept as `Unreadable`, so that an edit can
say what is wrong with it and where.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, TypeAlias

from pydantic import PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema

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


@dataclass(slots=True)
class ReadingContext:
    """Facts collected while a claim is read; pass one as the validation context.

    `found_unreadable` says that some text is `Unreadable`, so that no search is needed.
    """

    found_unreadable: bool = False


def _unreadable(text: str, info: ValidationInfo) -> Unreadable:
    if isinstance(info.context, ReadingContext):
        info.context.found_unreadable = True
    return Unreadable(text)


def _text(value: object) -> str:
    if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        return str(value).strip()
    # A list or an object here means that the message is not a claim message: pydantic turns this into a schema error.
    raise ValueError("expected text or a number")


def _read_number(value: object, form: re.Pattern[str], info: ValidationInfo) -> Decimal | Unreadable | None:
    if value is None or isinstance(value, Decimal):
        return value
    text = _text(value)
    if not text:
        return None
    return Decimal(text) if form.fullmatch(text) else _unreadable(text, info)


def read_money(value: object, info: ValidationInfo) -> Decimal | Unreadable | None:
    """US dollars with at most two decimals; `None` when absent or empty."""
    return _read_number(value, MONEY, info)


def read_quantity(value: object, info: ValidationInfo) -> Decimal | Unreadable | None:
    """A count of units with at most nine decimals (edits judge how many are allowed)."""
    return _read_number(value, QUANTITY, info)


def read_date(value: object, info: ValidationInfo) -> date | Unreadable | None:
    """A day written YYYYMMDD; `None` when absent or empty, `Unreadable` when there is no such day."""
    if value is None or isinstance(value, date):
        return value
    text = _text(value)
    if not text:
        return None
    if DATE.fullmatch(text):
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            return _unreadable(text, info)
    return _unreadable(text, info)


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
