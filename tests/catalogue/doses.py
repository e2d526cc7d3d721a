"""How much of a drug is given, from which containers, and how that is billed.

Sources: CMS Claims Processing Manual, chapter 17, section 40 (JW and JZ); CGS Medicare Part B, billing units and
discarded drugs, 2023-06-27 (doses are rounded up, waste is rounded down); Noridian DME, modifier JZ, 2024-03-20 (waste
inside one billing unit is not billed); Noridian Part B, modifier JW (two lines).
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from random import Random
from typing import Final, Literal

from tests.catalogue.supply import CONTENT_BY_LOT, Supply
from worker.reference.tables.rows import Container, Drug

JZ_EXISTS_FROM: Final = date(2023, 1, 1)
JZ_REQUIRED_FROM: Final = date(2023, 7, 1)
MOST_CONTAINERS: Final = 5
MANY: Final = 60
LARGEST_PIECE: Final = 400
"""Billing units that hold the largest implant or syringe."""
ONE, ZERO = Decimal(1), Decimal(0)
Reporting = Literal["due", "left out", "as the practice likes"]


@dataclass(frozen=True)
class DrugDose:
    """One drug given on one day: the billing units on its lines and the amounts behind them.

    `amount` and `waste` are in the unit of the drug's billing unit; None when that unit is not known.
    """

    given: int
    discarded: int
    attests: bool
    opened: tuple[Container, ...]
    amount: Decimal | None
    waste: Decimal | None

    @property
    def parts(self) -> tuple["DrugDose", ...]:
        """The dose apart by kind of container, the waste with the last one; one part where it does not come apart."""
        kinds = [
            tuple(each for each in self.opened if each.ndc11 == ndc) for ndc in {each.ndc11: 0 for each in self.opened}
        ]
        contents = [sum((_units(each) for each in kind), ZERO) for kind in kinds]
        whole = self.waste is not None and all(content % 1 == 0 for content in contents)
        if len(kinds) < 2 or not whole or self.amount is None or contents[-1] <= self.discarded + ONE:
            return (self,)
        if self.given + self.discarded != sum(contents):
            return (self,)
        each_unit = (self.amount + (self.waste or ZERO)) / sum(contents)
        full = [
            DrugDose(int(content), 0, self.attests, kind, plain(content * each_unit), ZERO)
            for content, kind in zip(contents[:-1], kinds[:-1], strict=True)
        ]
        rest = plain(contents[-1] * each_unit - (self.waste or ZERO))
        last = DrugDose(int(contents[-1]) - self.discarded, self.discarded, self.attests, kinds[-1], rest, self.waste)
        return (*full, last)

    @property
    def container(self) -> Container | None:
        """The one kind of container opened; None for several kinds and for none known."""
        return self.opened[0] if len({each.ndc11 for each in self.opened}) == 1 else None


def choose_dose(
    code: str, on: date, supply: Supply, random: Random, *, reporting: Reporting, most: int | None, wasted: bool | None
) -> DrugDose | None:
    """A dose and its units; None when no whole container stays within the most units, or none can be wasted."""
    drug = supply.drugs[code]
    sizes = supply.sizes(code, on).containers
    of_factors = drug.drug_class == "clotting_factor" or code in CONTENT_BY_LOT
    by_lot = of_factors and any(_units(each) <= 1 for each in sizes)
    if supply.is_listed_single_dose(code) and sizes and not by_lot:
        return _from_containers(drug, sizes, on, random, reporting=reporting, most=most, wasted=wasted)
    # CMS's list is not exhaustive: another drug may come from single-dose containers too, by its label.
    by_label = reporting != "left out" and not by_lot and _is_measured(drug) and random.random() < 0.1
    single = tuple(each for each in sizes if not supply.is_multi_dose(each, on))
    if (
        single
        and by_label
        and wasted is None
        and (dose := _from_containers(drug, single, on, random, reporting="due", most=most, wasted=None))
    ):
        return dose
    if wasted:
        return None
    return _by_units(drug, sizes, on, random, supply, reporting=reporting, most=most)


def _from_containers(
    drug: Drug,
    sizes: tuple[Container, ...],
    on: date,
    random: Random,
    *,
    reporting: Reporting,
    most: int | None,
    wasted: bool | None,
) -> DrugDose | None:
    for _ in range(12):
        opened = _open(sizes, random)
        content = sum((_units(each) for each in opened), ZERO)
        smallest = min(_units(each) for each in opened)
        # More than the smallest container would have left that one unopened.
        leaves_some = not _is_used_whole(drug) and (random.random() < 0.4 or wasted)
        waste = _some_waste(smallest, random) if leaves_some else ZERO
        given = int((content - waste).to_integral_value(ROUND_CEILING))
        discarded = int(waste.to_integral_value(ROUND_FLOOR))
        too_many = most is not None and given + discarded > most
        if too_many or (wasted and not discarded) or given < 1:
            continue
        reports = reporting == "due" or (reporting != "left out" and random.random() < 0.6)
        if (discarded and wasted is False) or (wasted and not reports):
            continue
        if discarded and not reports:
            discarded = 0
            attests = False
        else:
            attests = not discarded and reports and _attests(on, random)
        return DrugDose(
            given, discarded, attests, opened, _amount(content - waste, drug), _amount(waste, drug) if waste else ZERO
        )
    return None


def _by_units(
    drug: Drug,
    sizes: tuple[Container, ...],
    on: date,
    random: Random,
    supply: Supply,
    *,
    reporting: Reporting,
    most: int | None,
) -> DrugDose | None:
    in_pieces = bool(sizes) and _is_used_whole(drug)
    ceiling = (most or LARGEST_PIECE) if in_pieces else min(most or MANY, MANY)
    if ceiling < 1:
        return None
    units = random.randint(1, ceiling)
    whole = tuple(each for each in sizes if each.units_per_item and _units(each) % 1 == 0 and _units(each) <= ceiling)
    opened: tuple[Container, ...] = ()
    if in_pieces and not whole:
        return None
    if whole and (in_pieces or random.random() < 0.6):
        each = random.choice(whole)
        opened = (each,) * random.randint(1, min(MOST_CONTAINERS, int(ceiling // _units(each))))
        units = int(sum((_units(one) for one in opened), ZERO))
    listed = supply.is_listed_single_dose(drug.hcpcs)
    single = bool(opened) and not any(supply.is_multi_dose(each, on) for each in opened)
    may_attest = reporting != "left out" and (listed or (single and random.random() < 0.3))
    wants = reporting == "due" or random.random() < 0.6
    amount = _amount(Decimal(units), drug)
    if amount is not None and drug.unit_up_to:
        amount -= (amount / units) * Decimal(random.randint(0, 9)) / 10
    attests = may_attest and wants and _attests(on, random)
    return DrugDose(units, 0, attests, opened, amount, ZERO if amount is not None else None)


def _is_used_whole(drug: Drug) -> bool:
    """Implants, inserts and joint fluids: nobody uses a part of one. J2779 is injected into an implant."""
    is_piece = drug.drug_class == "hyaluronan" or "implant" in drug.routes or drug.hcpcs == "J1096"
    return is_piece and drug.hcpcs != "J2779"


def _is_measured(drug: Drug) -> bool:
    return drug.unit_amount is not None and not drug.unit_up_to and "oral" not in drug.routes


def _attests(on: date, random: Random) -> bool:
    if on >= JZ_REQUIRED_FROM:
        return True
    return on >= JZ_EXISTS_FROM and random.random() < 0.5


def _open(sizes: tuple[Container, ...], random: Random) -> tuple[Container, ...]:
    """One to five containers of one product, mostly of one size."""
    first = random.choice([each for each in sizes if each.units_per_item])
    relatives = [each for each in sizes if each.brand == first.brand and each.labeler == first.labeler]
    count = random.choice((1, 1, 1, 2, 2, 3, 4, MOST_CONTAINERS))
    if random.random() < 0.75:
        return (first,) * count
    return tuple(random.choice(relatives) for _ in range(count))


def _some_waste(smallest: Decimal, random: Random) -> Decimal:
    """Less than the whole container, in tenths of a unit half of the time."""
    if smallest > ONE and random.random() < 0.5:
        return Decimal(random.randint(1, max(int((smallest - ONE).to_integral_value(ROUND_CEILING)), 1)))
    tenths = int(smallest * 10)
    return Decimal(random.randint(0, max(tenths - 1, 0))) / 10


def _units(container: Container) -> Decimal:
    return container.units_per_item or ZERO


def _amount(units: Decimal, drug: Drug) -> Decimal | None:
    return None if drug.unit_amount is None else plain(units * drug.unit_amount)


def plain(number: Decimal) -> Decimal:
    """The number without trailing zeros and without an exponent."""
    return Decimal(f"{number.normalize():f}")


def package_quantity(drug: Drug, container: Container, units: int) -> tuple[Decimal, str]:
    """How much of a package a number of units is, and in which measure: milliliters of a liquid, else containers.

    The crosswalk's package size is in the measure of the label; 1 is mostly "each".
    """
    share = Decimal(units) / _units(container)
    liquid = container.package_size not in {None, ONE} and not {"oral", "implant"} & set(drug.routes)
    by_volume = liquid and drug.drug_class not in {"clotting_factor", "oral_anticancer", "immunosuppressive"}
    quantity = share * (container.package_size or ONE) if by_volume else share
    rounded = quantity.quantize(Decimal("0.001"), ROUND_HALF_UP)
    return plain(max(rounded, Decimal("0.001"))), "ML" if by_volume else "UN"
