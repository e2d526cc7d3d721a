from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, EditStatus, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay


@drug_day_edit(
    "AUT-05",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("571", "572"), carc=("151",), rarc=("N640", "N435")),
    citation=Citation(source="The dosing interval in the guide of the drug, each with its own source"),
    status=EditStatus.PLANNED,
    kinds=BOTH_KINDS,
)
def given_again_too_soon(day: DrugDay, _: Context) -> Verdict | None:
    """The drug was given again before its dosing interval was over.

    Why: payers count the days since the last dose and deny one that comes too soon. The interval is in the guide of
    the drug; one from a label may reject, any other warns.

    Flagged: J2353 on 2026-03-02 after J2353 on 2026-02-09, with an interval of 28 days.

    Accepted: 28 days and more, or as many fewer as the payer grants.

    Planned: it compares the claim with those before it, which are not kept. It is listed, and evaluated on no claim.
    """
    return NoData("the patient's earlier dates of service of the drug", day.lines[0].number)
