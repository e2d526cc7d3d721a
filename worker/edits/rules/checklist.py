"""Which items of a guide's record checklist are missing for one drug on one day, and their texts."""

from collections.abc import Iterator
from typing import Final

from schemas.documentation import REPORT_TYPE, Element
from worker.edits.edit import About, Configuration, Context, Flaw, NoData, Verdict
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import DrugRecord
from worker.edits.rules.recorded import not_told_apart
from worker.payers.guide import Guide, RecordItem
from worker.payers.profile import DocumentationMode

IN_WORDS: Final[dict[Element, str]] = {
    Element.ADVERSE_REACTION: "adverse reactions, or that there were none",
    Element.AMOUNT_DISCARDED: "the amount discarded",
    Element.ADMINISTRATION_END: "the time at which the administration ended",
    Element.ADMINISTRATION_START: "the time at which the administration began",
    Element.BISPHOSPHONATE_HISTORY: "the history of bisphosphonates",
    Element.BODY_WEIGHT: "the body weight",
    Element.CALCIUM_VITAMIN_D: "calcium and vitamin D",
    Element.CLINICAL_FINDINGS: "the findings that support the diagnosis",
    Element.CONTAINERS_OPENED: "the containers opened",
    Element.CONTRAINDICATION: "why other drugs cannot be given",
    Element.DIAGNOSIS_STATEMENT: "a statement of the diagnosis",
    Element.DISCARD_REASON: "why the rest was discarded",
    Element.DOSE_ADMINISTERED: "the dose given",
    Element.DOSING_FREQUENCY: "how often the drug is given",
    Element.DRUG_NAME: "the name of the drug",
    Element.FORMULATION: "the formulation",
    Element.IGE_LEVEL: "the IgE level",
    Element.INDICATION: "what the drug is given for",
    Element.JC_VIRUS_ANTIBODY: "the JC virus antibody test",
    Element.LOT_NUMBER: "the lot number",
    Element.MEDICAL_NECESSITY: "why the drug is necessary",
    Element.PATIENT_RESPONSE: "how the patient responded",
    Element.PRE_INFUSION_ASSESSMENT: "the assessment before the infusion",
    Element.PRIOR_THERAPY: "the therapies tried before",
    Element.ROUTE: "the route",
    Element.SERVICE_DATE: "the date on which the drug was given",
    Element.SHORT_ACTING_RESPONSE: "the response to the short-acting drug",
    Element.TOUCH_ENROLMENT: "the enrollment in the TOUCH program",
    Element.TREATMENT_PLAN: "the treatment plan",
}
DOCUMENT: Final[dict[str, str]] = {
    "04": "drug administration record",
    "08": "treatment plan",
    "09": "progress note",
    "CT": "certificate of enrollment",
    "DG": "diagnostic report",
    "LA": "laboratory result",
    "NN": "nursing note",
    "OD": "physician's order",
    "P5": "medical history",
    "PY": "physician's report",
}
"""Our words for the attachment report types (X12 PWK01) that `REPORT_TYPE` names."""


def asked_for_by(checklist: str) -> About:
    """An edit on the drugs whose guide has that checklist."""

    def about(code: str, configuration: Configuration) -> bool:
        guide = configuration.guides.get(code)
        return guide is not None and guide.checklist == checklist

    return about


def missing_from_record(day: DrugDay, context: Context) -> Iterator[Verdict]:
    """The items of the guide's checklist that the record lacks, as strictly as the payer profile asks for them.

    A required record pends for every missing item, sent or not. A record that need not be sent pends only for what is
    missing from a list that was sent; without one the checklist is not decided. Nor is an amount recorded for the whole
    claim, where several drugs were given.
    """
    guide = context.guides[day.hcpcs]
    mode, line = context.profile.documentation, day.lines[0]
    if mode is DocumentationMode.OFF:
        yield NoData("documentation, for which this profile does not ask", line.number)
        return
    if day.record is None and mode is DocumentationMode.WHEN_SENT:
        yield NoData("documentation", line.number)
        return
    asked = _asked(guide, day, context)
    record = day.record or DrugRecord(())
    for item in asked:
        if not any(record.has(element) for element in item.accepted):
            yield not_told_apart(item.accepted, context, line.number) or _missing(guide, item, day)


def asked_elsewhere(day: DrugDay, context: Context) -> frozenset[Element]:
    """The elements that the checklist of the drug's guide asks for, so that no other edit asks again."""
    guide = context.guides.get(day.hcpcs)
    if guide is None or guide.checklist is None:
        return frozenset()
    return frozenset(element for item in _asked(guide, day, context) for element in item.accepted)


def _asked(guide: Guide, day: DrugDay, context: Context) -> tuple[RecordItem, ...]:
    diagnoses = context.claim.diagnoses_of(day.lines) or context.claim.diagnoses
    return tuple(
        [
            item
            for item in guide.record
            if (day.wasted or not item.when_wasted)
            and (not item.diagnoses or any(code.startswith(item.diagnoses) for code in diagnoses))
        ]
    )


def _missing(guide: Guide, item: RecordItem, day: DrugDay) -> Flaw:
    what = " or ".join(IN_WORDS[element] for element in item.accepted)
    types = tuple(dict.fromkeys(REPORT_TYPE[element] for element in item.accepted))
    documents = " or ".join(f"{DOCUMENT[report]} (PWK {report})" for report in types)
    return Flaw(
        message=f"The record for {day.hcpcs} ({guide.drug}) of {day.on} lacks {what}. {item.why}",
        hint=f"Send it as {' or '.join(f'`{element.value}`' for element in item.accepted)}; it is in: {documents}.",
        at=in_line(day.lines[0], "documentation"),
        facts={
            "procedureCode": day.hcpcs,
            "serviceDate": day.on,
            "missing": tuple(element.value for element in item.accepted),
            "reportType": types,
        },
    )
