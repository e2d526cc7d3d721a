import re
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim

NINE_DIGITS: Final = re.compile(r"\d{9}", re.ASCII)


@claim_edit(
    "IDN-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("128",), carc=("16",), rarc=("MA130",), entity="85"),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), 2010AA REF with qualifier EI or SY"),
    kinds=BOTH_KINDS,
)
def tax_id_malformed(claim: ClaimFacts, _: Context) -> list[Verdict]:
    """The billing provider's tax id is not nine digits without separators.

    Why: payers pay and report to the tax office under this number; an 837P carries it as nine bare digits.

    Flagged: 12-3456789; eight digits; letters. The same for a social security number that a provider bills under.

    Accepted: nine digits. Whether they are the provider's own cannot be seen from the number. When none is sent there
    is nothing to judge.

    To do: Send the nine digits of the employer id (EI), or of the social security number (SY), no hyphens.
    """
    billing = claim.claim.billing
    given = (("taxId", billing.employer_id), ("ssn", billing.ssn)) if billing else ()
    verdicts: list[Verdict] = []
    if not any(number for _, number in given):
        verdicts.append(NoData("tax id of the billing provider"))
    for element, number in given:
        if number and not NINE_DIGITS.fullmatch(number):
            verdicts.append(
                Flaw(
                    message="The tax id of the billing provider is not nine digits.",
                    hint="Send the nine digits of the employer id (EI), or of the social security number "
                    "(SY), no hyphens.",
                    at=in_claim(f"billing.{element}"),
                    facts={"characters": len(number), "digits": sum(character.isdigit() for character in number)},
                )
            )
    return verdicts
