"""What was read and is not an outcome."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

from worker.wording.counts import counted

FIRST: Final = 10
"""Places that are named."""


class NotOutcomes:
    """How much of what was read is not an outcome, and where the first of it is."""

    def __init__(self) -> None:
        self.count = 0
        self.places: list[str] = []

    def add(self, count: int, places: Iterable[str]) -> None:
        """Count some; of the places no more are taken than are named."""
        self.count += count
        self.places += islice(places, min(count, FIRST - len(self.places)))

    def in_words(self, one: str, several: str) -> list[str]:
        """Say it in a sentence, if there is any, with the noun and the verb for one and for several."""
        if not self.count:
            return []
        more = self.count - len(self.places)
        named = "; ".join(self.places) + (f"; {more:,} more" if more else "")
        return [f"{counted(self.count, one, several)} not an outcome and left out: {named}."]
