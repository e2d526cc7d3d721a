from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.diagnoses import coded_diagnoses
from worker.edits.facts.traits import Trait

ICD_9: Final = frozenset({"BK", "BF"})
ENDED: Final = date(2015, 10, 1)


@claim_edit(
    "DX-08",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("508", "700"), carc=("16",), rarc=("MA63",)),
    citation=Citation(source="45 CFR 162.1002; ASC X12N 005010X222A1 (837P), HI qualifiers BK and BF", effective=ENDED),
    needs=Trait.UNUSUAL_DIAGNOSES,
    kinds=BOTH_KINDS,
)
def icd_9_code(claim: ClaimFacts, _: Context) -> Verdict | list[Verdict] | None:
    """A diagnosis is sent as an ICD-9-CM code for a service since 2015-10-01.

    Why: since that day every diagnosis is coded in ICD-10-CM (types ABK and ABF); ICD-9-CM (BK and BF) is returned.

    Flagged: type BK for a service of 2015-10-01.

    Accepted: type BK for a service of 2015-09-30; types ABK and ABF.

    To do: Send the ICD-10-CM code with type ABK (the principal one) or ABF.
    """
    old = [each for each in coded_diagnoses(claim) if each.type in ICD_9]
    if not old:
        return DoesNotApply()
    if claim.first_service is None:
        return NoData("date of service")
    if claim.first_service < ENDED:
        return None
    return [
        Flaw(
            message=f"Diagnosis {each.place} is sent as ICD-9-CM, which ended for services from {ENDED}.",
            hint="Send the ICD-10-CM code with type ABK (the principal one) or ABF.",
            at=each.at,
            facts={"diagnosisType": each.type, "serviceDate": claim.first_service},
        )
        for each in old
    ]
