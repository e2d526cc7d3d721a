from typing import Final

from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import (
    BOTH_KINDS,
    Context,
    DoesNotApply,
    EditStatus,
    Flaw,
    NoData,
    Options,
    Verdict,
    claim_edit,
    predicts,
)
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim
from worker.edits.facts.traits import Trait
from worker.edits.rules.earlier import earlier_claims, named, without_memory
from worker.history.entry import DECIDED
from worker.history.view import REPLACES

PAYMENT_FLOOR: Final = 14
"""The day on which Medicare can pay an electronic claim at the earliest (Pub. 100-04, chapter 1, section 80.2.1.2)."""


class Decided(Options):
    """After how many days a payer other than Medicare can have decided a claim; None when that is not known."""

    decided_after_days: int | None = Field(default=None, ge=1, le=365)


@claim_edit(
    "RES-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A3", status=("464",), carc=("16",), rarc=("M47",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 1: payment floor", section="section 80.2.1.2"
    ),
    options=Decided,
    needs=Trait.REPLACES,
    lacks=without_memory,
    status=EditStatus.PREVIEW,
    kinds=BOTH_KINDS,
)
def original_still_pending(_: ClaimFacts, context: Context) -> Verdict | None:
    """The claim replaces one that the payer cannot have decided yet.

    Why: a payer can only replace a claim that it has finished; before that the replacement is returned. Medicare pays
    an electronic claim on its 14th day at the earliest.

    Flagged: frequency 7 for a claim that was accepted yesterday and of which no decision is known.

    Accepted: the 14th day, or the one that the profile gives another payer (option `decided_after_days`); a claim that
    is known to be decided, or under another number one of several that may be meant.

    To do: Wait for the remittance of the original claim, which has the control number to replace it by.
    """
    earlier = earlier_claims(context)
    if earlier.frequency not in REPLACES or not earlier.originals:
        return DoesNotApply()
    # Without its number nobody knows which of several is meant: it may be the one that is decided, or the oldest.
    original = earlier.originals[0]
    days = PAYMENT_FLOOR if context.profile.medicare else context.options(Decided).decided_after_days
    if any(each.state in DECIDED for each in earlier.originals):
        return None
    if days is None:
        return NoData("after how many days the payer can have decided a claim")
    passed = (context.received_on - original.received_on).days
    if passed >= days:
        return None
    return Flaw(
        message=f"The original was received {in_words(passed, 'day')} before, and cannot be decided before day {days}.",
        hint="Wait for the remittance of the original claim, which has the control number to replace it by.",
        at=in_claim("claimFrequencyCode"),
        facts={"claimFrequency": earlier.frequency, "days": passed, **named(original)},
    )
