"""Claims a second through the worker, beside the plainest loops: one over the same pipeline, one that only forwards."""

from functools import partial

from rich.console import Console

from tests.bench.measure import Series, beside, in_turn
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
    peaks = {name: [run.peak_mebibytes for run in runs[name]] for name in (LOOP, EXACTLY_ONCE, AT_LEAST_ONCE)}
    return [*beside("claims/s", LOOP, rates), *beside("MiB", LOOP, peaks, "peak memory: ")]
