from datetime import date

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.drugs.containers import ONE_UNIT, add_up, repeats_containers
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, NoData, Verdict, drug_day_edit, predicts
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.record import Unknown
from worker.edits.facts.traits import Trait


@drug_day_edit(
    "WST-04",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453", "476"), carc=("16",), rarc=("N823",)),
    citation=Citation(
        source="Noridian Healthcare Solutions, Part B: modifier JW",
        effective=date(2017, 1, 1),
        url="https://med.noridianmedicare.com/web/jfb/topics/modifiers/JW",
    ),
    needs=Trait.WASTE_BILLED,
    kinds=BOTH_KINDS,
    tables=("containers",),
)
def waste_repeats_containers(day: DrugDay, _: Context) -> Verdict | None:
    """The JW line bills the whole containers, and with them the units that were given.

    Why: JW bills what was left in the containers. When it carries their whole content, the dose given is billed
    twice.

    Flagged: J1745 (10 mg, vials of 100 mg) x 35 and JW x 40: the dose takes four vials, of which 5 units were left. A
    warning where the units given fill their containers, since an infusion may have been stopped: x 40 and JW x 40.

    Accepted: x 35 and JW x 5; one container from which all of it may have come. An amount or containers in the record
    are compared by WST-06 and WST-07, a JW line without units given by WST-03, a needless container by WST-08.

    To do: Bill with JW only what was left in the containers: their units less the units given.
    """
    given, wasted = day.units_given, day.units_wasted
    told = not (isinstance(day.dose_discarded, Unknown) and isinstance(day.containers_opened, Unknown))
    if not day.wasted or not day.given or told:
        return DoesNotApply()
    line, sizes = day.wasted[0], day.marketed_sizes
    if given is None or wasted is None:
        return NoData("unit count", line.number)
    if not sizes:
        return NoData("container sizes in the crosswalk", line.number)
    if repeats_containers(sizes, given, wasted):
        possible = add_up(sizes, given + wasted, ONE_UNIT) is not False
        return Flaw(
            message=f"{day.hcpcs}: JW bills {in_words(wasted)}, the whole containers for the {given:f} given.",
            hint="Bill with JW only what was left in the containers: their units less the units given.",
            at=in_line(line, "serviceUnitCount"),
            facts={"procedureCode": day.hcpcs, "unitsGiven": given, "unitsDiscarded": wasted, "containerUnits": sizes},
            severity=Severity.WARN if possible else None,
        )
    return None
