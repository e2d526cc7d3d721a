from typing import Final

from schemas.documentation import Element
from schemas.outcome import Citation, Severity
from worker.edits.drugs.dose_kinds import WRITTEN, DoseKind, dose_kind_of_package, written_multi_dose
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay, LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import DrugRecord
from worker.edits.facts.traits import ANYTHING, Trait
from worker.edits.rules.recorded import not_told_apart, record_not_asked

CONTAINER: Final = (Element.CONTAINERS_OPENED, Element.FORMULATION)


@drug_day_edit(
    "WST-09",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4",), rarc=("N519",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 17", section="section 40"),
    needs=Trait.WASTE_MODIFIER,
    looks_for=lambda code, _: None if code.drug and code.drug.single_dose else ANYTHING,
    kinds=BOTH_KINDS,
    sometimes=(predicts(category="R4", status=("294", "409"), carc=("16",), rarc=("M127",)),),
)
def waste_of_multi_dose_container(day: DrugDay, context: Context) -> Verdict | None:
    """JW or JZ is on a drug from a multi-dose container, or JW on a drug whose container is not stated.

    Why: what is left in a multi-dose container is for other patients; it is neither discarded (JW) nor is there
    anything to attest (JZ). Codes with single-dose containers only are on a CMS list; of the others, the package (NDC),
    the text of the line or the record shows the container.

    Flagged: a code that is not on that list, JW, and "multi-dose vial" as formulation in the record or in the text of
    the line, or the NDC of Kanjinti 420 mg, whose label says so: rejected. A package whose label we only remember: a
    warning. JW with a record that shows no container: pended for it.

    Accepted: every code on the CMS list; the NDC of Kanjinti 150 mg, a single-dose vial; containers opened or another
    formulation in the record. Without a record the container is not known, and nothing is held; nor where it is
    recorded for the whole claim, on which several drugs were given.

    To do: Send the containers as `containers-opened`, or the `formulation`: JW is for single-dose containers.

    To do: Remove …, and bill only what was given to this patient.
    """
    if day.drug.single_dose or not any(line.is_waste or line.attests_no_waste for line in day.lines):
        return DoesNotApply()
    line = next(line for line in day.lines if line.is_waste or line.attests_no_waste)
    record = day.record or DrugRecord(())
    facts: dict[str, object] = {"procedureCode": day.hcpcs, "modifier": "JW" if line.is_waste else "JZ"}
    kind = _kind_of_package(day, line, context)
    shown_by = kind.shown_by if kind else WRITTEN
    if (kind and not kind.is_single) or (kind is None and written_multi_dose(day)):
        return Flaw(
            message=f"{day.hcpcs} came from a multi-dose container, as {shown_by} shows, but the line carries "
            f"{facts['modifier']}.",
            hint=f"Remove {facts['modifier']}, and bill only what was given to this patient.",
            at=in_line(line, "procedureModifiers"),
            facts=facts | {"shownBy": shown_by},
            severity=Severity.WARN if kind and kind.is_remembered else None,
        )
    if kind:
        return None
    if not day.wasted or any(record.has(element) for element in CONTAINER):
        return None
    if unknown := record_not_asked(context, line.number) or not_told_apart(CONTAINER, context, line.number):
        return NoData(f"whether the container is single-dose ({unknown.missing})", line.number)
    return Flaw(
        message=f"{day.hcpcs} is billed with JW; the record does not show its container.",
        hint="Send the containers as `containers-opened`, or the `formulation`: JW is for single-dose containers.",
        at=in_line(line, "documentation"),
        facts=facts,
        severity=Severity.PEND,
        predicted=predicts(category="R4", status=("294", "409"), carc=("16",), rarc=("M127",)),
    )


def _kind_of_package(day: DrugDay, line: LineFacts, context: Context) -> DoseKind | None:
    """By the package of the line itself, else by those of the other lines, if they are all of one kind."""
    if own := dose_kind_of_package(line, context.snapshot):
        return own
    kinds = [kind for each in day.lines if (kind := dose_kind_of_package(each, context.snapshot))]
    return kinds[0] if len({kind.is_single for kind in kinds}) == 1 else None
