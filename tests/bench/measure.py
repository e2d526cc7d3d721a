"""A series of measurements of one thing, taken in turn with what it is compared to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from time import thread_time
from typing import TypeVar

Name = TypeVar("Name")
Measured = TypeVar("Measured")


@dataclass
class Series:
    """The measurements of one thing and, where it has a floor, their ratio to the floor's."""

    name: str
    unit: str
    values: list[float] = field(default_factory=list)
    floor: str | None = None
    floor_values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle measurement."""
        return median(self.values)

    @property
    def ratio(self) -> float | None:
        """The median of the ratios round by round: each pair was measured within seconds of each other."""
        if not self.floor_values:
            return None
        return median(own / floor for own, floor in zip(self.values, self.floor_values, strict=True))


def beside(unit: str, floor: str, values: Mapping[str, list[float]], what: str = "") -> list[Series]:
    """Return the series of a floor, and of all else that was measured with it; `what` precedes their names."""
    others = {name: own for name, own in values.items() if name != floor}
    return [
        Series(what + floor, unit, values[floor]),
        *(Series(what + name, unit, own, floor, values[floor]) for name, own in others.items()),
    ]


def microseconds(call: Callable[[], object], seconds: float = 0.5) -> float:
    """The mean processor time of one call, over about `seconds` of it; what other processes do does not count."""
    call()
    calls, started = 0, thread_time()
    while (passed := thread_time() - started) < seconds:
        call()
        calls += 1
    return passed / calls * 1e6


def in_turn(measures: Mapping[Name, Callable[[], Measured]], rounds: int) -> dict[Name, list[Measured]]:
    """Take every measurement once a round, so that a slow minute of the machine touches all alike."""
    values: dict[Name, list[Measured]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            values[name].append(measure())
    return values
