"""Checks claims each of which knows those of the same patient before it, on several cores all the same."""

import atexit
import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, closing
from datetime import date
from functools import lru_cache
from itertools import islice
from typing import Final, TypeAlias

import click

from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.cli.check.history_place import HistoryPlace
from worker.cli.check.portion import Job, Portion, as_portion
from worker.cli.shared.claim_files import ClaimInput
from worker.cli.shared.scrubbing import OVER_BUDGET
from worker.errors import ClaimscrubError
from worker.history.entry import DamagedEntryError
from worker.history.key import partition_of
from worker.history.memory import ClaimMemory
from worker.history.person import addressed, identity_of
from worker.history.store import HistoryStoreError
from worker.payers.profile import Profiles
from worker.pipeline.decisions import is_decision, read_decision
from worker.pipeline.remembering import scrub_in_order
from worker.pipeline.scrub import Pipeline, ScrubResult
from worker.pipeline.steps.decode import UnreadableClaimError, decode
from worker.settings import CLAIM_BUDGET_S
from worker.stream.budget import ClaimBudget, OverBudgetError

_ROUND: Final = 250
"""Claims of a round for each process."""
_ROUNDS_AHEAD: Final = 2
_Round: TypeAlias = tuple[list[int], list[Future[list[Portion]]]]
"""Which process each claim of a round went to, and what each process makes of its claims."""


def check_in_order(job: Job, place: HistoryPlace, read: Iterable[ClaimInput], processes: int) -> Iterator[Portion]:
    """Yield what to write of each claim, in the order of the claims.

    All claims of a patient are judged by one process, in their order. Raises `click.UsageError` where the memory fails.
    """
    waiting = iter(read)
    first = list(islice(waiting, _ROUND))
    if processes == 1 or len(first) < _ROUND:
        with closing(place.open()) as store:
            memory = ClaimMemory(store)
            while first:
                yield from _checked(job, place, memory, first)
                first = list(islice(waiting, _ROUND))
        return
    profiles = job.load_pipeline().profiles
    with ExitStack() as stack:
        # Started anew rather than forked: a copy of a process that has threads may hang.
        context = multiprocessing.get_context("spawn")
        pools = [ProcessPoolExecutor(1, mp_context=context) for _ in range(processes)]
        for pool in pools:
            stack.callback(pool.shutdown, cancel_futures=True)
        under_way: deque[_Round] = deque()
        claims = [*first, *islice(waiting, _ROUND * (processes - 1))]
        while claims or under_way:
            if claims:
                under_way.append(_begin(job, place, claims, pools, profiles))
            if under_way and (len(under_way) > _ROUNDS_AHEAD or not claims):
                yield from _end(under_way.popleft())
            claims = list(islice(waiting, _ROUND * processes))


def _begin(
    job: Job,
    place: HistoryPlace,
    claims: Sequence[ClaimInput],
    pools: Sequence[ProcessPoolExecutor],
    profiles: Profiles,
) -> _Round:
    chosen = [_process_of(each, place, len(pools), profiles) for each in claims]
    parts = [[each for each, process in zip(claims, chosen, strict=True) if process == n] for n in range(len(pools))]
    return chosen, [pool.submit(check_remembering, job, place, part) for pool, part in zip(pools, parts, strict=True)]


def _end(begun: _Round) -> Iterator[Portion]:
    chosen, futures = begun
    made = [iter(future.result()) for future in futures]
    for process in chosen:
        yield next(made[process])


def _process_of(found: ClaimInput, place: HistoryPlace, processes: int, profiles: Profiles) -> int:
    person = _person_of(found.value, place, profiles) if found.problem is None else None
    return 0 if person is None else partition_of(person, processes)


def _person_of(value: bytes, place: HistoryPlace, profiles: Profiles) -> bytes | None:
    try:
        if is_decision(value):
            return read_decision(value, profiles, place.key).person
        whose = addressed(value) or decode(value, MAX_MESSAGE_BYTES).claim
    except UnreadableClaimError:
        return None
    identity = identity_of(whose, profiles).text
    return None if identity is None else place.key.person(identity)


def check_remembering(job: Job, place: HistoryPlace, claims: Sequence[ClaimInput]) -> list[Portion]:
    """Return what `_checked` does, with the memory of this process."""
    return _checked(job, place, _memory(place), claims)


@lru_cache(maxsize=1)
def _memory(place: HistoryPlace) -> ClaimMemory:
    store = place.open()
    atexit.register(store.close)
    return ClaimMemory(store)


def _checked(job: Job, place: HistoryPlace, memory: ClaimMemory, claims: Sequence[ClaimInput]) -> list[Portion]:
    """Return what to write of each claim, and remember those that can be sent. Raises `click.UsageError`."""
    values = [each.value for each in claims if each.problem is None]
    try:
        results = iter(_judged(job.load_pipeline(), values, job.day, memory))
        memory.save()
    except (HistoryStoreError, DamagedEntryError) as error:
        raise click.UsageError(_sentence(error, place)) from None
    return [as_portion(job, [each], [] if each.problem else [(next(results), None)]) for each in claims]


def _sentence(error: ClaimscrubError, place: HistoryPlace) -> str:
    is_named = place.file is None or str(place.file) in str(error)
    return str(error) if is_named else f"{place.file}: {error}"


def _judged(pipeline: Pipeline, values: Sequence[bytes], day: date, memory: ClaimMemory) -> list[ScrubResult]:
    """The results of claims, together if all of them take no longer than one may, else one by one."""
    budget = ClaimBudget(CLAIM_BUDGET_S, hang_s=None)
    budget.install()
    try:
        with budget:
            return scrub_in_order(pipeline, [(value, day) for value in values], memory)
    except (OverBudgetError, MemoryError):
        memory.drop()
    return [_one(pipeline, value, day, memory, budget) for value in values]


def _one(pipeline: Pipeline, value: bytes, day: date, memory: ClaimMemory, budget: ClaimBudget) -> ScrubResult:
    try:
        with budget:
            return scrub_in_order(pipeline, [(value, day)], memory)[0]
    except OverBudgetError:
        return OVER_BUDGET
