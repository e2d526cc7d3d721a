"""10,000 distinct payloads that are not a claim, and the claims among their mutants, through the pipeline."""

import itertools
import json
from collections import Counter

from schemas.dead_letter import DeadLetterReason
from tests.inputs.poison import RECEIVED, mutants
from worker.pipeline.scrub import Pipeline


def test_ten_thousand_mutants_each_have_one_answer(pipeline: Pipeline) -> None:
    """Nothing raises: each is a dead letter with a reason, or a claim with an outcome that is JSON."""
    reasons: Counter[DeadLetterReason] = Counter()
    for data in itertools.islice(mutants(), 30_000):
        done = pipeline.scrub(data, RECEIVED)
        if done.dead_letter is not None:
            assert done.message is None
            reasons[done.dead_letter.reason] += 1
        else:
            assert json.loads(done.message or b"")["claim"] is not None
        if reasons.total() == 10_000:
            break

    assert reasons.total() == 10_000
    assert len(reasons) >= 10
