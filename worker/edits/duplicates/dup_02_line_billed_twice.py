from collections import Counter

from schemas.outcome import Citation, Severity
from schemas.values import as_quantity
from worker.edits.codes.services import REPEATED
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.edits.facts.locate import in_line


@claim_edit(
    "DUP-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("54",), carc=("18",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 1: duplicate claims"),
    kinds=BOTH_KINDS,
)
def line_billed_twice(claim: ClaimFacts, _: Context) -> Verdict | list[Verdict] | None:
    """Two lines of the claim are the same in everything that a payer compares.

    Why: the second one is denied as a duplicate, and may hold the first one up.

    Flagged: J1745-JZ x 40 twice on one day, with the same charge, NDC, place and provider; on a facility's claim, with
    the same revenue code.

    Accepted: lines that differ in any of these, such as a JW line; a line with 59, 76, 77, 91 or an X modifier, which
    states that it was done again; lines whose description or note differ.

    To do: Remove one, or add up the units on one line; 76 states that it was repeated on that day.
    """
    if len({(line.hcpcs, line.on) for line in claim.lines}) == len(claim.lines):
        return None
    billed = Counter((line.hcpcs, line.on) for line in claim.lines)
    first: dict[tuple[object, ...], LineFacts] = {}
    verdicts: list[Verdict] = []
    for line in claim.lines:
        if (
            line.on is None
            or not line.hcpcs
            or billed[line.hcpcs, line.on] == 1
            or REPEATED.intersection(line.modifiers)
        ):
            continue
        earlier = first.setdefault(_compared(claim, line), line)
        if earlier is not line:
            verdicts.append(
                Flaw(
                    message=f"Line {line.number} bills {line.hcpcs} of {line.on} exactly as line "
                    f"{earlier.number} does.",
                    hint="Remove one, or add up the units on one line; 76 states that it was repeated on that day.",
                    at=in_line(line, "line"),
                    facts={"procedureCode": line.hcpcs, "serviceDate": line.on, "firstLine": earlier.number},
                )
            )
    return verdicts


def _compared(claim: ClaimFacts, line: LineFacts) -> tuple[object, ...]:
    service, package = line.line.service, line.line.drug_identification
    facility = line.line.institutional_service
    return (
        line.hcpcs,
        line.on,
        line.until,
        frozenset(line.modifiers),
        line.units,
        claim.charge_of(line),
        line.place,
        claim.rendering_npi(line),
        service.description,
        line.line.additional_notes,
        package and (package.national_drug_code, as_quantity(package.national_drug_unit_count)),
        line.line.professional_service.diagnosis_pointers,
        facility and (facility.service_line_revenue_code, facility.non_covered_charge_amount),
    )
