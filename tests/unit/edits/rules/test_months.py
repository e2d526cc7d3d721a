"""Which day is so many months away."""

from datetime import date

import pytest

from worker.edits.rules.months import months_from


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 19), 6, date(2026, 7, 19)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), -36, date(2021, 2, 28)),
        (date(2026, 3, 20), -36, date(2023, 3, 20)),
        (date(2026, 1, 31), -2, date(2025, 11, 30)),
    ],
)
def test_the_day_stays_unless_the_month_is_shorter(day: date, months: int, expected: date) -> None:
    """Forwards and backwards, over the end of a year and in leap years."""
    assert months_from(day, months) == expected
