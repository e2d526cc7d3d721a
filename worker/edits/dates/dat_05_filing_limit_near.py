from pydantic import Field

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Options, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim, in_line
from worker.edits.rules.filing_limit import REPLACES_A_CLAIM, filing_limit, last_day, statement_end


class FilingRisk(Options):
    """How many days before the limit the warning begins. The limit itself is an option of DAT-04."""

    days_left: int = Field(default=30, ge=0, le=365)


@claim_edit(
    "DAT-05",
    severity=Severity.WARN,
    predicted=predicts(category="A2", status=("718",), carc=("29",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 1; 42 CFR 424.44", section="section 70"
    ),
    options=FilingRisk,
    kinds=BOTH_KINDS,
)
def filing_limit_near(claim: ClaimFacts, context: Context) -> Verdict | list[Verdict] | None:
    """The payer's time limit for this service ends within 30 days.

    Why: a claim that is returned now may not be corrected in time, and a late claim cannot be appealed. Claims with few
    days left go first.

    Flagged: a Medicare service of 2025-04-01 received on 2026-03-20, with 12 days left.

    A facility's bill counts as a whole, from the last day of its statement (the Through date).

    Accepted: 31 days left. A claim that is late already is reported by DAT-04; so is a payer whose limit is not known,
    and a replacement, which counts from its original claim.

    To do: Send it today, and watch for a rejection: a corrected bill has to arrive by that day too.

    To do: Send it today, and watch for a rejection: a corrected claim has to arrive by that day too.
    """
    if claim.claim.claim_information.claim_frequency_code in REPLACES_A_CLAIM:
        return DoesNotApply()
    if claim.is_institutional:
        return _of_facility(claim, context)
    received, limit, days_left = context.received_on, filing_limit(context), context.options(FilingRisk).days_left
    first = claim.first_service
    earliest = last_day(first, limit, context) if first and first < received else None
    if earliest is not None and (earliest - received).days > days_left:  # as on nearly every claim
        return None
    limits = [(line, last_day(line.on, limit, context)) for line in claim.lines if line.on and line.on < received]
    in_time = [(line, last) for line, last in limits if last is not None and last >= received]
    verdicts: list[Verdict] = []
    if not in_time:
        verdicts.append(DoesNotApply())
    for line, last in in_time:
        left = (last - received).days
        if left <= days_left:
            verdicts.append(
                Flaw(
                    message=f"{line.hcpcs} of {line.on} has to be received by {last}; days left: {left}.",
                    hint="Send it today, and watch for a rejection: a corrected claim has to arrive by that day too.",
                    at=in_line(line, "serviceDate"),
                    facts={"serviceDate": line.on, "lastDay": last, "daysLeft": left},
                )
            )
    return verdicts


def _of_facility(claim: ClaimFacts, context: Context) -> Verdict | None:
    through, received = statement_end(claim), context.received_on
    if through is None:
        return NoData("last day of the statement")
    last = last_day(through, filing_limit(context), context) if through < received else None
    if last is None or last < received:
        return DoesNotApply()
    left = (last - received).days
    if left > context.options(FilingRisk).days_left:
        return None
    return Flaw(
        message=f"The bill through {through} has to be received by {last}; days left: {left}.",
        hint="Send it today, and watch for a rejection: a corrected bill has to arrive by that day too.",
        at=in_claim("statementEndDate"),
        facts={"statementEnd": through, "lastDay": last, "daysLeft": left},
    )
