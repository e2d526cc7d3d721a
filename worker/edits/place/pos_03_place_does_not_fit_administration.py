from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.administrations import ADMINISTRATIONS
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.edit import Context, DoesNotApply, Flaw, NoData, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.place._taxonomy import bills_as_practitioner

INFUSIONS: Final[tuple[CodeRange, ...]] = (("96360", "96368"), ("96413", "96417"))
PUSHES: Final[tuple[CodeRange, ...]] = (("96374", "96376"), ("96409", "96411"))
HOME: Final = "12"
# The hospital's staff gives what is given there: incident to a physician is noninstitutional, 42 CFR 410.26(b)(1).
HOSPITAL: Final = frozenset({"19", "21", "22", "23"})
TELEHEALTH: Final = frozenset({"02", "10"})


@line_edit(
    "POS-03",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("249",), carc=("5",), rarc=("N428",)),
    citation=Citation(
        source="CMS, place of service codes for professional claims; 42 CFR 410.26(b)(1), services incident to a "
        "physician's; Regence, reimbursement policy 109, injection and infusion services, 2024-10-01"
    ),
    needs=Trait.ELSEWHERE,
    about=lambda code, _: within(code, ADMINISTRATIONS),
)
def place_does_not_fit_administration(line: LineFacts, context: Context) -> Verdict | None:
    """An injection or infusion is billed for a place where it is not given, or not by a practice.

    Why: the place is often left over from another claim. Nobody injects by telehealth, and infusions at home are given
    and billed by home infusion agencies, under other codes. In a hospital its own staff gives them, so that the
    hospital bills them, and the physician bills none.

    Flagged: 96372 or 96365 at place 02 or 10 (telehealth); 96365 or 96413 at place 12 (home) by a practice; an infusion
    or a push into a vein at place 19, 21, 22 or 23 (hospital) by a practice.

    Accepted: 96372 at home; infusions at home by an agency or a pharmacy, known by their taxonomy; 96413 at place 11;
    96450 at place 22, which a physician performs. This rests on what the places mean, not on a retrieved table.

    To do: Remove the line if the hospital's staff gave the drug; else correct the place of service.

    To do: Correct the place of service to where the patient got the drug.
    """
    place = line.place
    by_telehealth = place in TELEHEALTH
    at_home = place == HOME and within(line.hcpcs, INFUSIONS)
    in_hospital = place in HOSPITAL and within(line.hcpcs, (*INFUSIONS, *PUSHES))
    if not by_telehealth and not at_home and not in_hospital:
        return DoesNotApply()
    by_practice = bills_as_practitioner(context.claim)
    if not by_telehealth and by_practice is None:
        return NoData("taxonomy of the billing provider", line.number)
    if by_telehealth or by_practice:
        where = "home" if at_home else "hospital" if in_hospital else "telehealth"
        return Flaw(
            message=f"{line.hcpcs} is billed at place {place} ({where}).",
            hint="Remove the line if the hospital's staff gave the drug; else correct the place of service."
            if in_hospital
            else "Correct the place of service to where the patient got the drug.",
            at=in_line(line, "placeOfServiceCode"),
            facts={"procedureCode": line.hcpcs, "placeOfService": place},
        )
    return None
