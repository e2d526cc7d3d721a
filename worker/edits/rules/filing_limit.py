"""The last day on which a payer accepts a claim for a date of service.

The limit of a payer other than Medicare is an option of DAT-04; other edits read it from there, so that a profile says
it once.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from pydantic import Field

from schemas.values import as_day
from worker.edits.edit import Context, Options
from worker.edits.facts.claim import ClaimFacts
from worker.edits.rules.months import months_from
from worker.edits.rules.workdays import workday_from

REPLACES_A_CLAIM: Final = frozenset({"7", "8"})
"""Claim frequency codes of a claim that counts from its original."""


class FilingLimit(Options):
    """How long a payer other than Medicare accepts claims."""

    filing_limit_days: int | None = Field(default=None, ge=1, le=3650)


def filing_limit(context: Context) -> FilingLimit:
    """The limit as the payer profile sets it."""
    return context.options(FilingLimit)


@lru_cache(maxsize=1024)
def a_year_from(on: date) -> date:
    """The same day of the next year; for 29 February the 28th."""
    return months_from(on, 12)


def last_day(on: date, limit: FilingLimit, context: Context) -> date | None:
    """The last day for a service of that day; None when the payer's limit is not known.

    A Medicare limit that does not end on a federal workday moves to the next one; that is worked out only when
    needed: a claim received in time is in time either way.
    """
    if context.profile.medicare:
        year_later = a_year_from(on)
        return year_later if context.received_on <= year_later else workday_from(year_later)
    days = limit.filing_limit_days
    return None if days is None else on + timedelta(days=days)


def statement_end(claim: ClaimFacts) -> date | None:
    """The Through date of a facility's bill, from which its limit counts (Pub. 100-04, chapter 1, section 70.4)."""
    dates = claim.claim.claim_information.claim_date_information
    ends = as_day(dates.statement_end_date) if dates else None
    return ends if isinstance(ends, date) else None
