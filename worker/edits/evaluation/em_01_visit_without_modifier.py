from collections.abc import Iterator
from datetime import date
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.codes.services import VISITS
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.reference.tables.answer import Found

CONSULTATIONS: Final[tuple[CodeRange, ...]] = (("99242", "99245"),)
PREVENTIVE: Final[tuple[CodeRange, ...]] = (("99381", "99387"), ("99391", "99397"))
# Eye examinations of established patients, which the NCCI pairs with minor procedures again from 2014-04-01 (ASRS,
# 2014-05-02); those of new patients are not paired. The held table lacks both.
OF_THE_EYE: Final[tuple[CodeRange, ...]] = (("92012", "92014"),)
# A hospital bills its clinic visits to Medicare with G0463, those of its emergency room with 99281 to 99285.
HOSPITAL_VISITS: Final[tuple[CodeRange, ...]] = (("99281", "99285"), ("G0463", "G0463"))
EVALUATIONS: Final = (*VISITS, *CONSULTATIONS, *PREVENTIVE, *OF_THE_EYE)
# The codes of 96360-96549 that the table pairs with all eight visits, the visit in column 2, indicator 1; the others
# are add-on codes, which go with one of these, and 96523, with which no visit is paid at all.
ADMINISTRATIONS: Final = frozenset(
    """96360 96365 96369 96372 96373 96374 96377 96401 96402 96405 96406 96409 96413 96416 96420 96422 96425 96440
    96446 96450 96521 96522 96542""".split()  # noqa: SIM905 - a block of codes reads better than a list of quotes
)
# Those and the other procedures of the pair table that have status S or T in OPPS Addendum B of October 2025.
IN_A_HOSPITAL: Final = ADMINISTRATIONS - {"96372", "96377", "96401", "96402", "96405"} | frozenset(
    """20610 20611 64612 64615 64616 67028""".split()  # noqa: SIM905 - a block of codes
)
# NCCI Policy Manual, chapter 11: a visit beside a vaccine is reported with 25. The held table lacks these codes.
VACCINATIONS: Final[tuple[CodeRange, ...]] = (("90460", "90474"), ("G0008", "G0010"))
# An established patient's visit in the pair table: what is paired with it is paired with preventive visits and
# examinations of the eye as well.
ANY_VISIT: Final = "99213"
SEPARABLE: Final = 1
VISIT_APART: Final = frozenset({"24", "25", "57"})
SERVICE_APART: Final = frozenset({"59", "XE", "XP", "XS", "XU"})


@line_edit(
    "EM-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4", "97"), rarc=("N822",)),
    citation=Citation(
        source="CMS National Correct Coding Initiative, procedure-to-procedure edits, practitioner, 2024 quarter 3; "
        "NCCI Policy Manual for Medicare Services, chapter 11, evaluation and management services; for hospitals: "
        "Integrated Outpatient Code Editor, edit 21, and OPPS Addendum B, October 2025"
    ),
    about=lambda code, _: within(code, (*EVALUATIONS, *HOSPITAL_VISITS)),
    kinds=BOTH_KINDS,
)
def visit_without_modifier(line: LineFacts, context: Context) -> Verdict | list[Verdict]:
    """A visit on the day of an injection, infusion or other procedure by the same provider carries no modifier 25.

    Why: the procedure includes the usual care of the patient. A visit is paid beside it only when it was
    significant and separate, which modifier 25 on the visit states.

    Flagged: 99213 with 96413 of the same date and provider. A warning: 99213 with 20610, 51720, 64615, 67028 or another
    procedure of the pair table after the quarter that the table speaks for; a consultation; a preventive visit, an eye
    examination of an established patient (92012, 92014) or any visit with a vaccine (90460-90474, G0008-G0010), for
    which we hold the rule and no pairs; on a hospital's claim a clinic or emergency visit with an infusion or another
    procedure of status S or T.

    Accepted: 99213-25 with 96413; a visit to another provider or on another day. Modifiers 24 and 57 on the visit, and
    59 or an X modifier on the procedure, lift the edit as well. 99211 is different: no modifier lifts it.

    To do: Add 25 to the visit if it was significant and separate from the procedure; else remove it.
    """
    # The other visits of a hospital are in its own pair table, which BND-01 asks.
    if line.on is None or within(line.hcpcs, HOSPITAL_VISITS) is not line.is_institutional:
        return DoesNotApply()
    verdicts: list[Verdict] = []
    found: Flaw | None = None
    for procedure, severity in _paired(line, line.on, context):
        if lifting := VISIT_APART.intersection(line.modifiers):
            return [Bypassed(f"modifier {min(lifting)}", line.number)]
        if lifting := SERVICE_APART.intersection(procedure.modifiers):
            verdicts.append(Bypassed(f"modifier {min(lifting)}", procedure.number))
        elif found is None or (found.severity and not severity):
            found = Flaw(
                message=f"{line.hcpcs} is billed with {procedure.hcpcs} on {line.on} and carries no modifier 25.",
                hint="Add 25 to the visit if it was significant and separate from the procedure; else remove it.",
                at=in_line(line, "procedureModifiers"),
                facts={"procedureCode": line.hcpcs, "administration": procedure.hcpcs, "serviceDate": line.on},
                severity=severity,
            )
    return [*verdicts, found] if found else verdicts


def _paired(visit: LineFacts, on: date, context: Context) -> Iterator[tuple[LineFacts, Severity | None]]:
    """The procedures beside the visit that include it, each with the severity that replaces the edit's own."""
    provider = context.claim.rendering_npi(visit)
    for other in context.claim.lines:
        if other.on != on or not other.hcpcs or context.claim.rendering_npi(other) != provider:
            continue
        if visit.is_institutional:
            if other.hcpcs in IN_A_HOSPITAL:
                yield other, Severity.WARN
        elif other.hcpcs in ADMINISTRATIONS and within(visit.hcpcs, VISITS):
            yield other, None
        elif within(other.hcpcs, VACCINATIONS):
            yield other, Severity.WARN
        elif not within(other.hcpcs, EVALUATIONS):
            is_not_held = within(visit.hcpcs, (*PREVENTIVE, *OF_THE_EYE))
            column2 = ANY_VISIT if is_not_held else visit.hcpcs
            pair = context.snapshot.ncci_pair(other.hcpcs, column2, "practitioner", on)
            if isinstance(pair, Found) and pair.row.modifier_indicator == SEPARABLE:
                yield other, None if pair.edition.covers(on) and not is_not_held else Severity.WARN
