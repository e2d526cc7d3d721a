from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.denials import NOT_COVERED_BY_LAW
from worker.edits.drugs.dose_kinds import DoseKind, dose_kind
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import Trait
from worker.edits.waste._correction import waste_modifier_fix
from worker.edits.waste._dispensing import was_dispensed
from worker.edits.waste._duty import NOT_LISTED, OUTSIDE_POLICY, due_where_done, waste_duty

REQUIRED_FROM: Final = date(2023, 7, 1)
HINT: Final = (
    "Add JZ if the record of the administration shows that nothing was discarded; else bill the discarded units with "
    "JW on a second line."
)


@drug_day_edit(
    "WST-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A6", status=("453",), carc=("16",), rarc=("N822", "MA130")),
    citation=Citation(
        source="CMS, Discarded Drugs and Biologicals: JW Modifier and JZ Modifier Policy; code list of 2025-06-20",
        effective=REQUIRED_FROM,
        url="https://www.cms.gov/medicare/payment/part-b-drugs/discarded-drugs",
    ),
    looks_for=Trait.UNATTESTED,
    kinds=BOTH_KINDS,
    fixes=("safe", "unsafe"),
)
def waste_modifier_missing(day: DrugDay, context: Context) -> Verdict | list[Verdict] | None:
    """A single-dose drug is billed without stating whether some of it was discarded.

    Why: since 2023-07-01 every separately payable single-dose drug carries JZ (nothing discarded) or has a JW line
    (units discarded) beside it. Since 2023-10-01 Medicare returns claims without either as unprocessable.

    Flagged: J1745 x 40 alone. J9271 x 200 beside J9271-JZ x 100 of the same day: the JZ covers only its own line.

    A drug that is not on the CMS list is a warning where something shows a single-dose container: the record or the
    text of the line, the label of the package (NDC), another code of that package on the list, or a billing unit that
    is the dose.

    Accepted: J1745-JZ x 40; J1745 x 35 with J1745-JW x 5 of the same day; a code that is not on the CMS list, where
    nothing shows the container. Inpatients, FQHC, RHC and packaged drugs need neither, dialysis bills (72x) none before
    2025-01-01, other bills by their type. A drug that was only dispensed is WST-14's.

    To do: Add JZ if the record of the administration shows that nothing was discarded; else bill the discarded units
    with JW on a second line. The JZ line of this day covers only itself: bill both as one.

    To do: Add JZ if the record of the administration shows that nothing was discarded; else bill the discarded units
    with JW on a second line.
    """
    if day.wasted:
        return None
    has_jz = any(line.attests_no_waste for line in day.given)
    verdicts: list[Verdict] = []
    for line in day.given:
        if line.attests_no_waste or was_dispensed(line, context):
            continue
        if NOT_COVERED_BY_LAW in line.modifiers:
            verdicts.append(Bypassed(f"modifier {NOT_COVERED_BY_LAW}", line.number))
            continue
        duty = waste_duty(line, day.on)
        if isinstance(duty, Unknown):
            kind = _single_dose_off_list(line, day, context) if duty is NOT_LISTED else None
            verdicts.append(_off_list(line, day, kind, context) if kind else NoData(duty.missing, line.number))
        elif duty and day.on >= duty.required_from:
            verdicts.append(
                Flaw(
                    message=f"{day.hcpcs} comes in single-dose containers only, but the line carries neither "
                    "JW nor JZ.",
                    hint=HINT + (" The JZ line of this day covers only itself: bill both as one." if has_jz else ""),
                    at=in_line(line, "procedureModifiers"),
                    facts={"procedureCode": day.hcpcs, "serviceDate": day.on, "requiredFrom": duty.required_from},
                    severity=Severity.WARN if day.on < duty.returned_from else None,
                    fix=waste_modifier_fix(day, line, context.claim),
                )
            )
    return verdicts


def _single_dose_off_list(line: LineFacts, day: DrugDay, context: Context) -> DoseKind | None:
    """What shows a single-dose container of a drug that is not on the list, where the policy applies."""
    if (
        day.on < REQUIRED_FROM
        or day.drug.drug_class in OUTSIDE_POLICY
        or isinstance(due_where_done(line, day.on), Unknown)
    ):
        return None
    kind = dose_kind(line, day, context.snapshot)
    return kind if kind and kind.is_single else None


def _off_list(line: LineFacts, day: DrugDay, kind: DoseKind, context: Context) -> Flaw:
    return Flaw(
        message=f"{day.hcpcs} comes from a single-dose container, as {kind.shown_by} shows, but the line carries "
        "neither JW nor JZ.",
        hint=HINT,
        at=in_line(line, "procedureModifiers"),
        facts={"procedureCode": day.hcpcs, "serviceDate": day.on, "shownBy": kind.shown_by},
        severity=Severity.WARN,
        fix=waste_modifier_fix(day, line, context.claim),
    )
