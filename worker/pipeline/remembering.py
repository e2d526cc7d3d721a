"""Scrubs messages in their order, each claim knowing those of the same patient before it."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from worker.history.view import History
from worker.pipeline.scrub import Pipeline, ReadClaim, ScrubResult


class Memory(Protocol):
    """What is known of patients, and learns of each claim that was judged."""

    def history(self, person: bytes, received_on: date) -> History:
        """Return what is known of a person before a claim that was received on a day."""
        ...

    def remember(self, person: bytes, received_on: date, entry: bytes) -> None:
        """Keep a claim of a person."""
        ...


def scrub_in_order(
    pipeline: Pipeline, messages: Sequence[tuple[bytes | None, date]], memory: Memory
) -> list[ScrubResult]:
    """Messages with the days they were received on in, what became of each out; raises as `Pipeline.scrub_many` does.

    The claims of different patients are judged together, those of one patient one after the other. The memory learns of
    a claim when it was judged: where something is raised, it knows of those before it.
    """
    results, read = pipeline.read_many(messages)
    together: list[ReadClaim] = []
    persons: set[bytes] = set()
    for each in read:
        if each.person is not None and each.person in persons:
            _judge(pipeline, together, memory, results)
            together, persons = [], set()
        together.append(each)
        if each.person is not None:
            persons.add(each.person)
    _judge(pipeline, together, memory, results)
    return results


def _judge(pipeline: Pipeline, claims: Sequence[ReadClaim], memory: Memory, results: list[ScrubResult]) -> None:
    known = [(each, None if each.person is None else memory.history(each.person, each.received_on)) for each in claims]
    for (each, _), result in zip(known, pipeline.judge_many(known), strict=True):
        results[each.place] = result
        if each.person is not None and result.remember is not None:
            memory.remember(each.person, each.received_on, result.remember)
