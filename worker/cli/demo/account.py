"""Counts what is on the topics after the demo: every message sent must have one outcome."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import orjson

from worker.cli.demo.view import OUTCOMES
from worker.kafka.read import tail
from worker.settings import Settings

EXAMPLES: Final = ("scrubbed", "rejected", "pended")


@dataclass
class Account:
    """The messages on each topic, by their keys, and one outcome of each kind."""

    inbound: Counter[bytes] = field(default_factory=Counter)
    outcomes: Counter[bytes] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, bytes] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """How many messages have no outcome."""
        return (self.inbound - self.outcomes).total()

    @property
    def surplus(self) -> int:
        """How many outcomes have no message, or are a second one."""
        return (self.outcomes - self.inbound).total()

    def equation(self) -> str:
        """Return the sum in one line."""
        parts = " + ".join(f"{name} {self.counts[name]:,}" for name in OUTCOMES)
        return f"inbound {self.inbound.total():,} = {parts}"

    def flaws(self, sent: int) -> list[str]:
        """Return what does not add up."""
        found = []
        if self.inbound.total() != sent:
            found.append(f"{sent:,} messages were sent, but {self.inbound.total():,} are on the inbound topic")
        if self.lost:
            found.append(f"{self.lost:,} messages have no outcome")
        if self.surplus:
            found.append(f"{self.surplus:,} outcomes are extra")
        return found


async def take_account(settings: Settings) -> Account:
    """Read the topics from the start as a reader of committed records sees them."""
    topics = settings.topics
    names = {
        topics.scrubbed: "scrubbed",
        topics.rejected: "rejected",
        topics.pended: "pended",
        topics.dead_letter: "dead-lettered",
    }
    account = Account()
    async for record in tail(settings, [topics.inbound, *names], follow=False):
        key = record.key or b""
        if record.topic == topics.inbound:
            account.inbound[key] += 1
            continue
        name = names[record.topic]
        account.outcomes[key] += 1
        account.counts[name] += 1
        if name in EXAMPLES and _is_better(record.value, account.examples.get(name)):
            account.examples[name] = record.value or b""
    return account


def _is_better(value: bytes | None, than: bytes | None) -> bool:
    """Tell whether an outcome shows more: a drug that the tables know, before any other."""
    if than is None or not value:
        return value is not None
    return not orjson.loads(than)["enrichment"] and bool(orjson.loads(value)["enrichment"])
