"""Runs the benchmarks, prints medians and ratios, and keeps them as JSON.

Every figure is a ratio of things measured in turn in one run, since the machine underneath is shared and its speed is
not ours to know.
"""

import argparse
import json
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.bench.archive import measure_archive
from tests.bench.check import measure_check
from tests.bench.compare import measure_compare
from tests.bench.delivery import measure_delivery
from tests.bench.guard import guard, record
from tests.bench.guarded import guarded, guarded_everywhere
from tests.bench.history import measure_history, measure_history_latency
from tests.bench.latency import measure_latency
from tests.bench.measure import Series
from tests.bench.peer import measure_peer
from tests.bench.pipeline import measure_pipeline
from tests.bench.report import measure_report
from tests.bench.scaling import measure_scaling
from tests.bench.start import measure_start
from tests.bench.worker import measure_worker
from tests.bench.x12 import measure_x12

RESULTS = Path(__file__).parent / "results"
_PARTS: Final[Mapping[str, Callable[[int, int, Console], list[Series]]]] = MappingProxyType(
    {
        "start": lambda rounds, _, console: measure_start(rounds, console),
        "pipeline": lambda rounds, _, console: measure_pipeline(rounds, console),
        "peer": lambda rounds, _, console: measure_peer(rounds, console),
        "x12": lambda rounds, _, console: measure_x12(rounds, console),
        "worker": measure_worker,
        "latency": measure_latency,
        "scaling": measure_scaling,
        "delivery": measure_delivery,
        "history": measure_history,
        "history-latency": measure_history_latency,
        "check": measure_check,
        "compare": measure_compare,
        "report": measure_report,
        "archive": measure_archive,
    }
)


def main() -> None:
    """Measure, print, keep."""
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    options.add_argument("--rounds", type=int, default=5, help="repetitions of each measurement, taken in turn")
    options.add_argument(
        "--claims", type=int, default=10_000, help="claims through the worker or `check` in each repetition"
    )
    options.add_argument("--only", choices=list(_PARTS), help="measure this part alone")
    options.add_argument("--guard", action="store_true", help="fail if a ratio is 30 %% worse than recorded (70 s)")
    options.add_argument("--record", action="store_true", help="measure and record the ratios that --guard looks at")
    chosen = options.parse_args()
    console = Console(width=100)
    if chosen.record:
        record(partial(guarded_everywhere, console), datetime.now(UTC).date())
        return
    if chosen.guard:
        sys.exit(guard(partial(guarded, console), console))

    series: list[Series] = []
    for name in [chosen.only] if chosen.only else _PARTS:
        series += _PARTS[name](chosen.rounds, chosen.claims, console)

    console.print(_table(series))
    RESULTS.mkdir(exist_ok=True)
    kept = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    kept.write_text(
        json.dumps(
            {
                "python": platform.python_version(),
                "rounds": chosen.rounds,
                "series": [asdict(each) | {"median": each.median, "ratio": each.ratio} for each in series],
            },
            indent=2,
        )
    )
    console.print(f"Kept as {kept}")


def _table(series: list[Series]) -> Table:
    table = Table(title="medians; the ratio is to the floor in the same row group")
    for heading in ("what", "floor", "unit"):
        table.add_column(heading)
    for heading in ("median", "lowest", "highest", "ratio"):
        table.add_column(heading, justify="right")
    for each in series:
        ratio = f"{each.ratio:.2f}" if each.floor else ""
        values = (each.median, min(each.values), max(each.values))
        table.add_row(each.name, each.floor or "", each.unit, *(f"{value:,.0f}" for value in values), ratio)
    return table


if __name__ == "__main__":
    main()
