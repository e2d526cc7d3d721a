from datetime import date
from types import MappingProxyType
from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.edit import BOTH_KINDS, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.correction import modifier_replaced, unsafe
from worker.reference.tables.answer import Found

RIGHT, LEFT, BOTH = "right", "left", "both"
SIDE_OF: Final = MappingProxyType(
    {"RT": RIGHT, "LT": LEFT, "50": BOTH}
    | dict.fromkeys(("E3", "E4", *(f"F{n}" for n in range(5, 10)), *(f"T{n}" for n in range(5, 10))), RIGHT)
    | dict.fromkeys(("E1", "E2", "FA", "TA", *(f"F{n}" for n in range(1, 5)), *(f"T{n}" for n in range(1, 5))), LEFT)
)
"""Right and left, eyelids, fingers and toes: HCPCS Level II modifiers; 50 is a CPT number."""
WITH_SIDE: Final = frozenset(SIDE_OF)
OTHER: Final = MappingProxyType({"RT": "LT", "LT": "RT"})
EYE: Final = (
    "C69",
    "D31",
    "E083",
    "E093",
    "E103",
    "E113",
    "E133",
    "H0",
    "H1",
    "H2",
    "H3",
    "H4",
    "H5",
    "S05",
    "T15",
    "T26",
)
EAR: Final = ("H6", "H7", "H8", "H9")
BREAST: Final = ("C50", "D05", "D24", "D486", "N6")
LIMB: Final = ("C40", "D16", "D17", "D21", "E11610", "G5", "G9", "I7", "I8", "L", "M", "S", "T")
PARTS: Final[tuple[tuple[tuple[CodeRange, ...], tuple[str, ...]], ...]] = (
    ((("65091", "68899"), ("92002", "92499")), EYE),
    ((("69000", "69979"), ("92502", "92700")), EAR),
    ((("19000", "19499"),), BREAST),
    ((("20500", "29999"), ("64400", "64999")), LIMB),
)
"""Procedures on one part of the body, and the beginnings of the diagnoses of it."""
AT_A_SITE: Final[tuple[CodeRange, ...]] = (("90460", "90480"), ("96360", "96549"), ("G0008", "G0010"))
"""Injections and infusions, whose side is that of the muscle or vein, not of the disease."""
ICD_10_FROM: Final = date(2015, 10, 1)


@line_edit(
    "MOD-12",
    severity=Severity.REJECT,
    predicted=predicts(category="A8", status=("453", "255"), carc=("4", "11"), rarc=("M76",)),
    citation=Citation(
        source="ICD-10-CM guidelines, section I.B.13; Anthem, laterality and diagnosis, 2024-05-01",
        effective=ICD_10_FROM,
        url="https://providernews.anthem.com/wisconsin/articles/inaccurate-laterality-and-diagnosis-combination-18870-18892",
    ),
    needs=Trait.OTHER_MODIFIER,
    kinds=BOTH_KINDS,
    fixes=("unsafe",),
)
def side_contradicts_diagnosis(line: LineFacts, context: Context) -> Verdict | None:
    """The side on the line is not the side in the diagnosis that it points to.

    Why: where a diagnosis names the right or the left, the treatment must be of the same side; a payer denies the line,
    since one of the two is wrong.

    Flagged: 67028-LT for H35.3211, of the right eye; 20610-LT for M17.11, of the right knee; 20610-50 for M17.11 alone;
    J0178-RT for a diagnosis of the left eye.

    Accepted: 67028-RT for H35.3211; 67028-RT for H35.3231, of both eyes; 20610-LT for M17.11 and M25.562, one of which
    is of the left knee, or for M05.79, which names no side; a diagnosis of another part of the body; 96402-LT for
    C50.911, since the side is that of the muscle, and so is that of a drug without a procedure on the part.

    To do: Correct the modifier or the diagnosis, whichever the record shows to be wrong.

    To do: Add the diagnosis of the other side, or send ….
    """
    if WITH_SIDE.isdisjoint(line.modifiers):
        return DoesNotApply()
    told = {SIDE_OF[modifier] for modifier in line.modifiers if modifier in SIDE_OF}
    if len(told) != 1 or line.on is None or line.on < ICD_10_FROM:
        return DoesNotApply()
    (side,) = told
    if within(line.hcpcs, AT_A_SITE):
        return DoesNotApply()
    part = _part(line.hcpcs) or _part_of_day(line, context)
    of_part = [code for code in context.claim.diagnoses_of((line,)) if code.startswith(part)]
    answers = [context.snapshot.diagnosis_side(code, line.on) for code in of_part]
    named = {answer.row.side for answer in answers if isinstance(answer, Found)}
    if not named:
        return DoesNotApply()
    if len(named) > 1 or side in named or not all(isinstance(answer, Found) for answer in answers):
        return None
    (other,) = named
    written = next(modifier for modifier in line.modifiers if modifier in SIDE_OF)
    place = 1 + line.modifiers.index(written)
    is_as_sent = len(line.modifiers) == len(line.line.service.procedure_modifiers)
    instead = OTHER.get(written) if is_as_sent else None
    return Flaw(
        message=f"{line.hcpcs} carries {written} ({side}), but {', '.join(of_part)} "
        + (f"is of the {other} side." if len(of_part) == 1 else f"are of the {other} side."),
        hint="Correct the modifier or the diagnosis, whichever the record shows to be wrong."
        if side != BOTH
        else f"Add the diagnosis of the other side, or send {'RT' if other == RIGHT else 'LT'}.",
        at=in_line(line, "procedureModifiers", place),
        facts={"procedureCode": line.hcpcs, "modifier": written, "diagnoses": tuple(of_part), "side": other},
        fix=unsafe(modifier_replaced(line, place, instead)) if instead else None,
    )


def _part(code: str) -> tuple[str, ...]:
    """The beginnings of the diagnoses that a procedure is on; empty for a code of no part."""
    return next((part for procedures, part in PARTS if within(code, procedures)), ())


def _part_of_day(line: LineFacts, context: Context) -> tuple[str, ...]:
    """What a line of no part, such as a drug, belongs to: the parts of the day's procedures; without them the eye."""
    day = [each.hcpcs for each in context.claim.lines if each.on == line.on]
    return tuple(beginning for code in day for beginning in _part(code)) or EYE
