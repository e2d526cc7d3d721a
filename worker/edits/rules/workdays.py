"""The next day on which the federal government works, to which a Medicare time limit moves.

Source: CMS Claims Processing Manual (Pub. 100-04), chapter 1, section 70; the holidays are those of 5 U.S.C. 6103(a).
"""

from datetime import date, timedelta
from typing import Final

MONDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = 0, 3, 4, 5, 6
FIXED_HOLIDAYS: Final = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
# Month, weekday and which of them in the month; -1 is the last one.
MOVING_HOLIDAYS: Final = (
    (1, MONDAY, 3),
    (2, MONDAY, 3),
    (5, MONDAY, -1),
    (9, MONDAY, 1),
    (10, MONDAY, 2),
    (11, THURSDAY, 4),
)


def workday_from(day: date) -> date:
    """The day itself when it is a federal workday, else the first one after it."""
    while day.weekday() in {SATURDAY, SUNDAY} or _is_holiday(day):
        day += timedelta(days=1)
    return day


def _is_holiday(day: date) -> bool:
    # A fixed holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after.
    kept = {FRIDAY: (0, 1), MONDAY: (0, -1)}.get(day.weekday(), (0,))
    if any(_is_fixed(day + timedelta(days=offset)) for offset in kept):
        return True
    nth = (day.day - 1) // 7 + 1
    is_last = (day + timedelta(days=7)).month != day.month
    return any(
        (month, weekday) == (day.month, day.weekday()) and (which == nth or (which < 0 and is_last))
        for month, weekday, which in MOVING_HOLIDAYS
    )


def _is_fixed(day: date) -> bool:
    return (day.month, day.day) in FIXED_HOLIDAYS
