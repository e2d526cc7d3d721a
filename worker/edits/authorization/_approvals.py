"""A payer's approvals, as a profile lists them."""

from datetime import date
from decimal import Decimal

from pydantic import Field

from worker.edits.codes.ranges import CodeOrRange
from worker.edits.edit import Configuration, Lacks, Options


class Approval(Options):
    """One prior authorization: for which codes, on which days, for how many units of a code on one claim."""

    number: str = Field(min_length=1)
    codes: tuple[CodeOrRange, ...] = Field(min_length=1)
    first_day: date
    last_day: date
    most_units: Decimal | None = None


class Approvals(Options):
    """The prior authorizations that the payer gave."""

    approvals: tuple[Approval, ...] = Field(
        default=(),
        description="the approvals: number, codes, first and last day (both count), and the most units of a code on "
        "one claim where there is a limit",
        examples=[
            [
                {
                    "number": "PA123",
                    "codes": ["J0897"],
                    "first_day": "2026-01-01",
                    "last_day": "2026-12-31",
                    "most_units": 60,
                }
            ]
        ],
    )

    def named(self, number: str) -> Approval | None:
        """The approval of that number."""
        return next((approval for approval in self.approvals if approval.number == number), None)


def without_approvals(kind: type[Approvals]) -> Lacks:
    """An edit that decides nothing where no approval is known."""

    def lacks(configuration: Configuration) -> str | None:
        return None if configuration.options(kind).approvals else "prior authorizations that the payer gave"

    return lacks
