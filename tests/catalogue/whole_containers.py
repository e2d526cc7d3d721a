"""Whole containers of every package, billed rightly and as one unit each: `python -m tests.catalogue.whole_containers`.

Every NDC of every edition of the crosswalk is billed as one, two and three containers, in vials (UN) and milliliters
(ML), with JZ and without. Right are the units that the containers hold, rounded up; wrong is the number of containers.
The tables can tell the two apart where they differ by more than rounding, and without JZ by more than half a container,
of which a part may have been given.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import cache
from itertools import islice, product

import orjson

from schemas.outcome import Outcome
from worker.bootstrap import build_pipeline
from worker.edits.units._ndc_quantity import is_volume_of_label
from worker.pipeline.scrub import Pipeline
from worker.reference.tables.answer import Found
from worker.reference.tables.rows import Container, Drug
from worker.samples import synthetic
from worker.samples.synthetic import Json

MEASURED = frozenset({"UNT-07", "WST-07"})
"""The edits that compare a quantity or units with containers."""
A_CLAIM = 12
HALF = Decimal(2)
COUNTS, MEASURES, ATTESTS = (1, 2, 3), ("UN", "ML"), (True, False)


@dataclass(frozen=True)
class Billed:
    """Some containers of one package on one line; `is_right` says whether units or containers are billed."""

    container: Container
    drug: Drug
    on: date
    count: int
    measure: str
    attests: bool
    is_right: bool

    @property
    def content(self) -> Decimal:
        """The billing units in the containers."""
        return (self.container.units_per_item or Decimal(0)) * self.count

    @property
    def quantity(self) -> Decimal:
        """The NDC quantity in the measure."""
        size = self.container.package_size or Decimal(1)
        return Decimal(self.count) if self.measure == "UN" else size * self.count

    @property
    def can_be_told(self) -> bool:
        """Whether the tables show that the number of containers is not that of the units."""
        item = self.container.units_per_item or Decimal(0)
        apart = self.content - self.count
        if item <= 1 or self.drug.unit_up_to or (self.measure == "ML" and not self.container.package_size):
            return False
        if is_volume_of_label(self.quantity, self.measure, self.container, Decimal(self.count)):
            return False
        return apart >= 1 and (self.attests or apart > item / HALF)

    def line(self) -> Json:
        """The service line."""
        units = self.content.to_integral_value(ROUND_CEILING) if self.is_right else Decimal(self.count)
        return synthetic.line(
            self.container.hcpcs,
            units=f"{max(units, Decimal(1)):f}",
            modifiers=("JZ",) if self.attests else (),
            on=f"{self.on:%Y%m%d}",
            ndc=self.container.ndc11,
            ndc_units=f"{self.quantity.normalize():f}",
            ndc_measure=self.measure,
        )


@dataclass
class ContainerCounts:
    """What was found of right and of wrong lines; `silent` has an example of each kind that was not found."""

    right: int = 0
    false_alarms: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    can_be_told: int = 0
    found: int = 0
    found_of_those: int = 0
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, billed: Billed, line: Json, found: frozenset[str]) -> None:
        """ContainerCounts for one line."""
        if billed.is_right:
            self.right += 1
            self.false_alarms.update(found)
            for edit in found:
                self.examples.setdefault(f"false alarm of {edit}", f"{billed.container}: {line}")
            return
        self.wrong += 1
        self.can_be_told += billed.can_be_told
        self.found += "UNT-07" in found
        self.found_of_those += billed.can_be_told and "UNT-07" in found
        if billed.can_be_told and "UNT-07" not in found:
            self.examples.setdefault("silent", f"{billed.container}: {line}")

    @property
    def is_sound(self) -> bool:
        """Whether nothing right is flagged, and everything wrong that can be told is."""
        return not self.false_alarms and self.found_of_those == self.can_be_told

    def __str__(self) -> str:
        alarms = ", ".join(f"{edit} {count}" for edit, count in sorted(self.false_alarms.items())) or "0"
        return (
            f"right: {self.right:,} lines, false alarms: {alarms}\n"
            f"containers billed as units: {self.wrong:,} lines, found {self.found:,}; the tables can tell "
            f"{self.can_be_told:,}, of which found {self.found_of_those:,}"
        )

    def merge(self, other: "ContainerCounts") -> None:
        """Add the counts of another edition."""
        self.right += other.right
        self.false_alarms += other.false_alarms
        self.wrong += other.wrong
        self.can_be_told += other.can_be_told
        self.found += other.found
        self.found_of_those += other.found_of_those
        self.examples = other.examples | self.examples


def measure(pipeline: Pipeline, *, every: int = 1) -> ContainerCounts:
    """Bill the packages of all editions, or every tenth, and account for what is found."""
    whole = ContainerCounts()
    for on in _first_days(pipeline):
        whole.merge(_measure_edition(pipeline, on, every))
    return whole


def _first_days(pipeline: Pipeline) -> list[date]:
    return [edition.in_force_from for edition in pipeline.snapshot.editions if edition.table == "containers"]


def _measure_edition(pipeline: Pipeline, on: date, every: int) -> ContainerCounts:
    account = ContainerCounts()
    for lines in _claims(pipeline, on, every):
        made = [billed.line() for billed in lines]
        found = _found(_scrubbed(pipeline, made, on))
        for number, billed in enumerate(lines, 1):
            account.add(billed, made[number - 1], frozenset(found.get(number, ())))
    return account


def _measure_alone(job: tuple[date, int]) -> ContainerCounts:
    on, every = job
    return _measure_edition(_own_pipeline(), on, every)


@cache
def _own_pipeline() -> Pipeline:
    """The shipped pipeline, once for a process."""
    return build_pipeline()


def _claims(pipeline: Pipeline, on: date, every: int) -> Iterator[list[Billed]]:
    """Lines by the claim: no two of one code, whose units would be added up."""
    variants = list(product(COUNTS, MEASURES, ATTESTS, (True, False)))
    by_code: dict[str, list[Billed]] = {}
    for container, drug in islice(_listed(pipeline, on), 0, None, every):
        by_code.setdefault(drug.hcpcs, []).extend(
            Billed(container, drug, on, count, measured, attests, is_right)
            for count, measured, attests, is_right in variants
        )
    queues = [iter(lines) for lines in by_code.values()]
    while queues:
        taken = [(queue, next(queue, None)) for queue in queues]
        queues = [queue for queue, billed in taken if billed is not None]
        lines = [billed for _, billed in taken if billed is not None]
        yield from (lines[first : first + A_CLAIM] for first in range(0, len(lines), A_CLAIM))


def _listed(pipeline: Pipeline, on: date) -> Iterator[tuple[Container, Drug]]:
    for code in pipeline.snapshot.tables.drugs.rows:
        drug, containers = pipeline.snapshot.drug(code, on), pipeline.snapshot.containers_of(code, on)
        if isinstance(drug, Found) and isinstance(containers, Found):
            yield from ((container, drug.row) for container in containers.row if container.units_per_item)


def _scrubbed(pipeline: Pipeline, lines: list[Json], on: date) -> Outcome:
    claim = synthetic.claim(lines)
    outcome = pipeline.scrub(orjson.dumps(claim), on + timedelta(days=20)).outcome
    if outcome is None:
        raise AssertionError("the claim could not be decoded")
    return outcome


def _found(outcome: Outcome) -> dict[int | None, set[str]]:
    found: dict[int | None, set[str]] = {}
    for finding in outcome.findings:
        if finding.edit in MEASURED:
            found.setdefault(finding.at.line, set()).add(finding.edit)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all editions and print the counts; 1 when something is wrongly flagged or silently passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.catalogue.whole_containers", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="10 bills every tenth package only")
    parser.add_argument("--processes", type=int, default=1, help="how many processes share the editions")
    asked = parser.parse_args(arguments)
    account = ContainerCounts()
    with ProcessPoolExecutor(asked.processes) as pool:
        for each in pool.map(_measure_alone, [(on, asked.every) for on in _first_days(_own_pipeline())]):
            account.merge(each)
    sys.stdout.write(f"{account}\n")
    for kind, example in account.examples.items():
        sys.stdout.write(f"{kind}: {example}\n")
    return 0 if account.is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
