"""Counts and logs the results of messages, once they are durable."""

import time
from collections.abc import Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from worker.agents.verdicts import Pair
from worker.kafka.messages import InboundMessage
from worker.observe.metrics import DISPOSITIONS
from worker.observe.traces import Spans, TracedMessage, is_sampled
from worker.stream.history.lane_history import Met
from worker.stream.records import OutgoingRecord, dead_letter_id, trace_id, traceparent
from worker.stream.runtime import Runtime
from worker.stream.scrubber import ClaimVerdict, ReadMessage
from worker.stream.shadow.records import ShadowedClaim

_HOLDS: Final = frozenset({"reject", "pend"})
_SCRUBBED: Final = "scrubbed"
_DIRECTIONS: Final = MappingProxyType({(True, False): "held", (False, True): "released", (False, False): "moved"})
"""By whether a claim was scrubbed, and would have been by the shadow."""
_MOST_BILLED: Final = Decimal("99999999.99")
"""Ten digits are the most in an amount of an 837P (TR3 appendix B.1.1.3.1.2); one above would drown the others."""

MOST_REMEMBERED: Final = 20_000
"""How many outcomes are remembered by their ids: some seconds of full load, in a few megabytes."""


def _routed(read: ReadMessage) -> str:
    """Return the metric of what was sent to the partition of its patient."""
    if read.is_document:
        return "documents_routed_total"
    return "decisions_routed_total" if read.is_decision else "claims_routed_total"


