"""Microseconds a claim costs in the pipeline, beside reading and writing the same messages with no edits at all.

There are two floors: pydantic, and the structs and bytes that the pipeline itself uses.
"""

import json
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from msgspec.json import Decoder, Encoder
from rich.console import Console

from schemas import records
from schemas.claim import Claim
from schemas.outcome import Outcome
from tests.bench.measure import Series, in_turn, microseconds
from worker.bootstrap import build_pipeline
from worker.pipeline.scrub import Pipeline
from worker.samples import synthetic

MODELS = "read and write only, pydantic"
STRUCTS = "read and write only, structs and bytes"
ALONE = "pipeline"
MANY = "pipeline, 200 together"
NO_DRUGS = ("85025", "80053", "81001", "84443", "83036", "80061")
RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)


def claims() -> dict[str, bytes]:
    """The claims that are measured: clean ones, as most are."""
    drugs = [
        synthetic.line("J1745", units=40, modifiers=["JZ"], charge="4000.00", ndc="57894003001", ndc_units="4"),
        synthetic.line("J2357", units=30, modifiers=["JZ"], charge="1500.00", ndc="50242021501", pointers=["2"]),
    ]
    services = [synthetic.line(code, charge="80.00") for code in ("96413", "96372", "85025", "80053")]
    make = partial(synthetic.claim, diagnoses=["M0579", "J4550"])
    return {
        "6 lines, 2 of drugs": _bytes(make([*drugs, *services])),
        "the same, with notes": _bytes(make([line | {"additionalNotes": "NOTE"} for line in [*drugs, *services]])),
        "6 lines, no drug": _bytes(make(synthetic.line(code) for code in NO_DRUGS)),
        "50 lines, 18 of drugs": _bytes(make(([*drugs, *services] * 9)[:50])),
    }


def _bytes(claim: dict[str, Any]) -> bytes:  # any JSON
    return json.dumps(claim).encode()


TOGETHER = 200
"""Claims that are scrubbed together."""


def measure_pipeline(rounds: int, console: Console) -> list[Series]:
    """The pipeline and its floors for each claim, alone and together with others."""
    pipeline = build_pipeline()
    ways: dict[str, Callable[[bytes], Callable[[], float]]] = {
        MODELS: lambda claim: partial(microseconds, _models(pipeline, claim)),
        STRUCTS: lambda claim: partial(microseconds, _structs(pipeline, claim)),
        ALONE: lambda claim: partial(microseconds, partial(pipeline.scrub, claim, RECEIVED)),
        MANY: lambda claim: partial(_shared, partial(pipeline.scrub_many, [(claim, RECEIVED)] * TOGETHER)),
    }
    measures = {(way, name): made(claim) for name, claim in claims().items() for way, made in ways.items()}
    console.print(f"Pipeline: {rounds} rounds of {len(measures)} measurements ...")
    values = in_turn(measures, rounds)
    series = []
    for name in claims():
        models, structs = values[MODELS, name], values[STRUCTS, name]
        series.append(Series(f"{MODELS}: {name}", "µs/claim", models))
        series.append(Series(f"{STRUCTS}: {name}", "µs/claim", structs, MODELS, models))
        series.append(Series(f"{ALONE}: {name}", "µs/claim", values[ALONE, name], MODELS, models))
        series.append(Series(f"{MANY}: {name}", "µs/claim", values[MANY, name], STRUCTS, structs))
    return series


def _shared(call: Callable[[], object]) -> float:
    return microseconds(call) / TOGETHER


def _models(pipeline: Pipeline, claim: bytes) -> Callable[[], object]:
    outcome = pipeline.scrub(claim, RECEIVED).outcome
    if outcome is None:
        raise ValueError("the benchmark's claim cannot be read")

    def read_and_write(outcome: Outcome = outcome) -> tuple[str, str]:
        return (
            Claim.model_validate_json(claim).model_dump_json(by_alias=True, exclude_none=True),
            outcome.model_dump_json(by_alias=True, exclude_none=True),
        )

    return read_and_write


def _structs(pipeline: Pipeline, claim: bytes) -> Callable[[], object]:
    message = pipeline.scrub(claim, RECEIVED).message
    if message is None:
        raise ValueError("the benchmark's claim cannot be read")
    decoder, encoder, pieces = Decoder(records.Claim), Encoder(), message.split(b",")

    def read_and_write() -> tuple[bytes, bytes]:
        return encoder.encode(decoder.decode(claim)), b",".join(pieces)

    return read_and_write
