from schemas.outcome import Citation, Severity
from worker.edits.codes.services import REPEATED
from worker.edits.edit import BOTH_KINDS, Bypassed, Context, DoesNotApply, Flaw, Verdict, line_edit, predicts
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.locate import in_line
from worker.edits.facts.traits import Trait
from worker.edits.rules.continuation import is_part_of_split_claim
from worker.edits.rules.earlier import (
    earlier_claims,
    is_sent_twice,
    named,
    of_duplicate,
    unless_known,
    without_memory,
)


@line_edit(
    "DUP-01",
    severity=Severity.REJECT,
    predicted=predicts(category="A3", status=("54",), carc=("18",)),
    citation=Citation(
        source="CMS Claims Processing Manual (Pub. 100-04), chapter 1: detection of duplicate claims",
        section="section 120",
    ),
    looks_for=Trait.EARLIER_DAY,
    lacks=without_memory,
    kinds=BOTH_KINDS,
)
def line_accepted_before(line: LineFacts, context: Context) -> Verdict | None:
    """The same line was accepted on an earlier claim.

    Why: a payer denies a second line with the same patient, day, code, modifiers, units, charge, place and provider as
    a duplicate. It is the commonest of all denials.

    Flagged: J1745-JZ x 40 of a day, accepted yesterday on another claim. A warning after 30 days: Medicare wants a
    claim that it returned as unprocessable (MA130) sent anew, and nobody said here whether it did.

    Accepted: a JW line beside the line given; another day, side, package or amount; a line with 59, 76, 77, 91 or an X
    modifier, which states that it was done again; a replacement of that claim; a claim whose note says that it was
    split; a line of a claim that was voided, or that the payer returned undecided. A whole claim that is sent again is
    IDN-07's.

    To do: Remove the line if it is the same service; to correct the earlier claim send a replacement (frequency 7), or
    ask for a reopening; 76 states that a service was repeated on that day.
    """
    if line.on is None or not line.hcpcs or is_sent_twice(context):
        return DoesNotApply()
    earlier = earlier_claims(context)
    before = earlier.repeated.get(line.number)
    if before is None:
        again = next((each for each in line.modifiers if each in REPEATED), None) if line.modifiers else None
        if again and earlier.services.between(line.hcpcs, line.on, line.on):
            return Bypassed(f"modifier {again}", line.number)
        return unless_known(context, line.on, line.number)
    if is_part_of_split_claim(context.claim):
        return Bypassed("a note that the claim was split", line.number)
    return Flaw(
        message=f"{line.hcpcs} of {line.on} is on a claim received on {before.received_on}, exactly as here.",
        hint="Remove the line if it is the same service; to correct the earlier claim send a replacement (frequency "
        "7), or ask for a reopening; 76 states that a service was repeated on that day.",
        at=in_line(line, "line"),
        facts={"procedureCode": line.hcpcs, "serviceDate": line.on, **named(before)},
        severity=of_duplicate(before, context),
    )
