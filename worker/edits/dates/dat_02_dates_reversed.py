from datetime import date

from schemas.outcome import Citation, Severity
from schemas.values import as_day
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait


@line_edit(
    "DAT-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("187",), carc=("16",), rarc=("M52", "M59")),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), DTP*472 with format RD8"),
    needs=Trait.END_DATE,
    kinds=BOTH_KINDS,
)
def dates_reversed(line: LineFacts, _: Context) -> Verdict | None:
    """A line ends before it begins.

    Why: one of the two dates is mistyped; a payer cannot tell which and returns the line.

    Flagged: a line from 2026-03-02 to 2026-03-01.

    Accepted: both dates the same; no end date, which means the same day.

    To do: Correct the one of the two dates that is wrong.
    """
    begins, ends = line.on, as_day(line.line.service_date_end)
    if begins and isinstance(ends, date) and ends < begins:
        return Flaw(
            message=f"{line.hcpcs} begins on {begins} and ends on {ends}.",
            hint="Correct the one of the two dates that is wrong.",
            at=in_line(line, "serviceDateEnd"),
            facts={"serviceDate": begins, "serviceDateEnd": ends},
        )
    return None
