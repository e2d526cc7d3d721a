"""What a shadow costs beside what it is the shadow of, over the last claims."""

from collections import deque
from typing import Final

WINDOW_CLAIMS: Final = 1000
"""Over so many claims the share is taken."""
LEAST_CLAIMS: Final = 200
"""Before so many nothing is said: the first ones fill the caches."""


class ShadowCost:
    """Adds up the seconds of both over a window."""

    def __init__(self) -> None:
        self._parts: deque[tuple[int, float, float]] = deque()
        self._claims, self._shadow_s, self._real_s = 0, 0.0, 0.0

    def add(self, claims: int, shadow_s: float, real_s: float) -> None:
        """Note what some claims took the shadow, and the configuration in force."""
        self._parts.append((claims, shadow_s, real_s))
        self._claims, self._shadow_s, self._real_s = (
            self._claims + claims,
            self._shadow_s + shadow_s,
            self._real_s + real_s,
        )
        while self._claims - self._parts[0][0] >= WINDOW_CLAIMS:
            gone, gone_shadow_s, gone_real_s = self._parts.popleft()
            self._claims, self._shadow_s, self._real_s = (
                self._claims - gone,
                self._shadow_s - gone_shadow_s,
                self._real_s - gone_real_s,
            )

    @property
    def share(self) -> float | None:
        """The seconds of the shadow for each of the other's; None before there are enough claims."""
        if self._claims < LEAST_CLAIMS or self._real_s <= 0:
            return None
        return self._shadow_s / self._real_s