class RecentIds:
    """The ids of the last outcomes; of more than `most` the oldest is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._ids: dict[str, None] = {}

    def add(self, identifier: str) -> bool:
        """Remember an id; return whether it is new."""
        if identifier in self._ids:
            return False
        if len(self._ids) >= self._most:
            del self._ids[next(iter(self._ids))]
        self._ids[identifier] = None
        return True


class Reporter:
    """Reports verdicts in metrics and in the log, without a word of the claims."""

    def __init__(self, runtime: Runtime) -> None:
        self._recorder = runtime.recorder
        self._log = runtime.log
        self._budget = runtime.budget
        self._overruns_counted = 0
        self._spans = runtime.spans
        self._published = RecentIds(MOST_REMEMBERED)

    def report(self, pairs: Sequence[Pair], records: Sequence[OutgoingRecord], taken_ns: int) -> None:
        """Report messages with their verdicts, and the records sent for them.

        Args:
            pairs: The messages.
            records: What was sent.
            taken_ns: When their batch was begun, in nanoseconds since 1970.
        """
        moment = time.time()
        for record in records:
            self._recorder.observe("message_bytes", len(record.value), "out")
        for message, scrubbed in pairs:
            if scrubbed.route is not None:
                self._recorder.count(_routed(scrubbed.route))
                continue
            if scrubbed.decision:
                self._report_decision(message, scrubbed.decision)
            self._report_message(message, scrubbed, moment)
            self._report_findings(scrubbed)
            self._report_money(scrubbed)
            self._write(message, scrubbed)
        self._recorder.set("last_processed_timestamp_seconds", moment)
        self._recorder.count("budget_overruns_total", amount=self._budget.overruns - self._overruns_counted)
        self._overruns_counted = self._budget.overruns
        if self._spans is not None:
            self._trace(self._spans, pairs, taken_ns)

    def report_shadowed(self, claims: Sequence[ShadowedClaim]) -> None:
        """Report what the shadow made of claims."""
        for result, difference, charge in claims:
            self._recorder.count("shadow_claims_total", result)
            if difference is None or not difference.is_flip:
                continue
            direction = _DIRECTIONS[difference.before == _SCRUBBED, difference.after == _SCRUBBED]
            self._recorder.count("shadow_flips_total", direction)
            if charge is not None and 0 <= charge <= _MOST_BILLED:
                self._recorder.count("shadow_flipped_dollars_total", direction, amount=float(charge))
            for edit in {edit for edit, _, _ in difference.changes}:
                self._recorder.count("shadow_flips_by_edit_total", edit, direction)

    def _report_decision(self, message: InboundMessage, met: str) -> None:
        self._recorder.count("decisions_total", met)
        if met == Met.NOTHING:
            place = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
            self._log.info("decision-on-no-claim", **place)

    def _report_message(self, message: InboundMessage, scrubbed: ClaimVerdict, moment: float) -> None:
        recorder, outcome = self._recorder, scrubbed.disposition
        recorder.count("claims_total", outcome)
        self._count_duplicate(message, scrubbed)
        if outcome in DISPOSITIONS:
            recorder.count("claims_by_payer_total", scrubbed.versions.get("profile", ""), outcome)
        recorder.observe("message_bytes", len(message.value or b""), "in")
        if message.key is None:
            recorder.count("key_missing_total")
        if message.timestamp_ms is None or not 0 < message.timestamp_ms / 1000 <= moment:
            recorder.count("clock_skew_total")
        else:
            waited_s = moment - message.timestamp_ms / 1000
            recorder.observe("end_to_end_seconds", waited_s, outcome, trace_id=trace_id(message))

    def _count_duplicate(self, message: InboundMessage, scrubbed: ClaimVerdict) -> None:
        if scrubbed.disposition == "skipped":
            return
        identifier = scrubbed.outcome_id or dead_letter_id(message.place)
        if not self._published.add(identifier):
            self._recorder.count("duplicate_outputs_suspected_total")

    def _report_findings(self, scrubbed: ClaimVerdict) -> None:
        recorder = self._recorder
        for edit, severity in scrubbed.findings:
            recorder.count("findings_total", edit, severity)
        for edit in scrubbed.no_data:
            recorder.count("no_data_total", edit)
        if scrubbed.basis:
            recorder.count("claims_basis_total", scrubbed.basis)
        for table, how in scrubbed.tables:
            recorder.count("claims_table_basis_total", table, how)
        if scrubbed.not_read:
            recorder.count("claims_not_read_whole_total")
        for edit in scrubbed.edit_errors:
            recorder.count("edit_errors_total", edit)
        for stage, seconds in scrubbed.stage_seconds.items():
            recorder.observe("stage_seconds", seconds, stage)

    def _report_money(self, scrubbed: ClaimVerdict) -> None:
        if scrubbed.billed is None or not 0 <= scrubbed.billed <= _MOST_BILLED:
            return
        dollars = float(scrubbed.billed)
        self._recorder.count("billed_dollars_total", scrubbed.disposition, amount=dollars)
        # An edit with several findings on a claim holds its charge once.
        for edit in {edit for edit, severity in scrubbed.findings if severity in _HOLDS}:
            self._recorder.count("held_dollars_total", edit, amount=dollars)

    def _trace(self, spans: Spans, pairs: Sequence[Pair], taken_ns: int) -> None:
        ended_ns = time.time_ns()
        for message, scrubbed in pairs:
            context = traceparent(message)
            if context is None or not is_sampled(context):
                continue
            letter = scrubbed.dead_letter
            traced = TracedMessage(
                topic=message.topic,
                partition=message.partition,
                offset=message.offset,
                traceparent=context.decode(),
                outcome=scrubbed.disposition,
                findings=len(scrubbed.findings),
                error=None if letter is None else f"{letter.reason} in {letter.stage}",
                stage_seconds=scrubbed.stage_seconds,
            )
            spans.note(traced, taken_ns, ended_ns)

    def _write(self, message: InboundMessage, scrubbed: ClaimVerdict) -> None:
        place = {"topic": message.topic, "partition": message.partition, "offset": message.offset}
        if scrubbed.dead_letter is not None:
            verdict = scrubbed.dead_letter
            self._recorder.count("dead_letters_total", verdict.reason, verdict.stage)
            if message.mark is not None:
                self._recorder.count("unreadable_messages_total", message.topic, str(message.partition))
                self._log.error("message-unreadable", audit=True, reason=verdict.reason, **place)
            self._log.warning("dead-letter", reason=verdict.reason, stage=verdict.stage, **place)
            return
        for failure in scrubbed.failures:
            # Without its message, which may quote the claim.
            self._log.debug(
                "edit-failed",
                edit=failure.edit,
                exception=failure.exception,
                file=failure.file,
                line=failure.line,
                **place,
            )
        self._log.info(
            "claim",
            disposition=scrubbed.disposition,
            outcome_id=scrubbed.outcome_id,
            findings=len(scrubbed.findings),
            no_data=len(scrubbed.no_data),
            not_read=scrubbed.not_read,
            lines=scrubbed.lines,
            **place,
        )
