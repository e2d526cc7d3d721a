"""The doses of a drug before one, on this claim and on earlier ones."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Final, NamedTuple

from worker.edits.edit import Context
from worker.edits.facts.claim import DrugDay
from worker.edits.rules.earlier import earlier_claims
from worker.history.entry import EarlierClaim, EarlierLine

WASTE: Final = "JW"


class EarlierDose(NamedTuple):
    """A day on which a drug was given, with the code that bills it; `claim` is the earlier one, None for this claim."""

    on: date
    hcpcs: str
    modifiers: tuple[str, ...]
    claim: EarlierClaim | None


def is_given(line: EarlierLine) -> bool:
    """Whether a line bills what was given rather than discarded, or nothing."""
    return WASTE not in line.modifiers and (line.units is None or line.units > 0)


def doses_before(
    day: DrugDay, context: Context, codes: Iterable[str] | None = None, since: date = date.min
) -> Sequence[EarlierDose]:
    """Return the doses of a drug from a day on and before this one, earliest first; of these codes, else of its own."""
    wanted = (day.hcpcs,) if codes is None else tuple(codes)
    earlier, last = earlier_claims(context), day.on - timedelta(days=1)
    found = [
        EarlierDose(line.on, code, line.modifiers, claim)
        for code in wanted
        for claim, line in earlier.services.between(code, since, last)
        if line.on and is_given(line)
    ]
    found += [
        EarlierDose(other.on, other.hcpcs, line.modifiers, None)
        for other in context.claim.drug_days
        if other.hcpcs in wanted and since <= other.on < day.on
        for line in other.given
    ]
    return sorted(found, key=_ON)


_ON: Final = attrgetter("on")
