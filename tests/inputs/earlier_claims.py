"""Earlier claims of a patient, as they are remembered."""

from datetime import date
from decimal import Decimal

from worker.history.entry import EarlierClaim, EarlierLine, EarlierState
from worker.history.key import NO_MARK, HistoryKey

KEY = HistoryKey(bytes(32), bytes(32))
DAY = date(2026, 3, 2)
BEGIN = date(2025, 6, 1)


def line(code: str = "J1745", on: date = DAY) -> EarlierLine:
    """A line of ten units."""
    return EarlierLine(code, on, on, Decimal(10), Decimal(100), (), "11", NO_MARK)


def claim(
    number: str = "A1",
    *lines: EarlierLine,
    frequency: str = "1",
    state: EarlierState = EarlierState.OUT,
    received_on: date = DAY,
    billing: str = "1234567893",
) -> EarlierClaim:
    """A claim with a line of J1745, or with these lines."""
    return EarlierClaim(
        received_on=received_on,
        state=state,
        is_institutional=False,
        frequency=frequency,
        outcome=NO_MARK,
        control=KEY.mark(number),
        original=NO_MARK,
        billing=KEY.mark(billing),
        specialty=NO_MARK,
        content=NO_MARK,
        facility="",
        first=None,
        last=None,
        lines=lines or (line(),),
    )


def controls(claims: tuple[EarlierClaim, ...]) -> list[bytes]:
    """The marks of their control numbers."""
    return [each.control for each in claims]


def marks(*numbers: str) -> list[bytes]:
    """Those of such numbers."""
    return [KEY.mark(each) for each in numbers]
