"""The ratios that CI guards: pipeline to floor by claim, and the worker to the bare loop by processor time."""

from functools import partial
from statistics import median

from rich.console import Console

from tests.bench.guard import Ratios
from tests.bench.measure import in_turn
from tests.bench.pipeline import ALONE, measure_pipeline
from tests.bench.worker_runs import (
    EXACTLY_ONCE,
    FIRST,
    LOOP,
    Bench,
    any_broker,
    embedded,
    saturated,
)

ROUNDS = 3
CLAIMS = 1_500


def guarded(console: Console) -> Ratios:
    """Measure on the broker that there is; about a minute."""
    with any_broker(console) as bench:
        worker = _worker(bench, console)
    return Ratios(costs=_pipeline(console), rates=worker)


def guarded_everywhere(console: Console) -> Ratios:
    """Measure on both brokers, so that the record serves machines with and without Apache Kafka."""
    with any_broker(console) as bench:
        worker = _worker(bench, console)
    with embedded() as bench:
        worker |= _worker(bench, console)
    return Ratios(costs=_pipeline(console), rates=worker)


def _pipeline(console: Console) -> dict[str, float]:
    return {
        each.name: round(each.ratio, 3)
        for each in measure_pipeline(ROUNDS, console)
        if each.ratio is not None and each.name.startswith(ALONE)
    }


def _worker(bench: Bench, console: Console) -> dict[str, float]:
    """Claims by processor time, since the clock goes on while others have the processor."""
    console.print(f"Worker on {bench.kind}: {ROUNDS} rounds of 2 measurements over {CLAIMS:,} claims ...")
    runs = in_turn({name: partial(saturated, bench, CLAIMS, name) for name in (LOOP, EXACTLY_ONCE)}, ROUNDS)
    ratios = [
        loop.cpu_seconds[FIRST] / worker.cpu_seconds[FIRST]
        for loop, worker in zip(runs[LOOP], runs[EXACTLY_ONCE], strict=True)
    ]
    return {f"{EXACTLY_ONCE}, to the loop on {bench.kind}": round(median(ratios), 3)}
