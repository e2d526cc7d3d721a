from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, EditStatus, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay


@drug_day_edit(
    "UNT-06",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("476",), carc=("16",), rarc=("M53",)),
    citation=Citation(
        source="First Coast Service Options, claim submission guidelines: drug units, 2024-06-07",
        url="https://medicare.fcso.com/Claim_submission_guidelines/0508052.asp",
    ),
    status=EditStatus.PLANNED,
    kinds=BOTH_KINDS,
)
def container_billed_to_several_patients(day: DrugDay, _: Context) -> Verdict | None:
    """The units billed for several patients exceed the containers that were opened for them.

    Why: when one container is shared, each claim bills what that patient got. The rest must not be billed as discarded,
    nor the whole container as given, on two claims.

    Flagged: one vial of 100 mg for two patients, billed as 100 mg on each claim.

    Accepted: 50 mg on each claim.

    Planned: it compares the claims of several patients, which are not kept. It is listed, and evaluated on no claim.
    """
    return NoData("other patients' claims of the same provider, drug and day", day.lines[0].number)
