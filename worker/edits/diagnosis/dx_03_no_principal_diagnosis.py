from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim
from worker.edits.facts.traits import Trait

PRINCIPAL = "ABK"
PRINCIPAL_IN_ICD_9 = "BK"


@claim_edit(
    "DX-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("254",), carc=("16",), rarc=("MA63",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), HI01 with qualifier ABK"),
    looks_for=Trait.UNUSUAL_DIAGNOSES,
)
def no_principal_diagnosis(claim: ClaimFacts, _: Context) -> Verdict | None:
    """The claim has no principal ICD-10-CM diagnosis.

    Why: every professional claim names the diagnosis that was chiefly responsible for the service, in the first
    place and with the type ABK.

    Flagged: no diagnosis at all; only diagnoses of type ABF; ABK with an empty code.

    Accepted: ABK M0579, with or without more diagnoses of type ABF. A principal diagnosis in ICD-9-CM (BK) is reported
    by DX-08.

    To do: Send the diagnosis chiefly responsible for the service first, with type ABK; the others with ABF.
    """
    entries = claim.claim.claim_information.health_care_code_information
    if any(entry.diagnosis_type_code in {PRINCIPAL, PRINCIPAL_IN_ICD_9} and entry.diagnosis_code for entry in entries):
        return None
    return Flaw(
        message="The claim has no principal diagnosis (type ABK).",
        hint="Send the diagnosis chiefly responsible for the service first, with type ABK; the others with ABF.",
        at=in_claim("diagnoses"),
        facts={"diagnoses": sum(1 for entry in entries if entry.diagnosis_code)},
    )
