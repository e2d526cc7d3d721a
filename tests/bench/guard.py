"""Compares the ratios of a change with the recorded ones: `python -m tests.bench --guard`, a gate of CI.

Two things measured in turn have about the same ratio on a fast machine and on a slow or busy one. What is left of
noise stays under the limit, or is gone at a second look.
"""

import os
import platform
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from rich.console import Console

RECORDED = Path(__file__).with_name("recorded.json")
LIMIT = 0.3
"""By how much a ratio may be worse than the recorded one."""

_PACKAGES = ("aiokafka", "faust-streaming", "pydantic")


class Ratios(BaseModel):
    """Ratios to a floor by name: of what something costs, better when low; of what it achieves, better when high."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    costs: Mapping[str, float] = {}
    rates: Mapping[str, float] = {}

    def better(self, other: "Ratios") -> "Ratios":
        """Return the better one of each two measurements of the same."""
        return Ratios(
            costs={name: min(ratio, other.costs[name]) for name, ratio in self.costs.items()},
            rates={name: max(ratio, other.rates[name]) for name, ratio in self.rates.items()},
        )


class Recorded(BaseModel):
    """Ratios as they were on some day, and what they were measured with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date
    machine: str
    versions: Mapping[str, str]
    ratios: Ratios


def regressions(recorded: Ratios, measured: Ratios) -> list[str]:
    """Return a sentence for each ratio that is worse than the recorded one by more than the limit, or not recorded."""
    costs = _compared(recorded.costs, measured.costs, lambda now, then: now > then * (1 + LIMIT))
    rates = _compared(recorded.rates, measured.rates, lambda now, then: now < then * (1 - LIMIT))
    return [*costs, *rates]


def _compared(
    recorded: Mapping[str, float], measured: Mapping[str, float], is_worse: Callable[[float, float], bool]
) -> Iterator[str]:
    for name, ratio in measured.items():
        if name not in recorded:
            yield f"{name}: {ratio:.2f}, and nothing is recorded for it"
        elif is_worse(ratio, recorded[name]):
            yield f"{name}: {ratio:.2f}, recorded {recorded[name]:.2f}"


def lasting_regressions(recorded: Ratios, measure: Callable[[], Ratios]) -> list[str]:
    """Measure, and a second time before anything counts as worse."""
    measured = measure()
    if not regressions(recorded, measured):
        return []
    return regressions(recorded, measured.better(measure()))


def guard(measure: Callable[[], Ratios], console: Console) -> int:
    """Say what is worse than it was; return 1 if anything is."""
    recorded = Recorded.model_validate_json(RECORDED.read_bytes())

    def measure_and_show() -> Ratios:
        measured = measure()
        for name, ratio in {**measured.costs, **measured.rates}.items():
            console.print(f"{name}: {ratio:.2f}")
        return measured

    worse = lasting_regressions(recorded.ratios, measure_and_show)
    for each in worse:
        console.print(f"[red]Worse by more than {LIMIT:.0%}: {each}[/red]")
    return int(bool(worse))


def record(measure: Callable[[], Ratios], today: date) -> None:
    """Write what is measured now, for later changes to be compared with."""
    versions = {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    made = Recorded(on=today, machine=machine, versions=versions, ratios=measure())
    RECORDED.write_text(made.model_dump_json(indent=2) + "\n")
