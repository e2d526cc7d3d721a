"""Scrubs many claims on this machine with the limits of a worker."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from schemas.dead_letter import DeadLetter, DeadLetterReason, DeadLetterStage
from worker.pipeline.scrub import ScrubResult
from worker.stream.budget import ClaimBudget, OverBudgetError

OVER_BUDGET: Final = ScrubResult(dead_letter=DeadLetter(DeadLetterReason.OVER_BUDGET, DeadLetterStage.EDIT))
"""What becomes of a claim that takes longer than in the worker: the dead letter that it would be there."""

Claim = TypeVar("Claim")


def scrub_within(
    budget: ClaimBudget, scrub: Callable[[Sequence[Claim]], list[ScrubResult]], claims: Sequence[Claim]
) -> list[ScrubResult]:
    """Return the results of claims, together if all of them take no longer than one may, else one by one."""
    try:
        if len(claims) > 1:
            with budget:
                return scrub(claims)
    except (OverBudgetError, MemoryError):
        pass
    return [_alone(budget, scrub, claim) for claim in claims]


def _alone(budget: ClaimBudget, scrub: Callable[[Sequence[Claim]], list[ScrubResult]], claim: Claim) -> ScrubResult:
    try:
        with budget:
            return scrub([claim])[0]
    except OverBudgetError:
        return OVER_BUDGET
