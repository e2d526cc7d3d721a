"""A demo claim in the making: sound until something is done to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from worker.samples.drugs import Dose
from worker.samples.synthetic import Json, claim


@dataclass
class Draft:
    """A claim in the making."""

    drug: Dose
    on: str
    number: str
    random: Random
    lines: list[Json] = field(default_factory=list)
    diagnoses: Sequence[str] = ()
    record: list[Json] | None = None
    filing_code: str = "MB"
    payer: str = "MEDICARE-B"
    spoil: Callable[[Json], None] = lambda _: None

    def __post_init__(self) -> None:
        """Start from a sound claim."""
        self.lines = self.drug.lines(self.on)
        self.diagnoses = self.drug.diagnoses

    def finished(self) -> Json:
        """Return the claim."""
        made = claim(
            self.lines,
            diagnoses=self.diagnoses,
            record=self.record,
            number=self.number,
            filing_code=self.filing_code,
            payer=self.payer,
        )
        self.spoil(made)
        return made

    def service(self) -> Json:
        """Return the professional service of the first line."""
        service: Json = self.lines[0]["professionalService"]
        return service

    def with_modifiers(self, *modifiers: str) -> None:
        """Replace the modifiers of the first line."""
        self.service()["procedureModifiers"] = list(modifiers)

    def rebill(self, units: int) -> None:
        """Bill the first line for another number of units."""
        self.lines[0] = self.drug.line(units, self.drug.modifiers, self.on)
