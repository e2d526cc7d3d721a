from schemas.outcome import Citation, Severity
from worker.edits.codes.services import INITIAL, REPEATED
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.earlier import earlier_claims, is_repeated, named, unless_known, without_memory


@line_edit(
    "ADM-09",
    severity=Severity.REJECT,
    predicted=predicts(category="A7", status=("454",), carc=("236",), rarc=("M80",)),
    citation=Citation(source="CMS Claims Processing Manual (Pub. 100-04), chapter 4", section="section 230.2"),
    about=lambda code, _: code in INITIAL,
    looks_for=Trait.EARLIER_DAY,
    lacks=without_memory,
    kinds=BOTH_KINDS,
)
def second_initial_service(line: LineFacts, context: Context) -> Verdict | None:
    """An initial infusion, push or hydration of that day and provider was billed on an earlier claim.

    Why: one access to a vein has one initial service, on however many claims. A second one needs a second access or
    encounter, which modifier 59 or an X modifier states.

    Flagged: 96365 after a claim with 96413 of that day by the same provider.

    Accepted: 96365-59; 96367; another day, another provider or another practice; a claim that the payer returned or
    denied. Two on one claim are ADM-05's, the same code sent again is DUP-01's.

    To do: Bill an add-on code instead of it (such as 96367 or 96375), or 59 or an X modifier for a second access.
    """
    earlier = earlier_claims(context)
    if line.on is None or not context.claim.rendering_npi(line) or is_repeated(context, line):
        return DoesNotApply()
    before = next(
        (
            (claim, other)
            for code in sorted(INITIAL)
            for claim, other in earlier.payable.between(code, line.on, line.on)
            if other.rendering == earlier.own.lines[line.number - 1].rendering
            and claim.billing == earlier.own.billing
            and claim.is_institutional is earlier.own.is_institutional
            and not REPEATED.intersection(other.modifiers)
        ),
        None,
    )
    if before is None:
        return unless_known(context, line.on, line.number)
    if carried := next((each for each in line.modifiers if each in REPEATED), None):
        return Bypassed(f"modifier {carried}", line.number)
    claim, other = before
    return Flaw(
        message=f"{line.hcpcs} of {line.on} is a second initial service: {other.code} went out on the claim received "
        f"on {claim.received_on}.",
        hint="Bill an add-on code instead of it (such as 96367 or 96375), or 59 or an X modifier for a second access.",
        at=in_line(line, "procedureCode"),
        facts={"procedureCode": line.hcpcs, "serviceDate": line.on, "earlierCode": other.code, **named(claim)},
    )
