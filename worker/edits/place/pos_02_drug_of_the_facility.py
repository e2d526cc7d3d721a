from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.codes.places import PAID_UNDER_OPPS
from worker.edits.edit import Bypassed, Context, DoesNotApply, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.place._taxonomy import bills_as_practitioner

SURGICAL_CENTER: Final = "24"


@drug_line_edit(
    "POS-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("249",), carc=("16",), rarc=("M97",)),
    citation=Citation(source="Medicare Benefit Policy Manual (Pub. 100-02), chapter 15", section="section 50.3"),
    needs=Trait.ELSEWHERE,
)
def drug_of_the_facility(line: LineFacts, context: Context) -> Verdict | None:
    """A practice bills a drug that was given in a hospital outpatient department or a surgical center.

    Why: there the facility buys the drug and bills it; a practice is paid for a drug only where it was an expense of
    the practice.

    Flagged: J1745 at place 19 or 22 by a physician's practice. A warning at place 24, whose owners often bill under the
    practice's taxonomy.

    Accepted: place 11; a billing provider whose taxonomy is that of a hospital, a surgical center or a pharmacy; GY.
    Without a taxonomy there is no data.

    To do: Remove the drug here and leave it to the facility's claim, or correct the place of service.
    """
    place = line.place
    if place not in PAID_UNDER_OPPS:
        return DoesNotApply()
    if NOT_COVERED_BY_LAW in line.modifiers:
        return Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number)
    by_practice = bills_as_practitioner(context.claim)
    if by_practice is None:
        return NoData("taxonomy of the billing provider", line.number)
    if by_practice:
        return Flaw(
            message=f"{line.hcpcs} was given at place {place}; there the facility bills the drug, not a practice.",
            hint="Remove the drug here and leave it to the facility's claim, or correct the place of service.",
            at=in_line(line, "placeOfServiceCode"),
            facts={"procedureCode": line.hcpcs, "placeOfService": place},
            severity=Severity.WARN if place == SURGICAL_CENTER else None,
        )
    return None
