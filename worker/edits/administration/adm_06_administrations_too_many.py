import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from schemas.documentation import Element
from schemas.outcome import Citation, Severity
from schemas.records import DocumentationElement
from worker.edits.codes.services import INITIAL, may_be_drug
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import Context, DoesNotApply, Flaw, NoData, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line

INJECTION: Final = "96372"
FURTHER_HOURS: Final = {"96366": "96365", "96415": "96413"}
SEQUENTIAL: Final = frozenset({"96367", "96368", "96417"})
CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)")
HOUR, MORE_THAN_HALF = 60, 31  # an hour of infusion is billed when more than thirty minutes of it were reached


@line_edit(
    "ADM-06",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("476",), carc=("151",), rarc=("M53",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 4", section="section 230.2"),
    about=lambda code, _: code == INJECTION or code in FURTHER_HOURS,
)
def administrations_too_many(line: LineFacts, context: Context) -> Verdict | list[Verdict] | None:
    """More injections or hours are billed than the drug's containers or the recorded times allow.

    Why: 96372 is billed once per injection. A further hour of infusion (96366, 96415) counts from 31 minutes on.

    Flagged: 96372 x 2 with one syringe of J0897; 96415 x 2 for an infusion from 9:00 to 11:15.

    Accepted: 96372 x 2 with J2357 x 60, which may be two syringes and more; 96415 x 1 for the same times. No data:
    drugs whose containers are not known, infusions without times in the record, several infusions of one day.
    """
    if line.on is None or line.units is None or line.spans_days:
        return DoesNotApply()
    if line.hcpcs == INJECTION and line.units > 1:
        return list(_injections(line, line.units, line.on, context))
    if line.hcpcs in FURTHER_HOURS:
        return list(_hours(line, line.units, context))
    return DoesNotApply()


def _injections(line: LineFacts, units: Decimal, on: date, context: Context) -> Iterator[Verdict]:
    days = [day for day in context.claim.drug_days if day.on == on]
    known = {day.hcpcs for day in days}
    most, unclear = (
        Decimal(0),
        [o for o in context.claim.lines if o.covers(on) and may_be_drug(o) and o.hcpcs not in known],
    )
    for day in days:
        sizes, billed = day.marketed_sizes, day.units_given
        if not sizes or billed is None:
            unclear += day.lines
        else:
            most += max((billed / sizes[0]).to_integral_value("ROUND_CEILING"), Decimal(1))
    if unclear or not days:
        yield NoData("containers of the drugs injected", line.number)
    elif units > most:
        yield _too_many(line, units, most, f"the drugs of {on} come from at most {in_words(most, 'container')}")


def _hours(line: LineFacts, units: Decimal, context: Context) -> Iterator[Verdict]:
    started = [o.hcpcs for o in context.claim.lines if o.hcpcs in INITIAL | SEQUENTIAL and o.on == line.on]
    minutes = _minutes(context.claim.documentation or ())
    if minutes is None or started != [FURTHER_HOURS[line.hcpcs]]:
        yield NoData("documentation administration-start and administration-end of the infusion", line.number)
        return
    most = max((minutes - MORE_THAN_HALF) // HOUR, 0)
    if units > most:
        yield _too_many(line, units, Decimal(most), f"the infusion lasted {in_words(minutes, 'minute')}")


def _minutes(record: tuple[DocumentationElement, ...]) -> int | None:
    """How long the one infusion of the record lasted."""
    ends = []
    for element in (Element.ADMINISTRATION_START, Element.ADMINISTRATION_END):
        told = [CLOCK.fullmatch((entry.value or "").strip()) for entry in record if entry.element == element]
        if len(told) != 1 or told[0] is None:
            return None
        ends.append(int(told[0][1]) * HOUR + int(told[0][2]))
    return ends[1] - ends[0] if ends[1] > ends[0] else None


def _too_many(line: LineFacts, units: Decimal, most: Decimal, why: str) -> Flaw:
    return Flaw(
        message=f"{line.hcpcs} is billed with {in_words(units)}, but {why}.",
        hint=f"Bill at most {in_words(most)}, or have the record ready that shows more.",
        at=in_line(line, "serviceUnitCount"),
        facts={"procedureCode": line.hcpcs, "billedUnits": units, "most": most},
    )
