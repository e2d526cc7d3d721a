"""Draws the dashboards from what a real Prometheus answers: `python -m tests.deploy.pictures` (`make pictures`).

There is no Grafana in it: the panels' own questions are asked, and the answers drawn as SVG into deploy/pictures.
"""

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice
from math import ceil, isfinite
from pathlib import Path
from typing import Final

from deploy.grafana.boards import BOARDS, LEARNING, Board, Panel, PanelView, Query
from deploy.grafana.write import expression
from tests.deploy.prometheus import Prometheus, running_prometheus
from tests.deploy.promtool import RULES
from worker.cli.demo.run import settings_for
from worker.cli.demo.worker import running_worker
from worker.cli.shared.broker import quiet_clients
from worker.kafka.embedded import embedded_broker
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.samples.claims import demo_claims
from worker.settings import ENV_PREFIX, Settings

PICTURES: Final = Path(__file__).parents[2] / "deploy" / "pictures"
LOAD_S: Final = 90.0
_CLAIMS_A_ROUND: Final = 40

_WIDTH: Final = 460
_HEIGHT: Final = 190
_GAP: Final = 16
_AXIS: Final = 56
"""Where the axis of the values is, right of its labels."""
_TOP: Final = 22
_BOTTOM: Final = 122
_MOST_SERIES: Final = 8
_COLOURS: Final = ("#4c78a8", "#f58518", "#54a24b", "#e45756", "#72b7b2", "#b279a2", "#eeca3b", "#9d755d")
_UNITS: Final = {"s": " s", "ops": "/s", "bytes": " B", "currencyUSD": " $", "percentunit": " %", "short": ""}


@dataclass(frozen=True)
class Series:
    """One line of a panel: its name and its values by moment."""

    name: str
    values: Sequence[tuple[float, float]]


def named(query: Query, labels: Mapping[str, str]) -> str:
    """Return the name of a series by its panel's legend."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), query.legend).strip() or "all"


def asked(prometheus: Prometheus, panel: Panel, start: float, end: float) -> list[Series]:
    """Ask a panel's questions over a time."""
    answered = [
        (query, labels, values)
        for query in panel.queries
        for labels, values in prometheus.ask_over(expression(query, 'job="claimscrub"', "15s"), start, end, 2)
    ]
    series = [
        Series(named(query, labels), [(moment, float(value)) for moment, value in values if isfinite(float(value))])
        for query, labels, values in answered
    ]
    return sorted((each for each in series if each.values), key=lambda each: -each.values[-1][1])[:_MOST_SERIES]


def written(value: float, unit: str) -> str:
    """Return a value with its unit."""
    shown = value * 100 if unit == "percentunit" else value
    return f"{shown:,.4g}{_UNITS[unit]}" if abs(shown) < 1000 else f"{shown:,.0f}{_UNITS[unit]}"


def tick(value: float, unit: str) -> str:
    """Return a value at an axis, where there is room for nine characters: thousands are k, millions M."""
    for size, letter in ((1e6, " M"), (1e4, " k")):
        if abs(value) >= size:
            return f"{value / (1e6 if letter == ' M' else 1e3):.3g}{letter}{_UNITS[unit].strip()}"
    return written(value, unit)


def drawn(panel: Panel, series: Sequence[Series], start: float, end: float) -> str:
    """Return a panel as SVG, with its upper left corner at the origin."""
    parts = [f'<text class="t" x="0" y="14">{escape(panel.title)}</text>']
    if not series:
        return "".join([*parts, '<text class="s" x="0" y="40">no data</text>'])
    if panel.view is PanelView.LINES:
        most = max(value for each in series for _, value in each.values) or 1.0
        parts.append(axes(most, panel.unit, end - start))
        for colour, each in zip(_COLOURS, series, strict=False):
            points = " ".join(
                f"{_AXIS + (moment - start) / (end - start) * (_WIDTH - _AXIS):.1f},"
                f"{_BOTTOM - (_BOTTOM - _TOP) * max(0.0, value) / most:.1f}"
                for moment, value in each.values
            )
            parts.append(f'<polyline points="{points}" stroke="{colour}"/>')
        for place, (colour, each) in enumerate(zip(_COLOURS, series, strict=False)):
            x, y = place % 4 * _WIDTH // 4, 154 + place // 4 * 16
            parts.append(f'<text class="l" x="{x}" y="{y}" style="fill:{colour}">{escape(each.name[:18])}</text>')
        return "".join(parts)
    most = max(abs(each.values[-1][1]) for each in series) or 1.0
    for place, (colour, each) in enumerate(zip(_COLOURS, series, strict=False)):
        y, value = 30 + place * 19, each.values[-1][1]
        parts.append(f'<rect x="180" y="{y - 10}" width="{abs(value) / most * 180:.1f}" height="12" fill="{colour}"/>')
        parts.append(f'<text class="l" x="0" y="{y}">{escape(each.name[:28])}</text>')
        parts.append(
            f'<text class="s" x="{_WIDTH}" y="{y}" text-anchor="end">{escape(written(value, panel.unit))}</text>'
        )
    return "".join(parts)


