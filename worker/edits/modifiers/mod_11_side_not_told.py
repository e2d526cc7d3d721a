from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Options, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line

SIDED: Final = frozenset({"67028", "20610", "20611"})
SIDES: Final = frozenset({"RT", "LT", "50"})
INTO_THE_EYE: Final = frozenset({"intravitreal", "intracameral"})
INTO_THE_KNEE: Final = "hyaluronan"


class SideOnDrug(Options):
    """Whether the payer wants the side on the line of the drug as well."""

    drug_lines: bool = False


@line_edit(
    "MOD-11",
    severity=Severity.WARN,
    predicted=predicts(category="A6", status=("453",), carc=("16",), rarc=("N822",)),
    citation=Citation(source="CMS, Medicare Physician Fee Schedule relative value file, bilateral surgery indicator 1"),
    options=SideOnDrug,
    about=lambda code, configuration: code in SIDED or configuration.options(SideOnDrug).drug_lines,
    kinds=BOTH_KINDS,
)
def side_not_told(line: LineFacts, context: Context) -> Verdict | None:
    """An injection into an eye or a large joint is billed without the side.

    Why: the other side treated next week looks like a repetition, and one treated the same day like a duplicate, unless
    RT, LT or 50 distinguishes them.

    Flagged: 67028, 20610 or 20611 without RT, LT or 50. The drug's own line only where the payer profile wants the side
    there (`drug_lines`): then drugs injected into the eye, and hyaluronans.

    Accepted: 67028-RT; 20610-50 for both knees.

    To do: Add RT (right) or LT (left).

    To do: Add RT (right) or LT (left), or 50 for both sides in one session.
    """
    drug = line.drug
    is_sided_drug = drug is not None and (drug.drug_class == INTO_THE_KNEE or not INTO_THE_EYE.isdisjoint(drug.routes))
    if line.hcpcs not in SIDED and not (is_sided_drug and context.options(SideOnDrug).drug_lines):
        return DoesNotApply()
    if not SIDES.intersection(line.modifiers):
        return Flaw(
            message=f"{line.hcpcs} does not state which side was treated.",
            hint="Add RT (right) or LT (left)" + ("." if drug else ", or 50 for both sides in one session."),
            at=in_line(line, "procedureModifiers"),
            facts={"procedureCode": line.hcpcs, "modifiers": line.modifiers},
        )
    return None
