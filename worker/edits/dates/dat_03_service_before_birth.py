from datetime import date

from schemas.outcome import Citation, Severity
from schemas.values import as_day
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_line


@claim_edit(
    "DAT-03",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("158",), carc=("14",), rarc=("N382",), entity="IL"),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), DMG02; X12 CARC 14"),
    kinds=BOTH_KINDS,
)
def service_before_birth(claim: ClaimFacts, _: Context) -> Verdict | list[Verdict] | None:
    """A service is dated before the patient was born.

    Why: one of the two dates is wrong, or the patient is another one (a mother's service under her child's name).

    Flagged: a service on 2026-03-02 for a patient born on 2026-03-03.

    Accepted: a service on the day of birth. The patient is the dependent when the claim names one, else the subscriber.

    To do: Correct the date of service or the date of birth of the ….
    """
    role = "dependent" if claim.claim.dependent else "subscriber"
    patient = claim.claim.dependent or claim.claim.subscriber
    born = as_day(patient.date_of_birth) if patient else None
    if not isinstance(born, date):
        return NoData(f"date of birth of the {role}")
    if claim.first_service is None or claim.first_service >= born:
        return None
    verdicts: list[Verdict] = []
    for early in claim.lines:
        if early.on is None or early.on >= born:
            continue
        verdicts.append(
            Flaw(
                message=f"Line {early.number} is dated {early.on}, before the {role} was born.",
                hint=f"Correct the date of service or the date of birth of the {role}.",
                at=in_line(early, "serviceDate"),
                facts={"serviceDate": early.on},
                predicted=predicts(
                    category="A7",
                    status=("158",),
                    carc=("14",),
                    rarc=("N382",),
                    entity="QC" if claim.claim.dependent else "IL",
                ),
            )
        )
    return verdicts