def axes(most: float, unit: str, seconds: float) -> str:
    """Return the axes of a panel of lines: values from 0 to the highest, and seconds since the picture began."""
    ticks = [f'<path class="a" d="M{_AXIS} {_TOP}H{_WIDTH}M{_AXIS} {_TOP}V{_BOTTOM}H{_WIDTH}"/>']
    for share in (0.0, 0.5, 1.0):
        y, x = _BOTTOM - (_BOTTOM - _TOP) * share, _AXIS + (_WIDTH - _AXIS) * share
        value = escape(tick(most * share, unit))
        ticks.append(f'<text class="s" x="{_AXIS - 4}" y="{y + 4:.0f}" text-anchor="end">{value}</text>')
        anchor = ("start", "middle", "end")[round(2 * share)]
        ticks.append(f'<text class="s" x="{x:.0f}" y="136" text-anchor="{anchor}">{seconds * share:.0f} s</text>')
    return "".join(ticks)


def picture(board: Board, answers: Sequence[Sequence[Series]], start: float, end: float) -> str:
    """Return a board as an SVG document."""
    height = 40 + (len(board.panels) + 1) // 2 * (_HEIGHT + _GAP)
    width = 2 * _WIDTH + 3 * _GAP
    body = "".join(
        f'<g transform="translate({_GAP + place % 2 * (_WIDTH + _GAP)} {44 + place // 2 * (_HEIGHT + _GAP)})">'
        f"{drawn(panel, series, start, end)}</g>"
        for place, (panel, series) in enumerate(zip(board.panels, answers, strict=True))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif">'
        "<style>text{font-size:11px;fill:#333}.h{font-size:16px;font-weight:600}.t{font-size:12px;font-weight:600}"
        ".s{fill:#777}.l{font-size:10.5px}polyline{fill:none;stroke-width:1.4}.a{stroke:#ddd;fill:none}</style>"
        f'<rect width="{width}" height="{height}" fill="#fff"/>'
        f'<text class="h" x="{_GAP}" y="24">{escape(board.title)}</text>{body}</svg>\n'
    )


async def _send(settings: Settings, seconds: float) -> None:
    # A round takes a second and more, so there are enough, and no claim is sent twice.
    values = (each.value for each in demo_claims(_CLAIMS_A_ROUND * ceil(seconds)))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        await send_claims(settings, islice(values, _CLAIMS_A_ROUND))
        await asyncio.sleep(1)


def main() -> int:
    """Run broker, worker and Prometheus under demo load, draw every board, and return the exit code."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, quiet_clients(), embedded_broker() as broker:
        given = settings_for(broker)
        settings = Settings.from_environment({ENV_PREFIX + name: value for name, value in given.items()})
        asyncio.run(create_topics(settings))
        with running_worker(given, Path(home) / "worker.log") as worker:
            targets = {"claimscrub": worker.url().removeprefix("http://")}
            with running_prometheus(Path(home) / "prometheus", targets, RULES) as prometheus:
                start = time.time()
                asyncio.run(_send(settings, LOAD_S))
                end = time.time()
                for board in (each for each in BOARDS if each is not LEARNING):  # it has a process of its own
                    answers = [asked(prometheus, panel, start, end) for panel in board.panels]
                    (PICTURES / f"{board.uid}.svg").write_text(picture(board, answers, start, end), "utf-8")
                    print(f"drawn: deploy/pictures/{board.uid}.svg")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
