"""Whether a drug was handed out for use elsewhere, or administered where it is billed."""

from worker.edits.administrations import ADMINISTRATIONS
from worker.edits.code_ranges import within
from worker.edits.facts import ClaimFacts, LineFacts
from worker.edits.places import DISPENSED_TO


def was_dispensed(line: LineFacts, claim: ClaimFacts) -> bool:
    """Whether nobody administered the drug, as far as the claim tells.

    A supplier delivers to the place, and nothing through which a drug is given is billed for the day.
    """
    if claim.place_of(line) not in DISPENSED_TO or line.on is None:
        return False
    return not any(other.covers(line.on) and within(other.hcpcs, ADMINISTRATIONS) for other in claim.lines)
