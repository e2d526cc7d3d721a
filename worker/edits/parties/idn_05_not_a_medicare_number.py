import re
from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim

FEE_FOR_SERVICE: Final = frozenset({"MA", "MB"})
ONLY_MBI_FROM: Final = date(2020, 1, 1)
LETTER: Final = "AC-HJKMNP-RT-Y"  # without S, L, O, I, B and Z
MBI: Final = re.compile(
    rf"[1-9][{LETTER}][{LETTER}\d]\d[{LETTER}][{LETTER}\d]\d[{LETTER}]{{2}}\d{{2}}", re.ASCII | re.IGNORECASE
)


@claim_edit(
    "IDN-05",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("164",), carc=("16",), rarc=("N382",), entity="IL"),
    citation=Citation(
        source="CMS, Understanding the Medicare Beneficiary Identifier (MBI) Format", effective=ONLY_MBI_FROM
    ),
    kinds=BOTH_KINDS,
)
def not_a_medicare_number(claim: ClaimFacts, context: Context) -> Verdict | None:
    """The patient's number on a Medicare claim is not a Medicare Beneficiary Identifier (MBI).

    Why: since 2020 Medicare takes only the MBI: 11 characters, of which the 2nd, 5th, 8th and 9th are letters, the 3rd
    and 6th letters or digits, the others digits, the first not 0. The letters S, L, O, I, B and Z are never used.

    Flagged: 123456789A, an old claim number; 1EG4-TE5-MK73 with hyphens; 1EG4TE5MK7O with the letter O.

    Accepted: 1EG4TE5MK73, in either case of letters. Not judged: Medicare Advantage and other plans, which have numbers
    of their own, and claims received before 2020.

    To do: Copy the 11 characters from the Medicare card, without hyphens; O, I, L, B, S and Z never occur.
    """
    subscriber = claim.claim.subscriber
    number = subscriber.member_id if subscriber else None
    filing_code = claim.claim.claim_information.claim_filing_code
    bound = context.profile.medicare and filing_code in FEE_FOR_SERVICE and context.received_on >= ONLY_MBI_FROM
    if not bound or not number:
        return DoesNotApply()
    if not MBI.fullmatch(number):
        return Flaw(
            message="The member id is not a Medicare Beneficiary Identifier (MBI).",
            hint="Copy the 11 characters from the Medicare card, without hyphens; O, I, L, B, S and Z never occur.",
            at=in_claim("subscriber.memberId"),
            facts={"characters": len(number)},
        )
    return None
