"""Messages that are scrubbed together come out as if each were scrubbed alone."""

from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inputs.poison import mutants
from worker.pipeline.scrub import Pipeline, ScrubResult
from worker.samples.claims import AS_OF, demo_claims

_CLAIMS: Final = Path(__file__).parents[1] / "unit" / "pipeline" / "claims"
MESSAGES: Final = (
    None,
    *(planted.value for planted in demo_claims(150)),
    *(path.read_bytes() for path in sorted(_CLAIMS.glob("*.json"))),
    *islice(mutants(), 30),
)
messages = st.tuples(st.sampled_from(MESSAGES), st.integers(0, 40).map(lambda days: AS_OF - timedelta(days)))


def told(done: ScrubResult) -> tuple[object, ...]:
    """Return what is told of a claim beside its outcome, but for where the time went."""
    findings = [(found.edit, found.severity) for found in done.findings]
    return (findings, *done._replace(findings=(), stage_seconds={}))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(messages, st.booleans()), min_size=1, max_size=40))
def test_however_messages_are_split_each_gives_the_same_bytes(
    pipeline: Pipeline, ends: list[tuple[tuple[bytes | None, date], bool]]
) -> None:
    """A batch ends where it is drawn to; the same message may be in it twice."""
    batches: list[list[tuple[bytes | None, date]]] = [[]]
    for message, is_last in ends:
        batches[-1].append(message)
        if is_last:
            batches.append([])

    together = [done for batch in batches for done in pipeline.scrub_many(batch)]

    alone = [pipeline.scrub(*message) for message, _ in ends]
    assert [(done.message, done.dead_letter) for done in together] == [
        (done.message, done.dead_letter) for done in alone
    ]
    for done, same in zip(together, alone, strict=True):
        assert told(done) == told(same)
