from typing import Final

from schemas.outcome import Citation, Severity
from worker.edits.codes.ranges import CodeRange, within
from worker.edits.edit import Bypassed, Context, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line

VISITS: Final[tuple[CodeRange, ...]] = (("99202", "99205"), ("99212", "99215"))
# The codes of 96360-96549 that the table pairs with all eight visits, the visit in column 2, indicator 1; the others
# are add-on codes, which go with one of these, and 96523, with which no visit is paid at all.
ADMINISTRATIONS: Final = frozenset(
    """96360 96365 96369 96372 96373 96374 96377 96401 96402 96405 96406 96409 96413 96416 96420 96422 96425 96440
    96446 96450 96521 96522 96542""".split()  # noqa: SIM905 - a block of codes reads better than a list of quotes
)
VISIT_APART: Final = frozenset({"24", "25", "57"})
SERVICE_APART: Final = frozenset({"59", "XE", "XP", "XS", "XU"})


@line_edit(
    "EM-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("453",), carc=("4", "97"), rarc=("N822",)),
    citation=Citation(
        source="CMS National Correct Coding Initiative, procedure-to-procedure edits, practitioner, 2024 quarter 3"
    ),
    about=lambda code, _: within(code, VISITS),
)
def visit_without_modifier(line: LineFacts, context: Context) -> Verdict | list[Verdict] | None:
    """An office visit on the day of an injection or infusion by the same provider carries no modifier 25.

    Why: giving the drug includes the usual care of the patient. A visit is paid beside it only when it was
    significant and separate, which modifier 25 on the visit states.

    Flagged: 99213 with 96413 of the same date and provider.

    Accepted: 99213-25 with 96413; a visit to another provider or on another day. Modifiers 24 and 57 on the visit, and
    59 or an X modifier on the injection, lift the edit as well. 99211 is different: no modifier lifts it.
    """
    if not within(line.hcpcs, VISITS) or line.on is None:
        return None
    provider = context.claim.rendering_npi(line)
    verdicts: list[Verdict] = []
    for other in context.claim.lines:
        if other.hcpcs in ADMINISTRATIONS and other.on == line.on and context.claim.rendering_npi(other) == provider:
            if lifting := VISIT_APART.intersection(line.modifiers):
                return Bypassed(f"modifier {min(lifting)}", line.number)
            if lifting := SERVICE_APART.intersection(other.modifiers):
                verdicts.append(Bypassed(f"modifier {min(lifting)}", other.number))
                continue
            verdicts.append(
                Flaw(
                    message=f"{line.hcpcs} is billed with {other.hcpcs} on {line.on} and carries no modifier 25.",
                    hint="Add 25 to the visit if it was significant and separate from giving the drug; else remove it.",
                    at=in_line(line, "procedureModifiers"),
                    facts={"procedureCode": line.hcpcs, "administration": other.hcpcs, "serviceDate": line.on},
                )
            )
            return verdicts
    return verdicts
