from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.edit import Context, DoesNotApply, Flaw, NoData, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.place._taxonomy import bills_as_practitioner

ADMINISTRATIONS: Final[tuple[CodeRange, ...]] = (("96360", "96379"), ("96401", "96549"))
INFUSIONS: Final[tuple[CodeRange, ...]] = (("96360", "96368"), ("96413", "96417"))
HOME: Final = "12"
TELEHEALTH: Final = frozenset({"02", "10"})


@line_edit(
    "POS-03",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("249",), carc=("5",), rarc=("N428",)),
    citation=Citation(source="CMS, place of service codes for professional claims"),
    needs=Trait.ADMINISTRATION,
)
def place_does_not_fit_administration(line: LineFacts, context: Context) -> Verdict | None:
    """An injection or infusion is billed for a place where it is not given, or not by a practice.

    Why: the place is often left over from another claim. Nobody injects by telehealth, and infusions at home are given
    and billed by home infusion agencies, under other codes.

    Flagged: 96372 or 96365 at place 02 or 10 (telehealth); 96365 or 96413 at place 12 (home) by a practice.

    Accepted: 96372 at home; infusions at home by an agency or a pharmacy, known by their taxonomy. This rests on what
    the places mean, not on a retrieved table.
    """
    place = line.place
    by_telehealth = place in TELEHEALTH
    at_home = place == HOME and within(line.hcpcs, INFUSIONS)
    if not by_telehealth and not at_home:
        return DoesNotApply()
    by_practice = bills_as_practitioner(context.claim)
    if at_home and by_practice is None:
        return NoData("taxonomy of the billing provider", line.number)
    if by_telehealth or by_practice:
        return Flaw(
            message=f"{line.hcpcs} is billed at place {place} ({'home' if at_home else 'telehealth'}).",
            hint="Correct the place of service to where the patient got the drug.",
            at=in_line(line, "placeOfServiceCode"),
            facts={"procedureCode": line.hcpcs, "placeOfService": place},
        )
    return None
