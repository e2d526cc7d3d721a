from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.places import DISPENSED_TO
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait

SUPPLIED: Final = frozenset({"inhalation_dme", "oral_anticancer", "immunosuppressive"})


@drug_line_edit(
    "DAT-06",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("187",), carc=("16",), rarc=("M52",)),
    citation=Citation(
        source="CMS National Correct Coding Initiative, medically unlikely edits: units of one date of service"
    ),
    needs=Trait.END_DATE,
    kinds=BOTH_KINDS,
)
def drug_line_spans_days(line: LineFacts, _: Context) -> Verdict | None:
    """A drug line is dated from one day to another.

    Why: payers compare the units with the limit for one day, and JW and JZ cover the containers of one day. A line
    over several days is read as one dose, or returned.

    Flagged: J1745 x 80 from 2026-03-02 to 2026-03-16 for two infusions.

    Accepted: one line for each day. Not judged: drugs for a supply of weeks (inhaled, oral, against rejection), and
    places to which suppliers deliver.

    To do: Bill each day on which the drug was given on its own line, with that day's units.
    """
    drug_class = line.drug.drug_class if line.drug else ""
    if drug_class in SUPPLIED or line.place in DISPENSED_TO:
        return DoesNotApply()
    if line.spans_days:
        return Flaw(
            message=f"{line.hcpcs} is billed from {line.on} to {line.until} on one line.",
            hint="Bill each day on which the drug was given on its own line, with that day's units.",
            at=in_line(line, "serviceDateEnd"),
            facts={"procedureCode": line.hcpcs, "serviceDate": line.on, "serviceDateEnd": line.until},
        )
    return None
