"""Reads how far the worker is from its /metrics."""

import re
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

_ANSWER_S: Final = 5.0
_SAMPLE: Final = re.compile(
    r'^claimscrub_(claims|findings)_total\{(?:outcome|edit)="([^"]*)"[^}]*\} ([0-9.e+]+)$', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the worker has done so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """How many messages have their outcome on a topic."""
        return self.outcomes.total()


def read_figures(url: str) -> Figures:
    """Ask the worker. Raises `OSError` when it does not answer."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=_ANSWER_S) as answer:  # noqa: S310 - our own loopback address
        return parse_figures(answer.read().decode())


def parse_figures(exposition: str) -> Figures:
    """Return the figures that an exposition in Prometheus' text format holds."""
    figures = Figures()
    for kind, label, value in _SAMPLE.findall(exposition):
        counts = figures.outcomes if kind == "claims" else figures.findings
        counts[label] += int(float(value))
    return figures
