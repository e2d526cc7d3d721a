"""The number of the payer's approval that is on a line."""

from worker.edits.facts.claim import ClaimFacts, LineFacts


def approval_number(line: LineFacts, claim: ClaimFacts) -> str | None:
    """The number that covers a line: its own [2400 REF*G1], else the claim's [2300 REF*G1]."""
    if references := line.line.service_line_reference_information:
        for each in references.prior_authorization:
            if each.prior_authorization_or_referral_number:
                return each.prior_authorization_or_referral_number
    whole = claim.claim.claim_information.claim_supplemental_information
    return whole.prior_authorization_number if whole else None
