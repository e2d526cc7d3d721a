from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, DoesNotApply, Flaw, NoData, Options, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim
from worker.edits.rules.filing_limit import REPLACES_A_CLAIM


class Replacements(Options):
    """Whether a payer other than Medicare accepts replacements and voids; None when that is not known."""

    takes_replacements: bool | None = None


@claim_edit(
    "RES-02",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("535",), carc=("16",), rarc=("N152",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 34: reopenings of claims"),
    options=Replacements,
)
def replacement_not_taken(claim: ClaimFacts, context: Context) -> Verdict | None:
    """The claim replaces or voids another one, but this payer corrects claims in a different way.

    Why: Medicare Part B corrects a paid claim by a reopening, and a returned one by a new claim with frequency 1.
    It does not accept 7 and 8 for professional claims.

    Flagged: frequency 7 or 8 to Medicare, or to a payer whose profile says `takes_replacements: false`.

    Accepted: frequency 1; 7 or 8 to a payer that accepts them. A missing number of the original is reported by RES-01.

    To do: Ask for a reopening of the original; if that was returned, send a new claim with frequency 1.
    """
    frequency = claim.claim.claim_information.claim_frequency_code
    if frequency not in REPLACES_A_CLAIM:
        return DoesNotApply()
    takes = False if context.profile.medicare else context.options(Replacements).takes_replacements
    if takes is None:
        return NoData("whether the payer accepts replacements")
    if not takes:
        return Flaw(
            message=f"The claim has frequency {frequency}; this payer accepts no replacements or voids.",
            hint="Ask for a reopening of the original; if that was returned, send a new claim with frequency 1.",
            at=in_claim("claimFrequencyCode"),
            facts={"claimFrequency": frequency},
        )
    return None
