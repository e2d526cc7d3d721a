"""Limits on what one message may become, as opposed to one claim: a megabyte of X12 can hold 100,000 claims.

Decided while the claims of a message are scrubbed, before any of their outcomes is kept: over a limit, the message is
one dead letter and nothing else. Wall time is not a limit of its own: a message is not to blame for a worker that was
frozen, and one claim that holds the worker ends it (see `worker.stream.budget`).
"""

import time
from dataclasses import dataclass

from worker.errors import ClaimscrubError
from worker.settings import Settings


class MessageLimitError(ClaimscrubError):
    """A message becomes too much; the text is one sentence and holds nothing of the message."""


@dataclass(slots=True)
class MessageMeter:
    """Adds up what a message becomes."""

    most_claims: int
    most_bytes: int
    most_cpu_s: float
    claims: int = 0
    outcome_bytes: int = 0
    cpu_s: float = 0.0
    _since: float | None = None

    @classmethod
    def of(cls, settings: Settings) -> "MessageMeter":
        """Return a meter with the limits that are set."""
        return cls(settings.max_message_claims, settings.max_message_outcome_bytes, settings.message_budget_s)

    def go_on(self) -> None:
        """Note that the thread works for this message from now on."""
        self._since = time.thread_time()

    def pause(self) -> None:
        """Note that the thread may work for another message now."""
        if self._since is not None:
            self.cpu_s += time.thread_time() - self._since
            self._since = None

    def add(self, outcome_bytes: int) -> None:
        """Count a claim, or something that was not one. Raises `MessageLimitError`."""
        self.claims += 1
        self.outcome_bytes += outcome_bytes
        if self.claims > self.most_claims:
            raise MessageLimitError(f"There are more than {self.most_claims} claims in it.")
        if self.outcome_bytes > self.most_bytes and self.claims > 1:
            raise MessageLimitError(f"Its outcomes are longer than {self.most_bytes} bytes together.")
        spent = self.cpu_s + (0.0 if self._since is None else time.thread_time() - self._since)
        if spent > self.most_cpu_s and self.claims > 1:
            raise MessageLimitError(f"Its claims take more than {self.most_cpu_s:g} s of processor time together.")
