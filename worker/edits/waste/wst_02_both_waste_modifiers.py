from datetime import date

from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, Flaw, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait


@drug_line_edit(
    "WST-02",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",)),
    citation=Citation(
        source="CMS, Discarded Drugs and Biologicals: JW Modifier and JZ Modifier Policy",
        effective=date(2023, 1, 1),
        url="https://www.cms.gov/medicare/payment/part-b-drugs/discarded-drugs",
    ),
    needs=Trait.WASTE_MODIFIER,
    looks_for=Trait.SEVERAL_MODIFIERS,
    kinds=BOTH_KINDS,
)
def both_waste_modifiers(line: LineFacts, _: Context) -> Verdict | None:
    """One line carries both JW ("discarded") and JZ ("nothing discarded").

    Why: JW bills the discarded part of a single-dose container, JZ attests that there is none. A line with both is
    returned as unprocessable.

    Flagged: J1745-JW-JZ x 40.

    Accepted: J1745 x 35 with J1745-JW x 5 on its own line; or J1745-JZ x 40.

    To do: Keep JZ if nothing was discarded; else bill the discarded units with JW on their own line.
    """
    if line.is_waste and line.attests_no_waste:
        return Flaw(
            message=f"{line.hcpcs} carries both JW (discarded) and JZ (nothing discarded).",
            hint="Keep JZ if nothing was discarded; else bill the discarded units with JW on their own line.",
            at=in_line(line, "procedureModifiers"),
            facts={"procedureCode": line.hcpcs, "modifiers": line.modifiers},
        )
    return None
