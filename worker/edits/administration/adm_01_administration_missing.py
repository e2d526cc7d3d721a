from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.places import DISPENSED_TO
from worker.edits.edit import Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.continuation import on_the_other_claim
from worker.reference.tables.answer import Found

GIVEN_BY_STAFF: Final = frozenset({"drug", "antineoplastic", "biosimilar", "hyaluronan"})
NOT_INJECTED: Final = frozenset({"oral", "inhalation", "nasal", "topical", "ophthalmic"})


@drug_day_edit(
    "ADM-01",
    severity=Severity.WARN,
    predicted=predicts(category="A6", status=("736",), carc=("16",), rarc=("N349",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 12", section="section 30.5"),
)
def administration_missing(day: DrugDay, context: Context) -> Verdict | None:
    """A drug is billed, but nothing on that day by which it could have been given.

    Why: the code of a drug pays for the drug only. Its injection or infusion has its own code; a drug alone looks like
    one that was dispensed, and the work of giving it stays unpaid.

    Flagged: J1745 with only an office visit on that date.

    Accepted: any injection, infusion or other procedure of that date in which a drug is given. Not judged: oral,
    inhaled and other drugs that are not injected, facilities, places to which suppliers deliver, and a claim whose note
    says that it was split: the administration may be on the other one.

    To do: Add the code by which the drug was given, or see whether it is on another claim.
    """
    if not day.given or day.drug.drug_class not in GIVEN_BY_STAFF:
        return None
    line = day.given[0]
    place = line.place or ""
    if NOT_INJECTED.intersection(day.drug.routes) or place in DISPENSED_TO:
        return None
    if any(other.traits & Trait.ADMINISTRATION and other.covers(day.on) for other in context.claim.lines):
        return None
    setting = context.snapshot.place_of_service(place, day.on)
    if isinstance(setting, Found) and setting.row.facility:
        return None
    if elsewhere := on_the_other_claim(context, line.number):
        return elsewhere
    if day.drug.unit_amount is None and not day.drug.routes:
        return NoData("how the drug is given", line.number)
    return Flaw(
        message=f"{day.hcpcs} is billed for {day.on} without an injection, infusion or procedure on that date.",
        hint="Add the code by which the drug was given, or see whether it is on another claim.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": day.hcpcs, "serviceDate": day.on},
    )
