from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, EditStatus, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay


@drug_day_edit(
    "AUT-06",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("571",), carc=("151",), rarc=("N435",)),
    citation=Citation(source="Labels of the drugs that are given a limited number of times; none was read"),
    status=EditStatus.PLANNED,
    kinds=BOTH_KINDS,
)
def course_exceeded(day: DrugDay, _: Context) -> Verdict | None:
    """More doses were given than a course or a lifetime allows.

    Why: some drugs end after a number of doses, or may be repeated only after a pause. The limits rest on what is
    commonly known of the labels, not on a retrieved table, so that this only warns.

    Flagged: a thirteenth monthly dose of romosozumab; a second course of hyaluronan within six months.

    Accepted: the last dose of the course, the first one after the pause.

    Planned: it compares the claim with those before it, which are not kept. It is listed, and evaluated on no claim.
    """
    return NoData("the patient's earlier doses of the drug", day.lines[0].number)
