import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal
from typing import Final

from schemas.documentation import Element
from schemas.outcome import Citation, Severity
from worker.edits.codes.services import APART, INITIAL, may_be_drug
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, DoesNotApply, Flaw, NoData, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line

INJECTION: Final = "96372"
FURTHER_HOURS: Final = {"96361": "96360", "96366": "96365", "96370": "96369", "96415": "96413"}
SEQUENTIAL: Final = frozenset({"96367", "96368", "96417"})
CONCURRENT: Final = "96368"
# The least minutes of a first hour, with what to bill for fewer: 30 minutes of hydration are none, 15 of a drug a push.
SHORTEST: Final = {"96360": (31, None), "96365": (16, "96374"), "96369": (16, "96372"), "96413": (16, "96409")}
TIMED: Final = INITIAL | SEQUENTIAL | {"96369"}
CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):?([0-5]\d)")
TIMES: Final = "documentation administration-start and administration-end of the infusion"
HOUR, MORE_THAN_HALF = 60, 31  # an hour of infusion is billed when more than thirty minutes of it were reached


@line_edit(
    "ADM-06",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("476",), carc=("151",), rarc=("M53",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 4", section="section 230.2"),
    about=lambda code, _: code in {INJECTION, CONCURRENT} or code in FURTHER_HOURS or code in SHORTEST,
    kinds=BOTH_KINDS,
)
def administrations_too_many(line: LineFacts, context: Context) -> Verdict | list[Verdict] | None:
    """More injections or hours are billed than the drug's containers or the recorded times allow.

    Why: 96372 is billed once per injection. An infusion takes 16 minutes, and is a push below that; hydration takes 31,
    and is not billed below that. A further hour (96361, 96366, 96370, 96415) counts from 31 minutes on. What runs
    beside another infusion (96368) is billed once a day, however long it takes and whatever it is.

    Flagged: 96372 x 2 with one syringe of J0897; 96415 x 2 for an infusion from 9:00 to 11:15; 96413 from 9:00 to 9:15;
    96360 from 9:00 to 9:30; 96368 x 2.

    Accepted: 96372 x 2 with J2357 x 60, which may be two syringes and more; 96415 x 1 for the same times; 96413 from
    9:00 to 9:16; a second 96368 with 59 or an X modifier, through another access. No data: drugs whose containers are
    not known, infusions without times in the record, several infusions of one day whose times do not name their lines.

    To do: Bill …, or have the record ready that shows more time.

    To do: Remove the line, or have the record ready that shows more time.

    To do: Bill at most …, or have the record ready that shows more.

    To do: Remove the line, or have the record ready that shows more.
    """
    if line.on is None or line.units is None or line.spans_days:
        return DoesNotApply()
    if line.hcpcs == INJECTION and line.units > 1:
        return list(_injections(line, line.units, line.on, context))
    if line.hcpcs in FURTHER_HOURS:
        return list(_hours(line, line.units, context))
    if line.hcpcs == CONCURRENT:
        return list(_concurrent(line, line.units, context))
    if line.hcpcs in SHORTEST:
        return _first_hour(line, context)
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


def _concurrent(line: LineFacts, units: Decimal, context: Context) -> Iterator[Verdict]:
    lines = [o for o in context.claim.lines if o.hcpcs == CONCURRENT and o.on == line.on]
    if lifting := APART.intersection(line.modifiers):
        yield Bypassed(f"modifier {min(lifting)}", line.number)
    elif units > 1:
        yield _too_many(line, units, Decimal(1), "infusions beside another one are billed once a day")
    elif line is not next((o for o in lines if not APART.intersection(o.modifiers)), line):
        yield _too_many(line, units, Decimal(0), f"line {lines[0].number} bills it for {line.on} already")


def _first_hour(line: LineFacts, context: Context) -> Verdict | None:
    least, instead = SHORTEST[line.hcpcs]
    minutes = _minutes(line, {line.hcpcs}, context)
    if minutes is None:
        return NoData(TIMES, line.number)
    if minutes >= least:
        return None
    return Flaw(
        message=f"{line.hcpcs} is billed, but it lasted {in_words(minutes, 'minute')}; it takes {least} or more.",
        hint=f"Bill {instead}, or have the record ready that shows more time."
        if instead
        else "Remove the line, or have the record ready that shows more time.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "minutes": minutes, "least": least},
    )


def _hours(line: LineFacts, units: Decimal, context: Context) -> Iterator[Verdict]:
    minutes = _minutes(line, {line.hcpcs, FURTHER_HOURS[line.hcpcs]}, context)
    if minutes is None:
        yield NoData(TIMES, line.number)
        return
    most = max((minutes - MORE_THAN_HALF) // HOUR, 0)
    if units > most:
        yield _too_many(line, units, Decimal(most), f"the infusion lasted {in_words(minutes, 'minute')}")


def _minutes(line: LineFacts, codes: AbstractSet[str], context: Context) -> int | None:
    """How long the infusion of these codes lasted; None when the record does not give it, or gives that of several."""
    record = context.claim.documentation
    if not record:
        return None
    timed = [o for o in context.claim.lines if o.hcpcs in TIMED and o.on == line.on]
    own = {o.control_number for o in context.claim.lines if o.hcpcs in codes and o.on == line.on and o.control_number}
    named = [entry for entry in record if entry.provider_control_number in own]
    of_whole = len(timed) == 1 and timed[0].hcpcs in codes
    ends = []
    for element in (Element.ADMINISTRATION_START, Element.ADMINISTRATION_END):
        told = {entry.value for entry in named if entry.element == element}
        if not told and of_whole:
            told = {entry.value for entry in record if entry.element == element}
        time = CLOCK.fullmatch((told.pop() or "").strip()) if len(told) == 1 else None
        if time is None:
            return None
        ends.append(int(time[1]) * HOUR + int(time[2]))
    return ends[1] - ends[0] if ends[1] > ends[0] else None


def _too_many(line: LineFacts, units: Decimal, most: Decimal, why: str) -> Flaw:
    return Flaw(
        message=f"{line.hcpcs} is billed with {in_words(units)}, but {why}.",
        hint=(f"Bill at most {in_words(most)}" if most else "Remove the line")
        + ", or have the record ready that shows more.",
        at=in_line(line, "serviceUnitCount"),
        facts={"procedureCode": line.hcpcs, "billedUnits": units, "most": most},
    )
