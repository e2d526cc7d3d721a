"""Reads how far the worker is from its /metrics."""

import re
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

LOOPBACK: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks our own addresses on this machine, to which no proxy leads."""

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
    with LOOPBACK.open(f"{url}/metrics", timeout=_ANSWER_S) as answer:
        content: bytes = answer.read()
    return parse_figures(content.decode())


def parse_figures(exposition: str) -> Figures:
    """Return the figures that an exposition in Prometheus' text format holds."""
    figures = Figures()
    for kind, label, value in _SAMPLE.findall(exposition):
        counts = figures.outcomes if kind == "claims" else figures.findings
        counts[label] += int(float(value))
    return figures
