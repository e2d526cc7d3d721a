"""Values of answers: amounts, days and services. What cannot be read is said, and never taken for zero."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from schemas.values import Unreadable, as_day, as_money
from worker.errors import ClaimscrubError
from worker.x12.layout.rows import Json
from worker.x12.responses.records import Adjustment, BilledService, Status


class UnreadableAnswerError(ClaimscrubError):
    """An answer about a claim cannot be read with certainty; the text is one sentence without a value of the file."""


def amount_of(part: Json, name: str, element: str) -> Decimal:
    """Return an amount that must be there; `element` is its name in the guide."""
    found = optional_amount(part, name, element)
    if found is None:
        raise UnreadableAnswerError(f"{element} has no amount.")
    return found


def optional_amount(part: Json, name: str, element: str) -> Decimal | None:
    """Return an amount, or None when there is none."""
    found = as_money(part.get(name))
    if isinstance(found, Unreadable):
        raise UnreadableAnswerError(f"{element} is not an amount.")
    return found


def day_of(part: Json, name: str) -> date | None:
    """Return a day; None when there is none, or when it cannot be read, which the reader reports as a note."""
    found = as_day(part.get(name))
    return None if isinstance(found, Unreadable) else found


def period_of(part: Json) -> tuple[date | None, date | None]:
    """Return the first and the last day."""
    begin = day_of(part, "begin")
    return begin, day_of(part, "end") or begin


def service_of(part: Json, name: str) -> BilledService:
    """Return what a line is for."""
    modifiers = tuple(part.get(f"{name}Modifiers", ()))
    return BilledService(part.get(f"{name}Qualifier", ""), part.get(f"{name}Code", ""), modifiers)


def revenue_code_of(part: Json, service: BilledService) -> str:
    """Return the revenue code, which is the service itself on a line without a procedure."""
    return service.code if service.qualifier == "NU" else str(part.get("revenueCode", ""))


def adjustments_of(part: Json) -> tuple[Adjustment, ...]:
    """Return the reasons of all CAS segments of a part."""
    return tuple(
        Adjustment(
            group.get("adjustmentGroupCode", ""),
            _reason(detail),
            amount_of(detail, "adjustmentAmount", "An amount of CAS"),
        )
        for group in part.get("adjustments", ())
        for detail in group.get("adjustmentDetails", ())
    )


def _reason(detail: Json) -> str:
    reason: str = detail.get("adjustmentReasonCode", "")
    if not reason:
        raise UnreadableAnswerError("CAS has an amount without its reason.")
    return reason


def statuses_of(part: Json) -> tuple[Status, ...]:
    """Return the statuses of all STC segments of a part."""
    return tuple(each for stc in part.get("statuses", ()) for each in _composites(stc))


def _composites(stc: Json) -> Iterable[Status]:
    for place in ("", "2", "3"):
        if category := stc.get(f"category{place}"):
            yield Status(category, stc.get(f"code{place}", ""), stc.get(f"entity{place}", ""))
