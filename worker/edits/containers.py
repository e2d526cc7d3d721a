"""The containers on the market, and which amounts they add up to."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from worker.edits.facts import DrugDay
from worker.reference.answer import Found
from worker.reference.snapshot import Snapshot

MOST_SUMS: Final = 5000
"""Sums that are tried before the question is given up: far more than any real dose takes."""

CONTENT_BY_LOT_CLASS: Final = "clotting_factor"
CONTENT_BY_LOT: Final = frozenset({"J0256"})
"""Clotting factors and alpha-1 proteinase inhibitor: each vial's label says what it holds, near the nominal size."""


def marketed_sizes(day: DrugDay, snapshot: Snapshot) -> tuple[Decimal, ...]:
    """Billing units in each container that the crosswalk lists on that day; none when not all of them are known."""
    if day.drug.drug_class == CONTENT_BY_LOT_CLASS or day.hcpcs in CONTENT_BY_LOT:
        return ()
    answer = snapshot.containers_of(day.hcpcs, day.on)
    sizes = {container.units_per_item for container in answer.row} if isinstance(answer, Found) else set()
    return tuple(sorted(size for size in sizes if size)) if all(sizes) else ()


def add_up(sizes: Iterable[Decimal], total: Decimal, tolerance: Decimal) -> bool | None:
    """Whether some number of containers comes to the total within less than the tolerance; None when not found out."""
    steps = sorted({size for size in sizes if size > 0})
    if not steps:
        return None
    if steps[0] < 2 * tolerance:  # every amount from one container upwards has a multiple that is near enough
        return total > steps[0] - tolerance
    pending, seen = [Decimal(0)], {Decimal(0)}
    while pending:
        reached = pending.pop()  # the largest container was put there last, so it is tried first
        if abs(total - reached) < tolerance:
            return True
        for step in steps:
            longer = reached + step
            if longer - total < tolerance and longer not in seen:
                seen.add(longer)
                pending.append(longer)
        if len(seen) > MOST_SUMS:
            return None
    return False
