from pydantic import Field

from schemas.documentation import REPORT_TYPE, Element
from schemas.outcome import Citation, Severity
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Options, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import DrugRecord
from worker.edits.facts.traits import Trait
from worker.edits.rules.checklist import DOCUMENT, IN_WORDS, asked_elsewhere
from worker.edits.rules.recorded import not_told_apart, record_not_asked

AMOUNT = Element.AMOUNT_DISCARDED
IT_FOLLOWS_FROM = (Element.DOSE_ADMINISTERED, Element.CONTAINERS_OPENED)


class RecordOfWaste(Options):
    """The elements that the payer wants on discarded units; some ask for `discard-reason` as well."""

    elements: tuple[Element, ...] = Field(
        default=(AMOUNT,), description="elements of `documentation`", examples=[["amount-discarded", "discard-reason"]]
    )


@drug_day_edit(
    "WST-12",
    severity=Severity.PEND,
    predicted=predicts(category="R4", status=("294", "409"), carc=("16",), rarc=("M127",)),
    citation=Citation(source="Billing and coding article A53024; Noridian Healthcare Solutions, Part B: modifier JW"),
    options=RecordOfWaste,
    needs=Trait.WASTE_BILLED,
    kinds=BOTH_KINDS,
)
def waste_not_documented(day: DrugDay, context: Context) -> Verdict | list[Verdict] | None:
    """Units are billed as discarded, but the record does not show how much was.

    Why: discarded units are paid when the record supports them. Every payer asks for the amount; some also for the
    reason, which the profile adds to this edit's option `elements`.

    Flagged: J1745-JW x 5 with a record of the dose only, or with the amount of another drug's line.

    Accepted: the amount discarded; the dose given and the containers opened, from which it follows. Without a record
    nothing is held unless the profile requires one; what the guide of the drug asks for is reported by its own edit.

    To do: Send it as `…`; it is in: … (PWK …).
    """
    if not day.wasted:
        return DoesNotApply()
    line, record, elements = day.wasted[0], day.record or DrugRecord(()), context.options(RecordOfWaste).elements
    if unknown := record_not_asked(context, line.number):
        return unknown
    follows = {AMOUNT} if all(record.has(element) for element in IT_FOLLOWS_FROM) else set()
    verdicts: list[Verdict] = []
    for element in elements:
        if record.has(element) or element in asked_elsewhere(day, context) | follows:
            continue
        if unclear := not_told_apart((element,), context, line.number):
            verdicts.append(unclear)
            continue
        report = REPORT_TYPE[element]
        verdicts.append(
            Flaw(
                message=f"{day.hcpcs} is billed with JW, and the record of {day.on} lacks {IN_WORDS[element]}.",
                hint=f"Send it as `{element.value}`; it is in: {DOCUMENT[report]} (PWK {report}).",
                at=in_line(line, "documentation"),
                facts={"procedureCode": day.hcpcs, "missing": element.value, "reportType": report},
            )
        )
    return verdicts
