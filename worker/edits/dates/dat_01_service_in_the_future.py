from datetime import date

from schemas.outcome import Citation, Severity
from schemas.values import as_day
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_line


@claim_edit(
    "DAT-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("510", "187"), carc=("110",), rarc=("MA130",)),
    citation=Citation(source="ASC X12N 005010X222A1 (837P), DTP*472; X12 CARC 110"),
    kinds=BOTH_KINDS,
)
def service_in_the_future(claim: ClaimFacts, context: Context) -> list[Verdict] | None:
    """The service is dated after the day on which the claim was received.

    Why: a service can only be billed once it is done; payers return a claim with a future date.

    Flagged: a claim received on 2026-03-20 for a service on, or lasting until, 2026-03-21.

    Accepted: a service on the day of receipt.

    To do: Correct the date of service, or send the claim after the service.
    """
    if claim.last_service is None or claim.last_service <= context.received_on:
        return None
    verdicts: list[Verdict] = []
    for line in claim.lines:
        days = {"serviceDate": line.on, "serviceDateEnd": as_day(line.line.service_date_end)}
        late = [(element, day) for element, day in days.items() if isinstance(day, date) and day > context.received_on]
        for element, day in late[:1]:
            verdicts.append(
                Flaw(
                    message=f"{line.hcpcs} is dated {day}, but the claim was received on {context.received_on}.",
                    hint="Correct the date of service, or send the claim after the service.",
                    at=in_line(line, element),
                    facts={"serviceDate": day, "receivedOn": context.received_on},
                )
            )
    return verdicts
