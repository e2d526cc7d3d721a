"""Scrubs the claim of a case after those before it, each of which must end as the case says."""

import json
from contextlib import closing
from datetime import date
from functools import lru_cache
from typing import Final

from worker.cases.files import Case
from worker.history.key import HistoryKey
from worker.history.memory import ClaimMemory
from worker.history.store import SqliteHistory
from worker.pipeline.remembering import scrub_in_order
from worker.pipeline.scrub import Pipeline, ScrubResult
from worker.samples.synthetic import decision_on

_MANY_DAYS: Final = 36_500
_KEY: Final = HistoryKey(bytes(32), bytes(32))
"""Cases are of nobody."""


def after_earlier_claims(case: Case, value: bytes, pipeline: Pipeline, since: date) -> ScrubResult:
    """What becomes of the case's claim after those before it. Raises `ValueError` where one of them ends otherwise."""
    with closing(SqliteHistory(None, key=_KEY.fingerprint, since=since)) as store:
        remembering, memory = _remembering(pipeline), ClaimMemory(store, days=_MANY_DAYS)
        for place, before in enumerate(case.earlier, 1):
            message = (json.dumps(before.claim).encode(), before.received_on)
            made = scrub_in_order(remembering, [message], memory)[0]
            if made.disposition is None or made.disposition.value != before.ends:
                found = ", ".join(sorted({each.edit for each in made.findings}))
                raise ValueError(f"earlier claim {place} ends as {made.disposition} ({found}), expected {before.ends}")
            if before.decided is not None:
                decision = decision_on(before.claim, before.decided, before.decided_on)
                scrub_in_order(remembering, [(json.dumps(decision).encode(), before.decided_on)], memory)
        return scrub_in_order(remembering, [(value, case.received_on)], memory)[0]


@lru_cache(maxsize=64)
def _remembering(pipeline: Pipeline) -> Pipeline:
    return pipeline.remembering(_KEY)
