from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import INSTITUTIONAL, Context, DoesNotApply, Flaw, NoData, Options, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim
from worker.edits.rules.correction import replaced, unsafe

LATE_CHARGES, REPLACEMENT = "5", "7"
PAID_PROSPECTIVELY: Final = frozenset({"11", "12", "13", "18", "21", "32", "72", "76"})
"""Facility types that Medicare pays by a prospective rate: hospital inpatient and outpatient, swing bed, skilled
nursing, home health, dialysis, community mental health. A critical access hospital (85) is not among them.
"""


class LateCharges(Options):
    """Whether a payer other than Medicare takes bills of late charges; None when that is not known."""

    takes_late_charges: bool | None = None


@claim_edit(
    "RES-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("535",), carc=("16",), rarc=("MA30",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 1: adjustment bills, late charges",
        section="section 130",
        effective=date(2000, 8, 1),
    ),
    options=LateCharges,
    kinds=INSTITUTIONAL,
    fixes=("unsafe",),
)
def late_charges_not_taken(claim: ClaimFacts, context: Context) -> Verdict | None:
    """A facility bills late charges alone (frequency 5) to a payer that takes a replacement of the whole bill only.

    Why: Medicare prices all services of a day together. What was left out of a bill is sent as a replacement
    (frequency 7) with everything that was billed before; a bill of the rest alone is returned.

    Flagged: type of bill 135 to Medicare; frequency 5 to a payer whose profile says `takes_late_charges: false`.

    Accepted: 137 with the number of the original bill; 855, since a critical access hospital is not paid by a
    prospective rate; frequency 5 to a payer that takes late charges.

    To do: Send a replacement (frequency 7) with all services of the original bill and its control number (REF*F8).
    """
    information = claim.claim.claim_information
    facility = information.place_of_service_code or ""
    if information.claim_frequency_code != LATE_CHARGES:
        return DoesNotApply()
    takes = facility not in PAID_PROSPECTIVELY if context.profile.medicare else _takes(context)
    if takes is None:
        return NoData("whether the payer takes bills of late charges")
    if takes:
        return None
    at = in_claim("claimFrequencyCode")
    return Flaw(
        message=f"Type of bill {facility}{LATE_CHARGES} bills late charges alone, which this payer does not take.",
        hint="Send a replacement (frequency 7) with all services of the original bill and its control number (REF*F8).",
        at=at,
        facts={"facilityType": facility, "claimFrequency": LATE_CHARGES},
        fix=unsafe(replaced(at, LATE_CHARGES, REPLACEMENT)),
    )


def _takes(context: Context) -> bool | None:
    return context.options(LateCharges).takes_late_charges
