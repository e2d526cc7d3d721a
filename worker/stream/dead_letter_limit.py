"""Stops the worker when too much turns into dead letters: then the fault is more likely ours than theirs.

A broken deployment would otherwise empty the inbound topic into the dead letters, and each claim would
have to be found and sent again. Counted for each partition, over the last messages that were decided.
"""

from collections import defaultdict, deque
from collections.abc import Sequence

from faust.types import TP


class DeadLetterLimit:
    """Knows how many of the last messages of each partition were dead letters."""

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
