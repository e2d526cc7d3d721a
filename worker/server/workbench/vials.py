"""The waste ledger as containers: how much of each was given, and how much was discarded."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from schemas.outcome import ContainerCount, WasteLedgerEntry
from worker.wording.outcomes import amount, counted_decimal

MOST_VIALS: Final = 24


@dataclass(frozen=True, slots=True)
class Vial:
    """A container: its units, and the shares of it, in percent, that were given and discarded."""

    units: Decimal
    given: int
    discarded: int


@dataclass(frozen=True, slots=True)
class VialRow:
    """The containers of one drug on one day; `is_recorded` says that they are those of the record."""

    entry: WasteLedgerEntry
    vials: tuple[Vial, ...]
    is_recorded: bool
    more: int

    @property
    def words(self) -> str:
        """What is known of dose, waste and units, in a sentence."""
        entry = self.entry
        said = [f"{amount(entry.dose_given)} given"] if entry.dose_given else []
        said += [f"{amount(entry.dose_discarded)} discarded"] if entry.dose_discarded else []
        said += _units("billed", entry.billed_given, entry.billed_discarded)
        said += _units("to bill", entry.expected_given, entry.expected_discarded)
        said += [f"modifiers {', '.join(entry.modifiers)}"] if entry.modifiers else []
        return "; ".join(said) + "."


def rows_of(ledger: tuple[WasteLedgerEntry, ...] | None) -> tuple[VialRow, ...]:
    """Return the containers of each entry: those opened, else those with the least waste; none when neither is known.

    The dose fills them in their order; what is left of each is discarded as far as units were billed or expected so.
    """
    return tuple(_row(entry) for entry in ledger or ())


def _row(entry: WasteLedgerEntry) -> VialRow:
    counts: tuple[ContainerCount, ...] = entry.containers_opened or entry.containers_least_waste or ()
    given = entry.expected_given if entry.expected_given is not None else entry.billed_given
    wasted = entry.expected_discarded if entry.expected_discarded is not None else entry.billed_discarded
    left, to_discard = given or Decimal(0), wasted or Decimal(0)
    vials, count = list[Vial](), 0
    for each in counts:
        for _ in range(each.count):
            count += 1
            if count > MOST_VIALS or each.units <= 0:
                continue
            used = min(left, each.units)
            thrown = min(to_discard, each.units - used)
            left, to_discard = left - used, to_discard - thrown
            vials.append(Vial(each.units, _percent(used, each.units), _percent(thrown, each.units)))
    return VialRow(entry, tuple(vials), entry.containers_opened is not None, max(count - MOST_VIALS, 0))


def _units(what: str, given: Decimal | None, discarded: Decimal | None) -> list[str]:
    if given is None:
        return []
    wasted = f" and {discarded:f} discarded" if discarded is not None else ""
    return [f"{what}: {counted_decimal(given, 'unit')}{wasted}"]


def _percent(part: Decimal, whole: Decimal) -> int:
    return int(part * 100 / whole)
