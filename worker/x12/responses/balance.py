"""Whether the amounts of a remittance fit together, as its guide requires (005010X221A1, 1.10.2)."""

from collections.abc import Iterable
from decimal import Decimal

from worker.x12.responses.records import Adjustment, RemittedLine
from worker.x12.responses.values import UnreadableAnswerError


def sum_of(adjustments: Iterable[Adjustment]) -> Decimal:
    """Return what adjustments take from a charge, US dollars."""
    return sum((each.amount for each in adjustments), Decimal(0))


def require_balance(
    charge: Decimal, paid: Decimal, adjustments: Iterable[Adjustment], lines: Iterable[RemittedLine]
) -> None:
    """Refuse a claim whose amounts do not fit: something of it was lost, or belongs to another one."""
    of_lines = Decimal(0)
    for place, line in enumerate(lines, 1):
        taken = sum_of(line.adjustments)
        if line.charge - taken != line.paid:
            raise UnreadableAnswerError(f"Line {place} does not balance: SVC02 less its CAS amounts is not SVC03.")
        of_lines += taken
    if charge - sum_of(adjustments) - of_lines != paid:
        raise UnreadableAnswerError("The claim does not balance: CLP03 less all CAS amounts is not CLP04.")
