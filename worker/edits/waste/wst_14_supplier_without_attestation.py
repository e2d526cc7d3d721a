from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.edit import Context, DoesNotApply, Flaw, NoData, Verdict, drug_line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import Trait
from worker.edits.waste._dispensing import was_dispensed
from worker.edits.waste._duty import waste_duty

JZ_FROM: Final = date(2024, 1, 1)
JW_FROM: Final = date(2025, 1, 1)


@drug_line_edit(
    "WST-14",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("453",), carc=("16",), rarc=("N822",)),
    citation=Citation(
        source="Noridian Healthcare Solutions, DME: policy article revisions of 2025-05-22",
        effective=date(2024, 1, 1),
    ),
    needs=Trait.ELSEWHERE,
)
def supplier_without_attestation(line: LineFacts, context: Context) -> Verdict | None:
    """A supplier dispenses a single-dose drug without attesting that nothing was discarded.

    Why: since 2024-01-01 pharmacies and suppliers that do not administer the drug attest with JZ that nothing was
    discarded while preparing it; since 2025-01-01 they bill with JW what was. Waste at the patient's home is not paid.

    Flagged: a listed drug delivered to the home on 2024-01-01, without an injection or infusion of the day and without
    JZ. JW for a date before 2025-01-01 is a warning: whether it was denied or passed over then is not known.

    Accepted: the same on 2023-12-31; with JZ; with JW in 2025. A drug that was administered is WST-01's.

    To do: Bill what was dispensed, with JZ; what the patient discards at home is not billed.

    To do: Add JZ. If some was discarded while preparing the drug, bill that with JW on its own line.
    """
    if line.on is None or not was_dispensed(line, context):
        return DoesNotApply()
    duty = waste_duty(line, line.on)
    if line.on < JZ_FROM or duty is None:
        return None
    if isinstance(duty, Unknown):
        return NoData(duty.missing, line.number)
    if line.is_waste and line.on < JW_FROM:
        return Flaw(
            message=f"{line.hcpcs} was dispensed on {line.on}; suppliers bill discarded units with JW since {JW_FROM}.",
            hint="Bill what was dispensed, with JZ; what the patient discards at home is not billed.",
            at=in_line(line, "procedureModifiers", 1 + line.modifiers.index("JW")),
            facts={"procedureCode": line.hcpcs, "serviceDate": line.on, "suppliersFrom": JW_FROM},
            severity=Severity.WARN,
        )
    if not (line.attests_no_waste or _has_waste_line(line, context)):
        return Flaw(
            message=f"{line.hcpcs} was dispensed, but the line does not attest with JZ that nothing was discarded.",
            hint="Add JZ. If some was discarded while preparing the drug, bill that with JW on its own line.",
            at=in_line(line, "procedureModifiers"),
            facts={"procedureCode": line.hcpcs, "serviceDate": line.on, "requiredFrom": JZ_FROM},
        )
    return None


def _has_waste_line(line: LineFacts, context: Context) -> bool:
    lines = context.claim.drug_lines
    return any(other.is_waste and (other.hcpcs, other.on) == (line.hcpcs, line.on) for other in lines)
