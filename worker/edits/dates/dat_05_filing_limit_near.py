from collections.abc import Iterator

from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, DoesNotApply, Flaw, Options, Verdict, line_edit, predicts
from worker.edits.facts import LineFacts
from worker.edits.filing_limit import REPLACES_A_CLAIM, filing_limit, last_day
from worker.edits.locate import in_line


class FilingRisk(Options):
    """How many days before the limit the warning begins. The limit itself is an option of DAT-04."""

    days_left: int = Field(default=30, ge=0, le=365)


@line_edit(
    "DAT-05",
    severity=Severity.WARN,
    predicted=predicts(category="A2", status=("718",), carc=("29",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 1; 42 CFR 424.44", section="section 70"
    ),
    options=FilingRisk,
)
def filing_limit_near(line: LineFacts, context: Context) -> Iterator[Verdict]:
    """The payer's time limit for this service ends within 30 days.

    Why: a claim that is returned now may not be corrected in time, and a late claim cannot be appealed. Claims with few
    days left go first.

    Flagged: a Medicare service of 2025-04-01 received on 2026-03-20, with 12 days left.

    Accepted: 31 days left. A claim that is late already is told by DAT-04; so is a payer whose limit is not known, and
    a replacement, which counts from its original claim.
    """
    information = context.claim.claim.claim_information
    is_past = line.on is not None and line.on < context.received_on
    limit = last_day(line.on, filing_limit(context), context) if line.on and is_past else None
    left = (limit - context.received_on).days if limit else None
    if left is None or left < 0 or information.claim_frequency_code in REPLACES_A_CLAIM:
        yield DoesNotApply()
    elif left <= context.options(FilingRisk).days_left:
        yield Flaw(
            message=f"{line.hcpcs} of {line.on} has to be received by {limit}; days left: {left}.",
            hint="Send it today, and watch for a rejection: a corrected claim has to arrive by that day too.",
            at=in_line(line, "serviceDate"),
            facts={"serviceDate": line.on, "lastDay": limit, "daysLeft": left},
        )
