"""Whether a drug was dispensed for use elsewhere, or administered where it is billed."""

from worker.edits.codes.places import DISPENSED_TO
from worker.edits.edit import Context
from worker.edits.facts.claim import LineFacts
from worker.edits.facts.traits import Trait


def was_dispensed(line: LineFacts, context: Context) -> bool:
    """Whether nobody administered the drug, as far as the claim shows.

    A supplier delivers to the place, and no administration is billed for the day.
    """
    if line.place not in DISPENSED_TO or line.on is None:
        return False
    return not any(other.traits & Trait.ADMINISTRATION and other.covers(line.on) for other in context.claim.lines)
