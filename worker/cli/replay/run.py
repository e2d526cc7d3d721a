"""Shows what today's rules make of past messages, and sends those again that they decide differently."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import click

from schemas.dead_letter import DeadLetterReason
from worker.agents.verdicts import verdicts_on
from worker.bootstrap import load_scrubber
from worker.cli.shared.audit import audit, place_facts
from worker.cli.shared.broker import on_broker, say_unreadable
from worker.cli.shared.configuration import sentences
from worker.cli.shared.console import echo, out
from worker.cli.shared.selection import RecordFilter, Sending
from worker.cli.shared.tables import table_of
from worker.kafka.envelopes import opened
from worker.kafka.messages import InboundMessage
from worker.kafka.past import PastMessage, received_ms
from worker.kafka.read import Record
from worker.kafka.replay import ReplayRun
from worker.settings import HistoryMode, Settings
from worker.stream.budget import ClaimBudget
from worker.stream.message_limits import MessageLimitError, MessageMeter
from worker.stream.scrubber import PART_READ, ClaimVerdict, LoadedScrubber, reader_of
from worker.wording.counts import counted

LOOPED: Final = "left alone: replayed too often"
NOT_KEPT: Final = "left alone: the message was not kept in full"
NOT_OURS: Final = "left alone: it came from a different topic"
DOCUMENT: Final = "a document, which is joined if its claim waits"
NOT_PLACED: Final = "left alone: it does not say which message it was made from"
NOT_KNOWN: Final = "left alone: it rests on earlier claims, which only workers know"
REMEMBERED: Final = frozenset({"pended", "scrubbed"})
"""The dispositions under which a claim is remembered."""
NOT_TRIED: Final = "not tried here: it crashed workers"

_WAITED: Final = frozenset({DeadLetterReason.DOCUMENT_UNMATCHED, DeadLetterReason.DOCUMENT_AMBIGUOUS})
"""Documents that would end as they did unless claims or senders have changed, which is not seen here."""
_WORST_FIRST: Final = ("rejected", "pended", "scrubbed")
_RUN_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,60}")

PastReader = Callable[[Record], PastMessage | None]
"""Reads a record back as the message that it was."""


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What a replay is to do: over which topic, which records, and what becomes of them."""

    topic: str
    read: PastReader
    choice: RecordFilter
    sending: Sending

    @property
    def name(self) -> str:
        """Return the name of the run."""
        sending = self.sending
        return sending.run_name or self.choice.run(self.topic, sending.max_replays, sending.send_all)


@dataclass
class ReplayTally:
    """How many records of each kind there were: before, under today's rules, and whether they are sent."""

    counts: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    edits: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def chosen(self) -> int:
        """Return how many are sent, or would be."""
        return sum(count for (_, _, is_sent), count in self.counts.items() if is_sent)


class Oracle:
    """Decides a message under today's rules."""

    def __init__(self, settings: Settings) -> None:
        """Load the rules and tables. Raises `click.UsageError` for a configuration that is broken."""
        with sentences():
            self._loaded: LoadedScrubber = load_scrubber(settings)
        self._settings = settings
        self._remembers = settings.history is not HistoryMode.OFF
        self._budget = ClaimBudget(settings.claim_budget_s, settings.claim_hang_s)
        self._budget.install()

    def ask(self, past: PastMessage) -> tuple[str, frozenset[str]]:
        """Return the verdict, and the edits that find something.

        It is `NOT_KNOWN` where an edit that found something in the light of earlier claims has no data here.
        """
        if past.verdict == DeadLetterReason.CRASH_LOOP:
            return NOT_TRIED, frozenset()
        message = past.message
        envelope, value = opened(message.value)
        inbound = InboundMessage(
            message.topic,
            message.partition,
            message.offset,
            received_ms(past),
            message.key,
            value,
            message.headers,
            envelope=envelope,
        )
        if message.topic == self._settings.topics.documentation:
            return self._of_document(value), frozenset()
        try:
            verdicts = self._verdicts(inbound)
        except MessageLimitError:
            return DeadLetterReason.MESSAGE_LIMIT.value, frozenset()
        except Exception:  # noqa: BLE001 - as in the worker, whatever the scrubber raises is one message's fault
            return DeadLetterReason.INTERNAL_ERROR.value, frozenset()
        found = frozenset(edit for scrubbed in verdicts for edit, _ in scrubbed.findings)
        undecided = frozenset(edit for scrubbed in verdicts for edit in scrubbed.no_data)
        if self._remembers and (past.edits - found) & undecided:
            return NOT_KNOWN, frozenset()
        return _worst(verdicts), found

    def _of_document(self, value: bytes | None) -> str:
        verdict = reader_of(self._loaded).read_document(value or b"").verdict
        return DOCUMENT if verdict is None or verdict.dead_letter is None else verdict.dead_letter.reason.value

    def _verdicts(self, message: InboundMessage) -> list[ClaimVerdict]:
        """Return the verdicts without what they would send. Raises `MessageLimitError`."""
        meter, verdicts = MessageMeter.of(self._settings), list[ClaimVerdict]()
        meter.go_on()
        for scrubbed in verdicts_on(message, self._loaded, self._settings, self._budget):
            meter.add(len(scrubbed.value or b""))
            if scrubbed is not PART_READ:
                verdicts.append(replace(scrubbed, value=None))
        return verdicts


