"""Stops the worker when too much turns into dead letters through what may be our own fault.

A broken deployment would otherwise empty the inbound topic into the dead letters, and each claim would
have to be found and sent again. Counted for each partition, over the last messages that were decided.
What only a sender can be blamed for, such as bytes that are not JSON, does not count: one sender could
hold the claims of all others with 500 messages of a byte. The alert on a spike of dead letters covers those.
"""

from collections import defaultdict, deque
from collections.abc import Sequence

from faust.types import TP

from schemas.dead_letter import MAY_BE_OURS, DeadLetter


def counts(letter: DeadLetter | None) -> bool:
    """Return whether a verdict counts against the limit."""
    return letter is not None and letter.reason in MAY_BE_OURS


class DeadLetterLimit:
    """Knows how many of the last messages of each partition were dead letters that count."""

    def __init__(self, window: int, share: float) -> None:
        """Set the limit: `share` of `window` messages; a window of 0 sets none."""
        self._window = window
        self._most = share * window
        # Kept when a partition goes away and comes back, so that rebalances do not raise the limit.
        self._decided: defaultdict[TP, deque[bool]] = defaultdict(lambda: deque(maxlen=window))
        self._held: set[TP] = set()

    @property
    def is_reached(self) -> bool:
        """Return whether a partition is held at its limit."""
        return bool(self._held)

    def allows(self, tp: TP, are_dead: Sequence[bool]) -> bool:
        """Return whether these verdicts may leave: whether the dead letters stay below the limit after each."""
        if not self._window or not any(are_dead):
            return True
        last = deque(self._decided[tp], maxlen=self._window)
        dead = sum(last)
        for is_dead in are_dead:
            dead += is_dead - (last[0] if len(last) == self._window else False)
            last.append(is_dead)
            if is_dead and dead >= self._most:
                return False
        return True

    def hold(self, tp: TP) -> None:
        """Note that a partition is held."""
        self._held.add(tp)

    def release(self, tp: TP) -> None:
        """Note that a partition is no longer held."""
        self._held.discard(tp)

    def note(self, tp: TP, are_dead: Sequence[bool]) -> None:
        """Note verdicts that were delivered."""
        if self._window:
            self._decided[tp].extend(are_dead)
