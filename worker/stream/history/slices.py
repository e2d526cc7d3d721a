"""Judges claims in the light of earlier ones: those of different patients together, those of one after the other.

As in `worker.stream.slices`, what ends several at once ends them for nobody: each is judged again alone, with the
budget of a claim.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from schemas.dead_letter import DeadLetterReason, DeadLetterStage
from worker.history.decisions import decode_known
from worker.history.entry import EarlierClaim
from worker.history.view import History
from worker.observe.recorder import Recorder
from worker.stream.budget import ClaimBudget
from worker.stream.history.lane_history import JudgedClaims, LaneHistory
from worker.stream.records import dead
from worker.stream.scrubber import ClaimReader, ClaimVerdict, ReadMessage

_ALONE: Final = 1


class ClaimToJudge(NamedTuple):
    """One claim with the memory of its partition.

    Attributes:
        value: The claim message.
        received_on: When it was received.
        claim: The 16 bytes under which it is known.
        place: Its place in the order of the partition.
        history: What is known there.
        batch: What remembers it.
        first: The 16 bytes under which it was known first, as a replay says; None of any other message.
    """

    value: bytes | None
    received_on: date
    claim: bytes
    place: int
    history: LaneHistory
    batch: JudgedClaims
    first: bytes | None = None


class MemoryVerdict(NamedTuple):
    """The verdict on a claim, whose it is, and how it is remembered: a replay in the place where it was first.

    `is_known` says whether the claim itself is known by now, as it may be when it is judged once more.
    """

    verdict: ClaimVerdict
    person: bytes | None
    claim: ClaimToJudge
    is_known: bool = False


class MemoryJudge:
    """Judges claims, and has them remembered."""

    def __init__(
        self, recorder: Recorder, is_placed: Callable[[bytes, int], bool] | None, *, keeps_seen: bool = False
    ) -> None:
        """`is_placed` says whether a patient belongs in a partition; None when we place claims ourselves.

        With `keeps_seen` a verdict says what was known before its claim, for a shadow.
        """
        self._recorder = recorder
        self._is_placed = is_placed
        self._keeps_seen = keeps_seen

    def verdicts(
        self,
        reader: ClaimReader,
        budget: ClaimBudget,
        claims: Sequence[ClaimToJudge],
        failed: Callable[[Exception], ClaimVerdict],
    ) -> Iterator[MemoryVerdict]:
        """Yield the verdict on each claim, and how it is remembered, in their order.

        Between two of them the caller has the claim remembered: it is seen by the ones that follow.
        Raises `HistoryStoreError` and `DamagedEntryError`: without its memory nothing can be judged.
        """
        read = self._read(reader, budget, claims) if len(claims) > _ALONE else None
        if read is None:
            for each in claims:
                yield self._alone(reader, budget, each, failed)
            return
        start = 0
        while start < len(claims):
            end = _distinct(claims, read, start)
            part = [self._as_seen_first(reader, *each) for each in zip(claims[start:end], read[start:end], strict=True)]
            verdicts = self._together(reader, budget, part, read[start:end])
            if verdicts is None:
                for each in part:
                    yield self._alone(reader, budget, each, failed)
            else:
                yield from verdicts
            start = end

    @staticmethod
    def _read(reader: ClaimReader, budget: ClaimBudget, claims: Sequence[ClaimToJudge]) -> list[ReadMessage] | None:
        try:
            with budget.together():
                return reader.read([(each.value, each.received_on) for each in claims])
        except Exception:  # noqa: BLE001 -- whose fault it is shows when each is read alone
            return None

    def _together(
        self, reader: ClaimReader, budget: ClaimBudget, claims: Sequence[ClaimToJudge], read: Sequence[ReadMessage]
    ) -> list[MemoryVerdict] | None:
        """Return the verdicts; None when together they take more than they may."""
        told = [self._without_memory(*each) for each in zip(claims, read, strict=True)]
        seen = [
            (None, False) if verdict is not None else self._view(claim, each)
            for verdict, claim, each in zip(told, claims, read, strict=True)
        ]
        known = [(each, view) for verdict, each, (view, _) in zip(told, read, seen, strict=True) if verdict is None]
        try:
            with budget.together():
                verdicts = iter(reader.judge(known))
        except Exception:  # noqa: BLE001 -- as above
            return None
        return [
            MemoryVerdict(
                self._with_seen(next(verdicts), view) if verdict is None else verdict, each.person, claim, is_known
            )
            for verdict, each, claim, (view, is_known) in zip(told, read, claims, seen, strict=True)
        ]

    def _alone(
        self,
        reader: ClaimReader,
        budget: ClaimBudget,
        claim: ClaimToJudge,
        failed: Callable[[Exception], ClaimVerdict],
    ) -> MemoryVerdict:
        try:
            with budget:
                (read,) = reader.read([(claim.value, claim.received_on)])
        except Exception as error:  # noqa: BLE001 -- one message must not take the others with it
            return MemoryVerdict(failed(error), None, claim)
        verdict = self._without_memory(claim, read)
        if verdict is not None:
            return MemoryVerdict(verdict, None, claim)
        claim = self._as_seen_first(reader, claim, read)
        known, is_known = self._view(claim, read)
        try:
            with budget:
                (verdict,) = reader.judge([(read, known)])
        except Exception as error:  # noqa: BLE001 -- as above
            return MemoryVerdict(failed(error), None, claim)
        return MemoryVerdict(self._with_seen(verdict, known), read.person, claim, is_known)

    def _with_seen(self, verdict: ClaimVerdict, known: History | None) -> ClaimVerdict:
        return replace(verdict, seen=known) if self._keeps_seen else verdict

    def _as_seen_first(self, reader: ClaimReader, claim: ClaimToJudge, read: ReadMessage) -> ClaimToJudge:
        """Return a replayed claim under the bytes and at the place of its first sighting, any other as it is.

        So it sees what it saw, and takes its own place instead of counting as an earlier claim of itself. One that was
        not remembered, since it was rejected, keeps its new place. What a header says is believed of a claim of the
        same person and control number only.
        """
        if claim.first is None or read.person is None:
            return claim
        found = claim.history.claim(read.person, claim.first)
        if found is None:
            return claim._replace(claim=claim.first)
        known = decode_known(found.entry)
        if isinstance(known, EarlierClaim) and known.control == reader.control(read):
            return claim._replace(claim=claim.first, place=found.place)
        self._recorder.count("history_replays_unverified_total")
        return claim

    def _without_memory(self, claim: ClaimToJudge, read: ReadMessage) -> ClaimVerdict | None:
        """Return the verdict on what is not a claim, or not one of this partition."""
        if read.verdict is not None:
            return read.verdict
        if read.person is None or self._is_placed is None or self._is_placed(read.person, claim.history.partition):
            return None
        self._recorder.count("history_misplaced_total")
        sentence = "It is not in the partition of its patient; `claimscrub send` places claims."
        return dead(DeadLetterReason.NOT_OF_THIS_PARTITION, DeadLetterStage.DECODE, {}, sentence)

    def _view(self, claim: ClaimToJudge, read: ReadMessage) -> tuple[History | None, bool]:
        """Return what is known before a claim, and whether it is known itself."""
        claim.history.begin_on(claim.received_on)
        if read.person is None:
            self._recorder.count("history_person_missing_total")
            return None, False
        began = time.perf_counter()
        found, is_known = claim.history.lookup(read.person, claim.claim, claim.place, claim.received_on)
        self._recorder.observe("history_lookup_seconds", time.perf_counter() - began)
        if found.is_cut:
            self._recorder.count("history_view_cut_total")
        return found, is_known


def _distinct(claims: Sequence[ClaimToJudge], read: Sequence[ReadMessage], start: int) -> int:
    """Return where a patient comes for the second time."""
    persons: set[tuple[int, bytes]] = set()
    for place in range(start, len(claims)):
        person = read[place].person
        if person is None:
            continue
        if (id(claims[place].history), person) in persons:
            return place
        persons.add((id(claims[place].history), person))
    return len(claims)
