"""Pairs of codes by setting, found from either side."""

from collections.abc import Callable, Container, Mapping

from worker.reference.tables.dated import ByRow, Period
from worker.reference.tables.edition import Edition
from worker.reference.tables.packed_pairs import PairKey
from worker.reference.tables.policy_rows import NcciPair
from worker.reference.tables.rows import CareSetting


class CodePairs(ByRow[PairKey, NcciPair]):
    """The pairs, each in force by its own dates, and which codes are denied beside another one."""

    __slots__ = ("_holds", "_seconds")

    def __init__(
        self,
        edition: Edition,
        rows: Mapping[PairKey, tuple[NcciPair, ...]],
        period: Callable[[NcciPair], Period],
        seconds: Mapping[str, Container[str]],
        holds: Callable[[str, str, str], bool],
    ) -> None:
        """Index the pairs.

        Args:
            edition: Of what they are.
            rows: The rows of each pair.
            period: On which days a row is in force.
            seconds: By setting, the codes that are the second one of some pair.
            holds: Whether there are rows of a setting, a first and a second code.
        """
        super().__init__(edition, rows, period)
        self._seconds = seconds
        self._holds = holds

    def is_held(self, column1: str, column2: str, setting: CareSetting) -> bool:
        """Whether the second code is, on some day, not paid beside the first."""
        return self._holds(setting, column1, column2)

    def is_second(self, code: str, setting: CareSetting) -> bool:
        """Whether a code is, on some day, not paid beside some other one."""
        return code in self._seconds.get(setting, ())
