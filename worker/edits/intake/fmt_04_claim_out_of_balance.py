from decimal import Decimal

from schemas.outcome import Citation, Severity
from schemas.values import as_money
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim


@claim_edit(
    "FMT-04",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("400", "178"), carc=("16",), rarc=("M54", "MA130")),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), balancing of CLM02 against the SV102 of all lines"),
    kinds=BOTH_KINDS,
)
def claim_out_of_balance(claim: ClaimFacts, _: Context) -> Verdict | None:
    """The total charge of the claim is not the sum of its line charges.

    Why: payers add the lines up and return a claim that does not balance, to the cent.

    Flagged: a total of 6120.01 over lines of 6000.00 and 120.00.

    Accepted: 6120.00 or 6120 over the same lines.

    To do: Send … as the claim charge, or correct or add the line that is wrong or missing.
    """
    total = as_money(claim.claim.claim_information.claim_charge_amount)
    charges = [charge for charge in claim.charges if charge is not None]
    if not isinstance(total, Decimal):
        return NoData("total charge of the claim")
    if not claim.lines or len(charges) != len(claim.lines):
        return NoData("charge of every line")
    if total != (added := sum(charges, Decimal(0))):
        return Flaw(
            message=f"The claim charge is {total:f}, but the lines add up to {added:f}.",
            hint=f"Send {added:f} as the claim charge, or correct or add the line that is wrong or missing.",
            at=in_claim("claimChargeAmount"),
            facts={"claimCharge": total, "sumOfLines": added, "difference": total - added},
        )
    return None
