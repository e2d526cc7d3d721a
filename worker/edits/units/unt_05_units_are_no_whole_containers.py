from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.drugs.containers import ONE_UNIT, add_up
from worker.edits.edit import (
    BOTH_KINDS,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Options,
    Verdict,
    drug_day_edit,
    predicts,
    unless_given,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait


class WholeContainers(Options):
    """Whether the payer wants single-dose drugs billed by whole containers on one line, without JW and JZ."""

    whole_containers: bool | None = None


@drug_day_edit(
    "UNT-05",
    severity=Severity.WARN,
    predicted=predicts(category="A7", status=("476",), carc=("153",), rarc=("M53",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 17", section="section 40"),
    options=WholeContainers,
    lacks=unless_given(WholeContainers, "how the payer wants waste billed", "whole_containers"),
    needs=Trait.UNATTESTED,
    kinds=BOTH_KINDS,
    tables=("containers",),
)
def units_are_no_whole_containers(day: DrugDay, context: Context) -> Verdict | None:
    """The units billed, without JW or JZ, are not a number of whole containers.

    Why: some payers do not accept JW and JZ and pay for the containers that were opened. Units between two containers
    then leave the rest unpaid, or are wrong. Whether a payer wants that is in its profile, as the option
    `whole_containers`.

    Flagged: J1745 (vials of 10 units) x 35, with the option.

    Accepted: x 40; without the option, any count. A line with JW or JZ is WST-07's, a missing one of them WST-01's.

    To do: Bill the containers that were opened, or verify the count.
    """
    wanted = context.options(WholeContainers).whole_containers
    if not wanted or any(line.is_waste or line.attests_no_waste for line in day.lines):
        return DoesNotApply()
    line, units, sizes = day.lines[0], day.units_given, day.marketed_sizes
    if not day.drug.single_dose:
        return NoData("whether all containers of the code are single-dose (it is not on the CMS list)", line.number)
    if units is None:
        return NoData("unit count", line.number)
    if (fits := add_up(sizes, units, ONE_UNIT)) is None:
        return NoData("container sizes in the crosswalk", line.number)
    if not fits:
        return Flaw(
            message=f"{day.hcpcs}: {in_words(units)}, which is not a number of whole containers.",
            hint="Bill the containers that were opened, or verify the count.",
            at=in_line(line, "serviceUnitCount"),
            facts={"procedureCode": day.hcpcs, "billedUnits": units, "containerUnits": sizes},
        )
    return None
