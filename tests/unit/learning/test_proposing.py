"""Another severity is proposed from enough decided findings on, on both sides of each threshold."""

from decimal import Decimal

import pytest

from schemas.outcome import Severity
from worker.learning.document import EditPrecision
from worker.learning.learner import EditKey
from worker.learning.proposing import Thresholds, changes_of

KEY = EditKey("a-plan", "WST-01")
LIMITS = Thresholds(warn_below=0.5, reject_from=0.9, least=10)


def learned(confirmed: int, paid: int) -> EditPrecision:
    """So many findings that were confirmed, and paid all the same."""
    zero = Decimal(0)
    return EditPrecision(confirmed, 0, paid, 5, zero, zero, zero, {"reject": confirmed + paid + 5})


@pytest.mark.parametrize(
    ("now", "confirmed", "paid", "proposed"),
    [
        (Severity.REJECT, 4, 6, Severity.WARN),
        (Severity.PEND, 4, 6, Severity.WARN),
        (Severity.REJECT, 5, 5, None),
        (Severity.REJECT, 4, 5, None),
        (Severity.WARN, 9, 1, Severity.REJECT),
        (Severity.WARN, 8, 2, None),
        (Severity.WARN, 0, 10, None),
        (None, 0, 10, None),
        (Severity.REJECT, 0, 0, None),
    ],
    ids=["low", "low pend", "at the limit", "too few", "high", "not high enough", "warns already", "off", "undecided"],
)
def test_the_precision_speaks_for_a_severity(
    now: Severity | None, confirmed: int, paid: int, proposed: Severity | None
) -> None:
    """The figures go with it."""
    found = changes_of([(KEY, learned(confirmed, paid))], LIMITS, lambda _: now)

    assert [each.proposed for each in found] == ([proposed] if proposed else [])
    assert all(each.now is now and each.learned.decided == confirmed + paid for each in found)
