import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, Flaw, NoData, Verdict, claim_edit, predicts
from worker.edits.facts.claim import ClaimFacts, LineFacts
from worker.edits.facts.locate import in_claim, in_line
from worker.edits.facts.traits import Trait
from worker.reference.tables.answer import Found

TWO_DIGITS: Final = re.compile(r"0[1-9]|[1-9]\d", re.ASCII)


@claim_edit(
    "POS-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("249",), carc=("16",), rarc=("M77",)),
    citation=Citation(source="CMS, place of service codes for professional claims"),
    tables=("place_of_service",),
)
def not_a_place_of_service(claim: ClaimFacts, context: Context) -> list[Verdict]:
    """The place of service is not on the CMS list.

    Why: the place decides the rules and the rate by which a line is paid; a code that means no place is returned.

    Flagged: 1, 00 and OF, which are not two digits from 01 to 99; 29, which CMS has not assigned.

    Accepted: 11; a line without a place of its own, which has the claim's. For services before our table only the form
    is looked at.

    To do: Send the place where the patient was, such as 11 for an office.
    """
    whole = claim.claim.claim_information.place_of_service_code
    verdicts: list[Verdict] = []
    if whole:
        verdicts += _flaws(whole, claim.first_service, None, context)
    for line in claim.lines if claim.traits & Trait.OWN_PLACE else ():
        if place := line.line.professional_service.place_of_service_code:
            verdicts += _flaws(place, line.on, line, context)
    return verdicts


def _flaws(code: str, on: date | None, line: LineFacts | None, context: Context) -> Iterator[Verdict]:
    if not TWO_DIGITS.fullmatch(code):
        yield _flaw(line, "The place of service is not two digits from 01 to 99.", {"characters": len(code)})
        return
    answer = context.snapshot.place_of_service(code, on) if on else None
    if not isinstance(answer, Found):
        yield NoData(f"place of service codes on {on or 'the date of service'}", line.number if line else None)
    elif answer.row.facility is None:
        yield _flaw(line, f"Place of service {code} is not assigned by CMS.", {"placeOfService": code})


def _flaw(line: LineFacts | None, message: str, facts: dict[str, object]) -> Flaw:
    return Flaw(
        message=message,
        hint="Send the place where the patient was, such as 11 for an office.",
        at=in_line(line, "placeOfServiceCode") if line else in_claim("placeOfServiceCode"),
        facts=facts,
    )
