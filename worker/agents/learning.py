"""Follows outcomes and payers' answers, and shows in metrics what payers make of each edit.

It is one process beside the workers, with a file of its own: outcomes and answers come in other partitions, weeks
apart. How far topics are read is in that file, so that a restart counts nothing twice.
"""

import time
from collections.abc import Callable, Iterable
from typing import Final

from aiokafka import TopicPartition

from worker.kafka.connection import Client, open_reader
from worker.kafka.read import Record, is_before, partitions_of, read
from worker.learning.continuous import ContinuousLearner
from worker.learning.sent import NotAnOutcomeError
from worker.learning.store import LearningStore
from worker.observe.health import HealthState
from worker.observe.learning_metrics import ANSWERS, RESULTS
from worker.observe.recorder import Recorder
from worker.settings import Settings

_POLL_MS: Final = 500
_MOST_AT_ONCE: Final = 500
_FORGET_EVERY_S: Final = 3600.0


class LearningAgent:
    """Reads the topics of outcomes and of answers, from where it was."""

    def __init__(self, settings: Settings, store: LearningStore, recorder: Recorder, health: HealthState) -> None:
        self._settings = settings
        self._store = store
        self._recorder = recorder
        self._health = health
        self._learner = ContinuousLearner(store)
        self._forgot_at = -_FORGET_EVERY_S
        self._show()

    async def follow(self, is_done: Callable[[], bool], *, to_end: bool = False) -> None:
        """Read until it is done, which is asked between two portions; or to the end that topics have at the start."""
        topics = self._settings.topics
        names = (topics.scrubbed, topics.rejected, topics.pended, topics.responses)
        async with open_reader(self._settings) as consumer:
            partitions = await partitions_of(consumer, names)
            consumer.assign(partitions)
            await self._seek(consumer, partitions)
            ends = await consumer.end_offsets(partitions)
            self._health.note("broker_answers", is_ready=True)
            while not is_done() and (not to_end or await is_before(consumer, ends)):
                self._health.tick()
                fetched = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_MOST_AT_ONCE)
                records = [read(record) for batch in fetched.values() for record in batch]
                self._take(records)
                self._forget()
                await self._show_waiting(consumer, partitions)

    async def _seek(self, consumer: Client, partitions: Iterable[TopicPartition]) -> None:
        places, first = self._store.places(), await consumer.beginning_offsets(partitions)
        for partition in partitions:
            # What expired before it was read is lost; reading goes on with what is there.
            place = max(places.get((partition.topic, partition.partition), 0), first[partition])
            consumer.seek(partition, place)

    def _take(self, records: Iterable[Record]) -> None:
        responses = self._settings.topics.responses
        count = 0
        for record in records:
            count += 1
            try:
                if record.topic == responses:
                    self._recorder.count("learned_responses_total")
                    flaws = self._learner.take_response(record.value or b"")
                    self._recorder.count("learned_flaws_total", amount=flaws)
                else:
                    self._recorder.count("learned_outcomes_total")
                    self._learner.take_outcome(record.content or b"")
            except NotAnOutcomeError:
                self._recorder.count("learned_unreadable_total")
            self._learner.has_read(record.topic, record.partition, record.offset)
        if count:
            self._learner.keep(self._settings.today())
            self._recorder.set("learned_kept_timestamp_seconds", time.time())
            self._show()

    def _forget(self) -> None:
        now = time.monotonic()
        if now - self._forgot_at >= _FORGET_EVERY_S:
            self._forgot_at = now
            self._learner.forget(self._settings.today(), self._settings.learn_days)
            self._show()

    async def _show_waiting(self, consumer: Client, partitions: Iterable[TopicPartition]) -> None:
        waiting = 0
        for partition in partitions:
            end = consumer.highwater(partition)
            waiting += max(0, end - await consumer.position(partition)) if end is not None else 0
        self._recorder.set("learned_waiting_records", waiting)

    def _show(self) -> None:
        totals, recorder = self._learner.totals, self._recorder
        for (edit, result), count in totals.findings.items():
            recorder.set("learned_findings", count, edit, RESULTS[result])
        for name, sums in (
            ("learned_denied_dollars", totals.denied),
            ("learned_recovered_dollars", totals.recovered),
            ("learned_at_risk_dollars", totals.at_risk),
        ):
            for edit, amount in sums.items():
                recorder.set(name, float(amount), edit)
        recorder.set("learned_denials", totals.denials["denialsWithFinding"], "with")
        recorder.set("learned_denials", totals.denials["denialsWithoutFinding"], "without")
        recorder.set("learned_denied_without_finding_dollars", float(totals.denied_without_finding))
        for name, label in ANSWERS.items():
            recorder.set("learned_answers", totals.answers[name], label)
