"""What a memory of earlier claims costs a worker: without, keyed and routed, saturated and at a pace, in one run.

The claims are those of patients who come five times, so that each finds up to four earlier ones.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from tests.bench.latency import Latency, in_figures, latency_of, needed
from tests.bench.measure import Series, beside, in_turn
from tests.bench.patients import PARTITIONS, claims_of_patients, placed, remembering
from tests.bench.worker_runs import BROKER, EXACTLY_ONCE, FIRST, Bench, Saturated, any_broker, worked_off
from worker.kafka.send import send_claims
from worker.kafka.topics import create_topics
from worker.settings import HistoryMode, Settings

PACE = 50.0
"""Claims a second: no worker is near to saturated by it, also on a machine that others use."""
WITHOUT = "no memory"
MODES = {WITHOUT: HistoryMode.OFF, "keyed": HistoryMode.KEYED, "routed": HistoryMode.ROUTED}


def measure_history(rounds: int, claims: int, console: Console) -> list[Series]:
    """Processor time of a claim in each mode and in the broker, and the memory of the worker."""
    with any_broker(console) as bench, TemporaryDirectory() as folder:
        console.print(f"History: {rounds} rounds of {claims:,} claims in {len(MODES)} modes ...")
        full = in_turn({name: partial(_saturated, bench, name, Path(folder), claims) for name in MODES}, rounds)
    figures: dict[str, Callable[[Saturated], float]] = {
        "processor time of the worker, ": lambda run: run.cpu_seconds[FIRST] * 1e6,
    }
    if bench.pid is not None:
        figures["processor time of the broker, "] = lambda run: run.cpu_seconds[BROKER] * 1e6
    series = [
        each
        for what, figure in figures.items()
        for each in beside("µs/claim", WITHOUT, {name: [figure(run) for run in full[name]] for name in MODES}, what)
    ]
    peaks = {name: [run.peak_mebibytes for run in full[name]] for name in MODES}
    return [*series, *beside("MiB", WITHOUT, peaks, "peak memory, ")]


def measure_history_latency(rounds: int, _: int, console: Console) -> list[Series]:
    """How long a claim takes at a pace, routed beside direct; a round goes before that does not count."""
    with any_broker(console) as bench, TemporaryDirectory() as folder:
        console.print(f"History: {rounds} + 1 rounds at {PACE:.0f} claims/s ...")
        measures = {name: partial(_paced, bench, name, Path(folder)) for name in (WITHOUT, "routed")}
        found = {name: runs[1:] for name, runs in in_turn(measures, rounds + 1).items()}
    return in_figures(found, WITHOUT)


def _saturated(bench: Bench, name: str, folder: Path, claims: int) -> Saturated:
    settings = remembering(bench, name, MODES[name], folder)
    asyncio.run(_prepare(settings, claims))
    return worked_off(bench, settings, claims, EXACTLY_ONCE)


async def _prepare(settings: Settings, claims: int) -> None:
    await create_topics(settings, partitions=PARTITIONS)
    await send_claims(settings, claims_of_patients(claims), partition=placed(settings))


def _paced(bench: Bench, name: str, folder: Path) -> Latency:
    settings = remembering(bench, name, MODES[name], folder)
    return latency_of(bench, settings, EXACTLY_ONCE, PACE, claims_of_patients(needed(PACE)))
