"""The earlier lines of a drug on a day that are about the same containers as those of this claim."""

from collections.abc import Sequence
from typing import Final

from worker.edits.edit import Context
from worker.edits.facts.claim import DrugDay
from worker.edits.rules.earlier import earlier_claims
from worker.history.services import EarlierService

SIDES: Final = frozenset({"RT", "LT", "50"})


def lines_of_the_day(day: DrugDay, context: Context) -> Sequence[EarlierService]:
    """Return the earlier lines of a drug and day of the same practice, side and package; none without a memory.

    Another eye, or another package, has containers of its own: of one something may be discarded, of the other nothing.
    """
    if context.earlier is None:
        return ()
    earlier = earlier_claims(context)
    same_day = earlier.services.between(day.hcpcs, day.on, day.on)
    if not same_day:
        return ()
    own = [earlier.own.lines[line.number - 1] for line in day.lines]
    about = {(SIDES.intersection(line.modifiers), line.ndc) for line in own}
    return [
        (claim, line)
        for claim, line in same_day
        if claim.billing == earlier.own.billing
        and claim.is_institutional is earlier.own.is_institutional
        and (SIDES.intersection(line.modifiers), line.ndc) in about
    ]
