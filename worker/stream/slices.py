"""Scrubs a slice of messages together, and one by one where one of them takes more than it may or fails.

Together is much faster, and what several claims use up nobody can charge to one of them. So the whole slice has to do
with a part of what one claim may take (`ClaimBudget.together`), and what ends it ends it for nobody: no verdict of it
is kept, nothing is counted, and each message is scrubbed again alone, with the budget of a claim.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

from worker.stream.budget import ClaimBudget
from worker.stream.scrubber import ClaimVerdict, Scrubber

SLICE_MESSAGES: Final = 16
SLICE_BYTES: Final = 64 * 1024
"""How much is scrubbed without a look at the network: about 4 ms. More at a time is hardly faster."""


def scrub_slice(
    scrubber: Scrubber,
    budget: ClaimBudget,
    messages: Sequence[tuple[bytes | None, date]],
    failed: Callable[[Exception], ClaimVerdict],
) -> Iterator[ClaimVerdict]:
    """Yield the verdict on each message, in their order, the same as `scrub` has on it alone.

    Between two verdicts the caller may do something else: where the slice falls apart, each message takes its own time.

    Args:
        scrubber: What scrubs all of them.
        budget: What bounds each of them.
        messages: Claim messages, each with the day it was received on.
        failed: Makes the verdict on a message on which the scrubber raises, alone, `OverBudgetError` (outside of an
            edit; inside of one it is reported in the outcome) or anything else.
    """
    if len(messages) > 1:
        try:
            with budget.together():
                verdicts = scrubber.scrub_many(messages)
        except Exception:  # noqa: BLE001, S110 -- whose fault it is shows below
            pass
        else:
            yield from verdicts
            return
    for value, received_on in messages:
        try:
            with budget:
                verdict = scrubber.scrub(value, received_on=received_on)
        except Exception as error:  # noqa: BLE001 -- one message must not take the others with it
            verdict = failed(error)
        yield verdict
