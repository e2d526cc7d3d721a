"""The worker's own state, for /livez and /readyz."""

import time
from collections.abc import Callable, Iterable
from typing import Final

from worker.observe.metrics import READINESS

STALLED_AFTER_S: Final = 30.0
_TRUE_UNTIL_NOTED: Final = ("dead_letters_within_limit",)


class HealthState:
    """What the worker knows about itself; written by the loop, read by the health thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic, parts: Iterable[str] = READINESS) -> None:
        """`parts` are those of readiness."""
        self._now = now
        self._ticked_at = now()
        self._ready = {part: part in _TRUE_UNTIL_NOTED for part in parts}

    def tick(self) -> None:
        """Note that the event loop turns."""
        self._ticked_at = self._now()

    def note(self, part: str, *, is_ready: bool) -> None:
        """Note that one part of readiness holds or does not."""
        if part not in self._ready:
            raise KeyError(part)
        self._ready[part] = is_ready

    def is_alive(self) -> bool:
        """Return whether the event loop turned within the last 30 s; a broker that is away does not kill the worker."""
        return self.silence_s() < STALLED_AFTER_S

    def silence_s(self) -> float:
        """Return the seconds since the event loop last turned."""
        return self._now() - self._ticked_at

    def readiness(self) -> dict[str, bool]:
        """Return each part of readiness, by its name in the catalogue of metrics."""
        return dict(self._ready)
