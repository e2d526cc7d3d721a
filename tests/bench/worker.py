"""Claims a second through the worker, beside the plainest loops: one over the same pipeline, one that only forwards."""

from functools import partial

from rich.console import Console

from tests.bench.measure import Series, in_turn
from tests.bench.worker_runs import AT_LEAST_ONCE, EXACTLY_ONCE, FORWARDING, LOOP, any_broker, saturated


def measure_worker(rounds: int, claims: int, console: Console) -> list[Series]:
    """The worker under both policies and the loops, each over the same claims on fresh topics; memory beside it."""
    with any_broker(console) as bench:
        measures = {
            name: partial(saturated, bench, claims, name) for name in (LOOP, FORWARDING, EXACTLY_ONCE, AT_LEAST_ONCE)
        }
        console.print(f"Worker: {rounds} rounds of {len(measures)} measurements over {claims:,} claims ...")
        runs = in_turn(measures, rounds)
    rates = {name: [run.claims_a_second for run in found] for name, found in runs.items()}
    peaks = {name: [run.peak_mebibytes for run in found] for name, found in runs.items()}
    floor = rates.pop(LOOP)
    return [
        Series(LOOP, "claims/s", floor),
        *(Series(name, "claims/s", own, LOOP, floor) for name, own in rates.items()),
        Series(f"peak memory: {LOOP}", "MiB", peaks[LOOP]),
        *(
            Series(f"peak memory: {name}", "MiB", peaks[name], LOOP, peaks[LOOP])
            for name in (EXACTLY_ONCE, AT_LEAST_ONCE)
        ),
    ]
