"""Microseconds a claim costs in the pipeline, beside reading and writing the same messages with no edits at all."""

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from rich.console import Console

from schemas.claim import Claim
from schemas.outcome import Outcome
from tests.bench.measure import Series, in_turn, microseconds
from worker.bootstrap import build_pipeline
from worker.pipeline.scrub import Pipeline
from worker.samples import synthetic

NO_DRUGS = ("85025", "80053", "81001", "84443", "83036", "80061")
RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)


def claims() -> dict[str, bytes]:
    """The claims that are measured: clean ones, as most are. A line with a note is like no earlier one."""
    drugs = [
        synthetic.line("J1745", units=40, modifiers=["JZ"], charge="4000.00", ndc="57894003001", ndc_units="4"),
        synthetic.line("J2357", units=30, modifiers=["JZ"], charge="1500.00", ndc="50242021501", pointers=["2"]),
    ]
    services = [synthetic.line(code, charge="80.00") for code in ("96413", "96372", "85025", "80053")]
    make = partial(synthetic.claim, diagnoses=["M0579", "J4550"])
    return {
        "6 lines, 2 of drugs": _bytes(make([*drugs, *services])),
        "the same, like no others": _bytes(make([line | {"additionalNotes": "NOTE"} for line in [*drugs, *services]])),
        "6 lines, no drug": _bytes(make(synthetic.line(code) for code in NO_DRUGS)),
        "50 lines, 18 of drugs": _bytes(make(([*drugs, *services] * 9)[:50])),
    }


def _bytes(claim: dict[str, Any]) -> bytes:  # any JSON
    return json.dumps(claim).encode()


def measure_pipeline(rounds: int, console: Console) -> list[Series]:
    """The pipeline and its floor for each claim."""
    pipeline = build_pipeline()
    measures: dict[str, Callable[[], float]] = {}
    for name, claim in claims().items():
        measures[f"floor, {name}"] = partial(microseconds, _floor(pipeline, claim))
        measures[name] = partial(microseconds, partial(pipeline.scrub, claim, RECEIVED))
    console.print(f"Pipeline: {rounds} rounds of {len(measures)} measurements ...")
    values = in_turn(measures, rounds)
    series = []
    for name in claims():
        floor = f"floor, {name}"
        series.append(Series(f"read and write only: {name}", "µs/claim", values[floor]))
        series.append(Series(f"pipeline: {name}", "µs/claim", values[name], "read and write only", values[floor]))
    return series


def _floor(pipeline: Pipeline, claim: bytes) -> Callable[[], object]:
    outcome = pipeline.scrub(claim, RECEIVED).outcome
    if outcome is None:
        raise ValueError("the benchmark's claim cannot be read")

    def read_and_write(outcome: Outcome = outcome) -> tuple[str, str]:
        return (
            Claim.model_validate_json(claim).model_dump_json(by_alias=True, exclude_none=True),
            outcome.model_dump_json(by_alias=True, exclude_none=True),
        )

    return read_and_write
