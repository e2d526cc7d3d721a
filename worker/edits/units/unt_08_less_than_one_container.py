from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.drugs.arithmetic import in_words
from worker.edits.edit import (
    BOTH_KINDS,
    Configuration,
    Context,
    DoesNotApply,
    Flaw,
    NoData,
    Verdict,
    drug_day_edit,
    predicts,
)
from worker.edits.facts.claim import DrugDay
from worker.edits.facts.locate import in_line
from worker.edits.rules.correction import recounted, unsafe

HYALURONAN, IMPLANT = "hyaluronan", "implant"
INSERTS: Final = frozenset({"J1096"})
"""Inserts whose descriptor says so, though the route in our table is that of eye drops."""
INJECTED: Final = frozenset({"J2779"})
"""An injection into an implant, of which a part of the vial is given."""
ONE: Final = 1


def _is_used_whole(code: str, configuration: Configuration) -> bool:
    drug = configuration.snapshot.tables.drugs.latest(code)
    if drug is None or code in INJECTED:
        return False
    return code in INSERTS or drug.drug_class == HYALURONAN or IMPLANT in drug.routes


@drug_day_edit(
    "UNT-08",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("476",), carc=("16",), rarc=("M53",)),
    citation=Citation(
        source="CMS, ASP NDC-HCPCS crosswalk of the quarter of the date of service; HCPCS Level II descriptors"
    ),
    about=_is_used_whole,
    tables=("containers",),
    kinds=BOTH_KINDS,
    fixes=("unsafe",),
)
def less_than_one_container(day: DrugDay, _: Context) -> Verdict | None:
    """An implant or a joint fluid, which is used whole, is billed with fewer units than its smallest container holds.

    Why: nobody implants a part of an implant, or injects a part of a syringe for a knee. One unit mostly means that one
    piece was meant, under a code that counts in milligrams or parts of them.

    Flagged: J7325 x 1, whose smallest syringe holds 16 units; J7312 x 1, whose implant holds 7.

    Accepted: J7325 x 16; J7321 x 1, which counts in doses; J7325 x 10 with J7325-JW x 6; a code that the crosswalk of
    the day does not list, for which there is no data. Drugs that are given in parts of a vial are WST-07's and
    UNT-07's.

    To do: Send … for each piece that was used.
    """
    if day.units_given is None or day.units_wasted is None or not day.given:
        return DoesNotApply()
    if not day.marketed_sizes:
        return NoData("the containers of the code on that day", day.given[0].number)
    smallest, units = day.marketed_sizes[0], day.units_given + day.units_wasted
    if units >= smallest:
        return None
    line = day.given[0]
    is_one_piece = units == ONE and len(day.lines) == 1 and len(day.marketed_sizes) == 1 and smallest % 1 == 0
    return Flaw(
        message=f"{day.hcpcs} is billed with {in_words(units)}; its smallest container holds "
        f"{smallest.normalize():f} and is used whole.",
        hint=f"Send {in_words(smallest)} for each piece that was used.",
        at=in_line(line, "serviceUnitCount"),
        facts={"procedureCode": day.hcpcs, "units": units, "smallestContainer": smallest},
        fix=unsafe(recounted(line, f"{smallest.normalize():f}")) if is_one_piece else None,
    )
