from datetime import date

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts
from worker.edits.facts.locate import in_claim, in_line
from worker.edits.rules.filing_limit import REPLACES_A_CLAIM, FilingLimit, last_day, statement_end


@claim_edit(
    "DAT-04",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("718",), carc=("29",), rarc=("N211",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 1; 42 CFR 424.44",
        section="section 70",
        effective=date(2010, 1, 1),
    ),
    options=FilingLimit,
    kinds=BOTH_KINDS,
)
def filed_too_late(claim: ClaimFacts, context: Context) -> Verdict | list[Verdict] | None:
    """The claim was received after the payer's time limit for the date of service.

    Why: Medicare accepts a claim for one calendar year from the From date of the line, and a late claim cannot
    be appealed. Other payers set their own limit (option `filing_limit_days`).

    Flagged: a service on 2025-03-11 received on 2026-03-12; 2024-02-29 received on 2025-03-01. With a delay reason on
    the claim it is a warning: the payer decides whether the reason counts.

    A facility's bill counts as a whole, from the last day of its statement (the Through date).

    Accepted: receipt on the last day (2026-03-11; 2025-02-28 for a service on 29 February), and for Medicare on the
    next federal workday when the last day is not one. A replacement or void counts from its original claim, which we do
    not see.

    To do: Do not send it as a first claim; look for the payer's exceptions and send the delay reason (CLM20).

    To do: The payer decides whether delay reason … counts; have its proof ready.
    """
    if claim.is_institutional:
        return _of_facility(claim, context)
    information, options, first = claim.claim.claim_information, context.options(FilingLimit), claim.first_service
    if first is None or first >= context.received_on:
        return None
    limit = None if information.claim_frequency_code in REPLACES_A_CLAIM else last_day(first, options, context)
    if limit and context.received_on <= limit:
        return None  # so is each later line
    verdicts: list[Verdict] = []
    for line in claim.lines:
        if line.on is None or line.on >= context.received_on:
            continue
        if information.claim_frequency_code in REPLACES_A_CLAIM:
            verdicts.append(NoData("day on which the original claim was received", line.number))
            continue
        limit = last_day(line.on, options, context)
        if limit is None:
            verdicts.append(NoData("filing limit of the payer", line.number))
        elif context.received_on > limit:
            verdicts.append(
                Flaw(
                    message=f"{line.hcpcs} of {line.on} had to be received by {limit}; it was on "
                    f"{context.received_on}.",
                    hint=f"The payer decides whether delay reason {reason} counts; have its proof ready."
                    if (reason := information.delay_reason_code)
                    else "Do not send it as a first claim; look for the payer's exceptions and send the delay reason "
                    "(CLM20).",
                    at=in_line(line, "serviceDate"),
                    facts={"serviceDate": line.on, "lastDay": limit, "receivedOn": context.received_on},
                    severity=Severity.WARN if information.delay_reason_code else None,
                )
            )
    return verdicts


def _of_facility(claim: ClaimFacts, context: Context) -> Verdict | None:
    information, through = claim.claim.claim_information, statement_end(claim)
    if through is None:
        return NoData("last day of the statement")
    if through >= context.received_on:
        return None
    if information.claim_frequency_code in REPLACES_A_CLAIM:
        return NoData("day on which the original claim was received")
    limit = last_day(through, context.options(FilingLimit), context)
    if limit is None:
        return NoData("filing limit of the payer")
    if context.received_on <= limit:
        return None
    return Flaw(
        message=f"The bill through {through} had to be received by {limit}; it was on {context.received_on}.",
        hint="Do not send it as a first claim; look for the payer's exceptions and send the delay reason (CLM20).",
        at=in_claim("statementEndDate"),
        facts={"statementEnd": through, "lastDay": limit, "receivedOn": context.received_on},
        severity=Severity.WARN if information.delay_reason_code else None,
    )
