"""Scrubs messages in their order, each claim knowing those of the same patient before it and the payer's decisions."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Protocol

from worker.history.decisions import Decision
from worker.history.view import History
from worker.pipeline.decisions import is_decision
from worker.pipeline.scrub import Pipeline, ReadClaim, ScrubResult
from worker.pipeline.steps.decode import UnreadableClaimError


class Memory(Protocol):
    """What is known of patients, and learns of each claim that was judged."""

    def history(self, person: bytes, received_on: date) -> History:
        """Return what is known of a person before a claim that was received on a day."""
        ...

    def remember(self, person: bytes, received_on: date, entry: bytes) -> None:
        """Keep a claim of a person."""
        ...

    def decide(self, person: bytes, received_on: date, decision: Decision) -> bool:
        """Keep a payer's decision; return whether it is on a claim that is known."""
        ...


def scrub_in_order(
    pipeline: Pipeline, messages: Sequence[tuple[bytes | None, date]], memory: Memory
) -> list[ScrubResult]:
    """Messages with the days they were received on in, what became of each out; raises as `Pipeline.scrub_many` does.

    A message may be a payer's decision: the claims behind it are judged in its light.

    The claims of different patients are judged together, those of one patient one after the other. The memory learns of
    a claim when it was judged: where something is raised, it knows of those before it.
    """
    results: list[ScrubResult] = []
    for are_decisions, part in groupby(messages, lambda each: each[0] is not None and is_decision(each[0])):
        if are_decisions:
            results += [_decided(pipeline, value or b"", received_on, memory) for value, received_on in part]
        else:
            results += _scrubbed(pipeline, list(part), memory)
    return results


def _decided(pipeline: Pipeline, value: bytes, received_on: date, memory: Memory) -> ScrubResult:
    try:
        read = pipeline.read_decision(value)
    except UnreadableClaimError as error:
        return ScrubResult(dead_letter=error.letter)
    return ScrubResult(is_decided=memory.decide(read.person, received_on, read.decision))


def _scrubbed(pipeline: Pipeline, messages: Sequence[tuple[bytes | None, date]], memory: Memory) -> list[ScrubResult]:
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
