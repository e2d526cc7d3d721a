from datetime import date

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words, is_whole
from worker.edits.drugs.expected_units import expected_given, expected_wasted
from worker.edits.edit import BOTH_KINDS, Context, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import Trait


@drug_day_edit(
    "WST-06",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("476",), carc=("16",), rarc=("M53",)),
    citation=Citation(
        source="CGS Administrators, Part B: billing units and discarded drugs, 2023-06-27",
        effective=date(2017, 1, 1),
        url="https://cgsmedicare.com/partb/pubs/news/2023/06/cope140894.html",
    ),
    needs=Trait.WASTE_BILLED,
    kinds=BOTH_KINDS,
)
def units_wrongly_rounded(day: DrugDay, _: Context) -> Verdict | list[Verdict] | None:
    """Beside a JW line, the units given or discarded do not match the record.

    Why: the dose given is rounded up to whole units and the amount discarded is rounded down, so that the two lines
    together bill the container once.

    Flagged: a code per 10 mg, 305 mg given and 95 mg discarded, billed x 31 and JW x 10.

    Accepted: x 31 and JW x 9. Waste of less than one unit is WST-05's, a day without JW line UNT-02's, a count with
    decimals UNT-01's.

    To do: Bill … …, or correct the amount in the record.
    """
    if not day.wasted:
        return None
    sides = (
        ("given", day.given, day.units_given, expected_given(day), day.dose_given),
        ("discarded", day.wasted, day.units_wasted, expected_wasted(day), day.dose_discarded),
    )
    missing = {}
    verdicts: list[Verdict] = []
    for side, lines, billed, expected, dose in sides:
        if not lines or (side == "discarded" and expected == 0):
            continue
        if isinstance(expected, Unknown):
            missing[expected.missing] = lines[0].number
        elif billed is None or not is_whole(billed):
            missing["whole unit count"] = lines[0].number
        elif billed != expected:
            amount = f"{dose} {day.drug.unit}"
            verdicts.append(
                Flaw(
                    message=f"{day.hcpcs}: {amount} {side} is {in_words(expected)}, not {billed}.",
                    hint=f"Bill {in_words(expected)} {side}, or correct the amount in the record.",
                    at=in_line(lines[0], "serviceUnitCount"),
                    facts={"procedureCode": day.hcpcs, side: amount, "expectedUnits": expected, "billedUnits": billed},
                )
            )
    verdicts += (NoData(words, number) for words, number in missing.items())
    return verdicts