def _worst(verdicts: list[ClaimVerdict]) -> str:
    """The verdict on a message; of an interchange, which has one per claim, the worst."""
    for scrubbed in verdicts:
        if scrubbed.dead_letter is not None:
            return scrubbed.dead_letter.reason.value
    dispositions = {scrubbed.disposition for scrubbed in verdicts}
    return next((each for each in _WORST_FIRST if each in dispositions), verdicts[0].disposition)


def replay(settings: Settings, plan: ReplayPlan) -> None:
    """Do what a plan says and show the account of it."""
    if not _RUN_NAME.fullmatch(plan.name):
        raise click.BadParameter("may hold letters, digits, '.', '_' and '-', at most 60", param_hint="--run")
    oracle = Oracle(settings)
    if plan.sending.send:
        audit(settings, "replay-begins", run=plan.name, topic=plan.topic, choice=_facts(plan.choice))
    account = on_broker(settings, _replay(settings, plan, oracle))
    if plan.sending.send:
        audit(settings, "replay-ends", run=plan.name, topic=plan.topic, sent=account.chosen)
    _show(account, plan)


async def _replay(settings: Settings, plan: ReplayPlan, oracle: Oracle) -> ReplayTally:
    account = ReplayTally()
    async with ReplayRun(settings, plan.name, plan.topic, is_sending=plan.sending.send) as run:
        async for batch in run.batches():
            for record in batch:
                say_unreadable(record)
            chosen = [(record, _chosen(settings, plan, oracle, account, plan.read(record))) for record in batch]
            if plan.sending.send:
                # Before they are sent: a line too many is harmless, a claim that nobody accounts for is not.
                for past in (past for _, past in chosen if past is not None):
                    audit(settings, "replayed", run=plan.name, **place_facts(past))
                await run.send(chosen)
    return account


def _chosen(
    settings: Settings, plan: ReplayPlan, oracle: Oracle, account: ReplayTally, past: PastMessage | None
) -> PastMessage | None:
    if past is None or not plan.choice.matches(past):
        return None
    obstacle = _obstacle(settings, plan, past)
    if obstacle is not None:
        account.counts[past.verdict, obstacle, False] += 1
        return None
    verdict, edits = oracle.ask(past)
    is_other = (verdict, edits) != (past.verdict, past.edits)
    if verdict == NOT_TRIED or (verdict == DOCUMENT and past.verdict in _WAITED):
        # Only who asks for these by name knows that the fault is repaired.
        is_other = past.verdict in plan.choice.verdicts
    if verdict == NOT_KNOWN:
        is_other = False
    is_sent = is_other or plan.sending.send_all
    account.counts[past.verdict, verdict, is_sent] += 1
    if is_sent and verdict != NOT_KNOWN:
        account.edits.update(
            [*((edit, "gone") for edit in past.edits - edits), *((edit, "new") for edit in edits - past.edits)]
        )
    return past if is_sent else None


def _obstacle(settings: Settings, plan: ReplayPlan, past: PastMessage) -> str | None:
    if not past.is_kept:
        return NOT_KEPT
    topics = {settings.topics.inbound, *((settings.topics.documentation,) if settings.late_documentation else ())}
    if past.message.topic not in topics:
        return NOT_OURS
    if past.first is None and past.verdict in REMEMBERED and settings.history is not HistoryMode.OFF:
        return NOT_PLACED
    return LOOPED if past.replays >= plan.sending.max_replays else None


def _facts(choice: RecordFilter) -> dict[str, Any]:  # any JSON value
    return {
        "verdicts": choice.verdicts,
        "edits": choice.edits,
        "topic": choice.topic,
        "payer": choice.payer,
        "since": choice.since,
        "until": choice.until,
    }


def _show(account: ReplayTally, plan: ReplayPlan) -> None:
    console = out()
    table = table_of(("was", "today", "sent" if plan.sending.send else "would be sent"), ["messages"])
    for (was, now, is_sent), count in sorted(account.counts.items()):
        table.add_row(was, now, "yes" if is_sent else "no", f"{count:,}")
    console.print(table)
    if account.edits:
        changes = table_of(("edit", "finding"), ["messages"])
        for (edit, change), count in sorted(account.edits.items()):
            changes.add_row(edit, change, f"{count:,}")
        console.print(changes)
    done = counted(account.chosen, "message")
    if plan.sending.send:
        echo(f"{done} sent. The run {plan.name} goes on from here when it is started again.")
    else:
        echo(f"Nothing was sent. --send sends {done} as run {plan.name}.")
