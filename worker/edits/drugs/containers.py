"""The containers on the market, which amounts they add up to, and which of them waste the least for a dose."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from math import gcd
from typing import Final

from worker.reference.tables.answer import Answer, Found
from worker.reference.tables.rows import Container, Drug

MOST_STEPS: Final = 1_000_000
"""Steps of the sizes' common measure that are looked at before the question is given up: far more than a dose takes."""

KEPT: Final = 4096
"""Answers that are kept: claims repeat the doses of their drugs."""

ONE_UNIT: Final = Decimal(1)
"""Rounding moves the sum of the units given and discarded by less than this."""

CONTENT_BY_LOT_CLASS: Final = "clotting_factor"
CONTENT_BY_LOT: Final = frozenset({"J0256"})
"""Most clotting factors and alpha-1 proteinase inhibitor: each vial says what it holds, near the nominal size."""
ONE_EACH: Final = Decimal(1)
"""The units that the crosswalk gives a container whose content differs from lot to lot, or less."""


@dataclass(frozen=True)
class Combination:
    """Containers that were or could be opened together: each size in billing units with its number, largest first."""

    counts: tuple[tuple[Decimal, int], ...]

    @cached_property
    def total(self) -> Decimal:
        """Billing units in all of them."""
        return sum((size * number for size, number in self.counts), Decimal(0))

    def __str__(self) -> str:
        return " + ".join(f"{number} x {size:f}" for size, number in self.counts)


def marketed(answer: Answer[tuple[Container, ...]], drug: Drug) -> tuple[Container, ...]:
    """The containers that the crosswalk lists for a drug; none when the content of one of them is not known."""
    listed = answer.row if isinstance(answer, Found) else ()
    known = all(container.units_per_item and not is_by_lot(container, drug) for container in listed)
    return listed if known else ()


def is_by_lot(container: Container, drug: Drug) -> bool:
    """Whether the content differs from lot to lot; some drugs of these kinds have fixed contents, such as J7170."""
    return may_be_by_lot(drug) and (container.units_per_item or ONE_EACH) <= ONE_EACH


def may_be_by_lot(drug: Drug) -> bool:
    """Whether a drug is of a kind whose contents differ from lot to lot."""
    return drug.drug_class == CONTENT_BY_LOT_CLASS or drug.hcpcs in CONTENT_BY_LOT


def sizes_of(containers: Iterable[Container]) -> tuple[Decimal, ...]:
    """The different sizes among containers, in billing units, smallest first."""
    return tuple(sorted({container.units_per_item for container in containers if container.units_per_item}))


@lru_cache(maxsize=KEPT)
def add_up(sizes: tuple[Decimal, ...], total: Decimal, tolerance: Decimal) -> bool | None:
    """Whether some number of containers comes to the total within less than the tolerance; None when not found out."""
    steps = sorted({size for size in sizes if size > 0})
    if not steps:
        return None
    if steps[0] < 2 * tolerance:  # every amount from one container upwards has a multiple that is near enough
        return total > steps[0] - tolerance
    sums = _Sums.up_to(steps, total + tolerance)
    return None if sums is None else sums.any_between(total - tolerance, total + tolerance)


@lru_cache(maxsize=KEPT)
def least_waste(sizes: tuple[Decimal, ...], need: Decimal) -> Combination | None:
    """The containers that hold a dose with the least left over; None when not found out."""
    steps = sorted({size for size in sizes if size > 0})
    sums = _Sums.up_to(steps, need + steps[-1]) if steps else None
    return sums.least_from(need) if sums else None


def all_gave_part(sizes: Iterable[Decimal], total: Decimal, discarded: Decimal) -> bool:
    """Whether containers come to the total of which none was discarded unused: each held more than the rest."""
    return bool(add_up(tuple(size for size in sizes if size > discarded), total, ONE_UNIT))


def repeats_containers(sizes: tuple[Decimal, ...], given: Decimal, discarded: Decimal) -> bool:
    """Whether the discarded units are those of all containers that the units given take, not of what was left."""
    least = least_waste(sizes, given)
    if least is None or given <= 0 or abs(least.total - discarded) >= ONE_UNIT:
        return False
    return not all_gave_part(sizes, given + discarded, discarded)


@dataclass(frozen=True, slots=True)
class _Sums:
    """The sums of any number of containers, as bits: bit n of `reached[i]` is n steps from the i smallest sizes."""

    step: Decimal
    sizes: tuple[Decimal, ...]
    reached: tuple[int, ...]

    @classmethod
    def up_to(cls, sizes: list[Decimal], limit: Decimal) -> "_Sums | None":
        """All sums up to a limit; None when the sizes are too fine for it. `sizes` are above zero and sorted."""
        places = max(max(-int(size.as_tuple().exponent), 0) for size in sizes)
        whole = [int(size.scaleb(places)) for size in sizes]
        common = gcd(*whole)
        step = Decimal(common).scaleb(-places)
        most = int(limit / step) if limit > 0 else 0
        if most > MOST_STEPS:
            return None
        reached, inside = [1], (1 << (most + 1)) - 1
        for size in whole:
            bits, shift = reached[-1], size // common
            while shift <= most:  # after each turn twice as many containers of the size are in the sums
                bits |= (bits << shift) & inside
                shift *= 2
            reached.append(bits)
        return cls(step, tuple(sizes), tuple(reached))

    def any_between(self, above: Decimal, below: Decimal) -> bool:
        """Whether a sum lies between two amounts, neither of them included."""
        first = max(int((above / self.step).to_integral_value("ROUND_FLOOR")) + 1, 0)
        last = int((below / self.step).to_integral_value("ROUND_CEILING")) - 1
        return last >= first and (self.reached[-1] >> first) & ((1 << (last - first + 1)) - 1) != 0

    def least_from(self, need: Decimal) -> Combination | None:
        """The smallest sum that is not below an amount, made of the largest containers that fit."""
        first = max(int((need / self.step).to_integral_value("ROUND_CEILING")), 0)
        above = self.reached[-1] >> first
        if not above:
            return None
        left, counts = first + (above & -above).bit_length() - 1, []
        for place in range(len(self.sizes) - 1, -1, -1):
            steps = int(self.sizes[place] / self.step)
            number = left // steps
            while not self.reached[place] >> (left - number * steps) & 1:
                number -= 1
            left -= number * steps
            if number:
                counts.append((self.sizes[place], number))
        return Combination(tuple(counts))
