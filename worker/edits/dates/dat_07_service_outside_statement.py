from datetime import date

from schemas.outcome import Citation, Severity
from schemas.values import as_day
from worker.edits.edit import INSTITUTIONAL, Context, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_line
from worker.edits.rules.required import INPATIENT


@claim_edit(
    "DAT-07",
    severity=Severity.REJECT,
    predicted=predicts(category="A8", status=("187", "188"), carc=("16",), rarc=("M52", "MA31")),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 25; ASC X12N 005010X223A2 (837I), 2300 DTP*434",
        section="section 75.1, form locator 6",
        effective=date(2007, 3, 1),
    ),
    kinds=INSTITUTIONAL,
)
def service_outside_statement(claim: ClaimFacts, _: Context) -> list[Verdict]:
    """A line of a facility's bill is dated outside the days that the statement covers.

    Why: the bill is for the days of its statement. A service of another day belongs on the bill of that day, or the
    statement has the wrong dates; the payer cannot know which and returns the bill.

    Flagged: a line of 2026-03-04 on a statement from 2026-03-01 to 2026-03-03, or of 2026-02-28; a line that begins
    within the statement and ends after it.

    Accepted: a line of the first or the last day of the statement; a line without a date, as on inpatient bills, whose
    lines are judged by their first day alone.

    To do: Correct the date of the line or of the statement, or bill the service on the statement of its day.
    """
    is_stay = claim.claim.claim_information.place_of_service_code in INPATIENT
    dates = claim.claim.claim_information.claim_date_information
    begins, ends = (as_day(dates.statement_begin_date), as_day(dates.statement_end_date)) if dates else (None, None)
    if not isinstance(begins, date) or not isinstance(ends, date) or ends < begins:
        return [NoData("the days that the statement covers")]
    return [
        Flaw(
            message=f"Line {line.number} is dated {line.on}{_until(line.on, line.until)}; the statement covers "
            f"{begins} to {ends}.",
            hint="Correct the date of the line or of the statement, or bill the service on the statement of its day.",
            at=in_line(line, "serviceDate" if line.on < begins or line.on > ends else "serviceDateEnd"),
            facts={
                "serviceDate": line.on,
                "serviceDateEnd": line.until,
                "statementBegin": begins,
                "statementEnd": ends,
            },
        )
        for line in claim.lines
        if line.on is not None
        and line.until is not None
        and (line.on < begins or (line.on if is_stay else line.until) > ends)
    ]


def _until(on: date, until: date) -> str:
    return "" if until == on else f" to {until}"
