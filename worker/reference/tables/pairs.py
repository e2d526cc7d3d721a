"""Pairs of codes by setting, found from either side."""

from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, Protocol

from worker.reference.files.held_rows import GroupsByKey
from worker.reference.tables.answer import Answer
from worker.reference.tables.dated import ByRow, Period
from worker.reference.tables.edition import Edition
from worker.reference.tables.policy_rows import NcciPair, PairTerms
from worker.reference.tables.rows import CareSetting

PAIR_KEY: Final = ("setting", "column1", "column2")


class Pairs(Protocol):
    """The pairs of an edition, listed or packed."""

    @property
    def settings(self) -> Iterable[str]:
        """The settings of the pairs."""

    @property
    def terms(self) -> Mapping[Any, tuple[PairTerms, ...]]:  # Any: whatever `terms_of` gives
        """The rows of a pair in order of time, by its terms."""

    @property
    def common(self) -> Iterable[Hashable]:
        """The terms of many pairs."""

    def terms_of(self, setting: str, column1: str, column2: str) -> Hashable:
        """What the rows of a pair are found by; None for a pair that is known not to be held."""

    def holds(self, setting: str, column1: str, column2: str) -> bool:
        """Whether there are rows of a pair."""

    def seconds(self, setting: str) -> Container[str]:
        """The codes that are the second one of some pair in one of the settings."""


class ListedPairs:
    """The pairs of a listed table, of which each is its own terms."""

    __slots__ = ("_seconds", "common", "settings", "terms")

    def __init__(self, rows: Sequence[NcciPair]) -> None:
        self.terms: Mapping[Any, tuple[NcciPair, ...]] = GroupsByKey(rows, *PAIR_KEY)
        self.common: Iterable[Hashable] = ()
        self._seconds: dict[str, set[str]] = {}
        for setting, _, column2 in self.terms:
            self._seconds.setdefault(setting, set()).add(column2)
        self.settings: Iterable[str] = self._seconds.keys()

    def terms_of(self, setting: str, column1: str, column2: str) -> Hashable:
        """The pair itself, held or not."""
        return setting, column1, column2

    def holds(self, setting: str, column1: str, column2: str) -> bool:
        """Whether there are rows of a pair."""
        return (setting, column1, column2) in self.terms

    def seconds(self, setting: str) -> Container[str]:
        """The codes that are the second one of some pair in one of the settings."""
        return self._seconds[setting]


class CodePairs(ByRow[Any, PairTerms]):
    """The pairs, each in force by its own dates, and which codes are denied beside another one.

    Pairs with the same terms share their answers: of millions of pairs the first one asked finds its answer made.
    """

    __slots__ = ("_pairs", "_seconds")

    def __init__(self, edition: Edition, pairs: Pairs, period: Callable[[PairTerms], Period]) -> None:
        """`period` says on which days a row is in force."""
        super().__init__(edition, pairs.terms, period)
        self._pairs = pairs
        self._seconds = {setting: pairs.seconds(setting) for setting in pairs.settings}
        self.prepare(pairs.common)

    def of_pair(self, column1: str, column2: str, setting: CareSetting, on: date) -> Answer[PairTerms]:
        """Whether the second code is not paid beside the first, and on what terms."""
        terms = self._pairs.terms_of(setting, column1, column2)
        return self._missing(on) if terms is None else self.answer(terms, on)

    def is_held(self, column1: str, column2: str, setting: CareSetting) -> bool:
        """Whether the second code is, on some day, not paid beside the first."""
        return self._pairs.holds(setting, column1, column2)

    def is_second(self, code: str, setting: CareSetting) -> bool:
        """Whether a code is, on some day, not paid beside some other one."""
        return code in self._seconds.get(setting, ())
