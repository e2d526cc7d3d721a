from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, DoesNotApply, EditStatus, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.earlier import earlier_claims, is_repeated, named, unless_known, without_memory

OFFICE: Final = "11"


@drug_line_edit(
    "POS-04",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("249",), carc=("109",), rarc=("N193",)),
    citation=Citation(
        source="Noridian Healthcare Solutions, hospital and skilled nursing facility stays that affect Part B claims"
    ),
    looks_for=Trait.EARLIER_DAY | Trait.ELSEWHERE,
    lacks=without_memory,
    status=EditStatus.PREVIEW,
)
def patient_was_inpatient(line: LineFacts, context: Context) -> Verdict | None:
    """A practice bills a drug for a day on which the patient was in a hospital, as its bill shows.

    Why: a hospital's payment for a stay includes the drugs of its days. A practice that bills one for a day inside the
    stay is denied.

    Flagged: J1745 in the office on 2026-03-03 after a hospital's bill 111 of 2026-03-01 to 2026-03-04.

    Accepted: the days of admission and discharge; days outside of the stay; a bill of outpatients. Only where bills of
    hospitals are scrubbed as well is anything known.

    To do: Verify the date of service; for an inpatient the hospital provides the drug.
    """
    if line.on is None or line.place != OFFICE or is_repeated(context, line):
        return DoesNotApply()
    for claim in earlier_claims(context).stays:
        if claim.first and claim.last and claim.first < line.on < claim.last:
            return Flaw(
                message=f"{line.hcpcs} of {line.on}: the patient was in a hospital from {claim.first} to {claim.last}.",
                hint="Verify the date of service; for an inpatient the hospital provides the drug.",
                at=in_line(line, "serviceDate"),
                facts={
                    "procedureCode": line.hcpcs,
                    "serviceDate": line.on,
                    "stayFrom": claim.first,
                    "stayTo": claim.last,
                    **named(claim),
                },
            )
    return unless_known(context, line.on, line.number)
