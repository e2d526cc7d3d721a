from decimal import Decimal
from typing import Final

from schemas.outcome import Citation, Severity
from schemas.values import as_money
from worker.edits.edit import Context, DoesNotApply, Flaw, NoData, Options, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim

MEDICARE_CEILING: Final = Decimal("99999.99")


class ChargeCeiling(Options):
    """The highest total charge that a payer other than Medicare takes on one claim; None for no ceiling."""

    most_claim_charge: Decimal | None = None


@claim_edit(
    "FMT-08",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("178",), carc=("16",), rarc=("M54",)),
    citation=Citation(
        source="First Coast Service Options, claim submission guidelines: claims above $99,999.99, 2025-06-16",
        url="https://medicare.fcso.com/Claim_submission_guidelines/0518896.asp",
    ),
    options=ChargeCeiling,
)
def total_above_ceiling(claim: ClaimFacts, context: Context) -> Verdict | None:
    """The total charge is higher than Medicare Part B can take on one claim.

    Why: the amount has seven digits in Medicare's system, so that 99,999.99 is the most. Gene and cell therapies and
    some enzymes cost more; their units are split over several claims.

    Flagged: a Medicare claim over 100,000.00.

    The claim can be read all the same, so that the other edits run too: often it is a unit count that is too high.

    Accepted: 99,999.99; a larger claim to another payer, unless the payer profile sets a ceiling
    (`most_claim_charge`).

    To do: Split the units over several claims, each with a note (NTE) such as CLAIM 2 OF 2; some contractors want 76 or
    59 on the drug of the later ones.
    """
    total = as_money(claim.claim.claim_information.claim_charge_amount)
    ceiling = MEDICARE_CEILING if context.profile.medicare else context.options(ChargeCeiling).most_claim_charge
    if ceiling is None:
        return DoesNotApply()
    if not isinstance(total, Decimal):
        return NoData("total charge of the claim")
    if total > ceiling:
        return Flaw(
            message=f"The claim charge is {total:f}; this payer takes at most {ceiling:f} on one claim.",
            hint="Split the units over several claims, each with a note (NTE) such as CLAIM 2 OF 2; some contractors "
            "want 76 or 59 on the drug of the later ones.",
            at=in_claim("claimChargeAmount"),
            facts={"claimCharge": total, "limit": ceiling},
        )
    return None
