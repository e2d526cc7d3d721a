"""Claims a second beside claim-validator 0.3.0, which runs some 30 checks, over its own fields of the same claims.

Ours goes from bytes to the encoded outcome with the whole catalogue. The other goes the same way with its pipeline
built once, and then as its documentation calls it, from a ready document with a pipeline made for each claim.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from time import thread_time

import orjson
from claim_validator import ClaimData, PipelineResult, ValidationPipeline, validate
from pydantic import ValidationError
from rich.console import Console

from schemas.claim import Claim
from tests.bench.measure import Series, in_turn
from tests.bench.peer_claims import peer_document
from tests.bench.pipeline import RECEIVED, claims
from worker.bootstrap import build_pipeline
from worker.pipeline.scrub import Pipeline
from worker.samples.claims import demo_claims

DEMO_CLAIMS = 500
FEW = 50
"""Claims that the other validates with a new pipeline each time, at five milliseconds each."""

SIX_LINES = "6 lines, 2 of drugs"
OURS = "pipeline"
TOGETHER = "pipeline, 200 together"
AT_A_TIME = 200
REUSED = "claim-validator 0.3.0, pipeline reused"
ANEW = "claim-validator 0.3.0, validate()"


@dataclass(frozen=True, slots=True)
class Shared:
    """One claim that both read: our message, and the other's document, ready and as JSON."""

    value: bytes
    document: dict[str, object]
    text: bytes


def measure_peer(rounds: int, console: Console) -> list[Series]:
    """Ours and the other's two ways over the demo's claims, and over one claim of 6 lines."""
    ours, theirs = build_pipeline(), ValidationPipeline.from_settings()
    demo = shared([each.value for each in demo_claims(DEMO_CLAIMS) if each.expected is not None])
    sound = [
        each for each in demo if not ours.scrub(each.value, RECEIVED).findings and b'"documentation"' not in each.value
    ]
    sets = {
        "claims of the demo": demo,
        "those without a record or a finding": sound,
        SIX_LINES: shared([claims()[SIX_LINES]] * len(demo)),
    }
    console.print(f"Peer: {rounds} rounds over {len(sets)} sets of {len(demo)} claims that both read ...")
    series = []
    for name, chosen in sets.items():
        measures = {
            OURS: partial(_rate, partial(_scrubbed, ours), chosen),
            TOGETHER: partial(_rate_together, ours, chosen),
            REUSED: partial(_rate, partial(_validated, theirs), chosen),
            ANEW: partial(_rate, _validated_anew, chosen[:FEW]),
        }
        values = in_turn(measures, rounds)
        for way in (REUSED, ANEW):
            series.append(Series(f"{way}: {name}", "claims/s", values[way]))
            beside = values[way]
            series += [Series(f"{own}: {name}", "claims/s", values[own], way, beside) for own in (OURS, TOGETHER)]
    return series


def shared(values: Sequence[bytes]) -> list[Shared]:
    """Return the claims that the other reads too: it raises on a code or a number of the wrong form."""
    found = []
    for value in values:
        document = peer_document(Claim.model_validate_json(value), RECEIVED)
        try:
            ClaimData.model_validate(document)
        except ValidationError:
            continue
        found.append(Shared(value, document, orjson.dumps(document)))
    return found


def _rate(work: Callable[[Shared], object], chosen: Sequence[Shared]) -> float:
    """Claims a second of this thread's processor time; some go before, to warm up."""
    for claim in islice(chosen, len(chosen) // 10):
        work(claim)
    started = thread_time()
    for claim in chosen:
        work(claim)
    return len(chosen) / (thread_time() - started)


def _rate_together(pipeline: Pipeline, chosen: Sequence[Shared]) -> float:
    """Claims a second, so many at a time."""
    messages = [(claim.value, RECEIVED) for claim in chosen]
    batches = [messages[place : place + AT_A_TIME] for place in range(0, len(messages), AT_A_TIME)]
    pipeline.scrub_many(batches[0])
    started = thread_time()
    for batch in batches:
        pipeline.scrub_many(batch)
    return len(chosen) / (thread_time() - started)


def _scrubbed(pipeline: Pipeline, claim: Shared) -> bytes:
    message = pipeline.scrub(claim.value, RECEIVED).message
    if message is None:
        raise ValueError("the benchmark compares readable claims only")
    return message


def _validated(pipeline: ValidationPipeline, claim: Shared) -> str:
    return pipeline.run(ClaimData.model_validate_json(claim.text)).model_dump_json()


def _validated_anew(claim: Shared) -> PipelineResult:
    return validate(claim.document)
