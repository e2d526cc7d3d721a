from typing import Final

from schemas.documentation import Element
from schemas.outcome import Citation, Severity
from worker.edits.codes.places import DISPENSED_TO
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.attachments import announced
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.payers.profile import DocumentationMode

ATTESTED: Final = "KX"
SUPPORT: Final = (
    Element.MEDICAL_NECESSITY,
    Element.CLINICAL_FINDINGS,
    Element.PRIOR_THERAPY,
    Element.CONTRAINDICATION,
    Element.INDICATION,
)


@drug_day_edit(
    "MOD-08",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("294", "287"), carc=("16",), rarc=("M127",)),
    citation=Citation(source="CMS, HCPCS Level II modifiers: KX, requirements of the medical policy are met"),
    needs=Trait.OTHER_MODIFIER,
    kinds=BOTH_KINDS,
)
def attestation_without_record(day: DrugDay, context: Context) -> Verdict | None:
    """A drug line attests that the coverage policy is met (KX), but nothing in the record supports that.

    Why: KX is a promise that the documents which the policy lists are on file. A payer that asks for them and gets
    none takes the payment back.

    Flagged: J2323-KX where the record was sent, but shows nothing of necessity, findings, earlier therapies or the
    indication: held.

    Accepted: one of these elements; an attachment announced on the claim or the line (PWK); KX on other lines, where it
    means other things, and on what suppliers deliver, whose policies want it on every line. Where no record was sent,
    and the payer profile does not require one, there is no data.

    To do: Send what the policy asks for, for instance as `…`, or have it on file.
    """
    attesting = [line for line in day.lines if ATTESTED in line.modifiers]
    mode = context.profile.documentation
    if not attesting or attesting[0].place in DISPENSED_TO:
        return DoesNotApply()
    line = attesting[0]
    if announced(context.claim.claim, day.lines) or (day.record and any(map(day.record.has, SUPPORT))):
        return None
    if mode is DocumentationMode.OFF:
        return NoData("documentation, for which this profile does not ask", line.number)
    if day.record is None and mode is DocumentationMode.WHEN_SENT:
        return NoData("documentation", line.number)
    return Flaw(
        message=f"{day.hcpcs} carries KX (policy met), but nothing in the record supports it.",
        hint=f"Send what the policy asks for, for instance as `{Element.MEDICAL_NECESSITY.value}`, or have it on file.",
        at=in_line(line, "procedureModifiers", 1 + line.modifiers.index(ATTESTED)),
        facts={"procedureCode": day.hcpcs, "accepted": tuple(element.value for element in SUPPORT)},
    )
