"""Why the reference data cannot be used: the start stops, a running worker keeps its old snapshot."""

from collections.abc import Iterable

from worker.errors import ConfigurationError

MOST_PROBLEMS = 20


class ReferenceDataError(ConfigurationError):
    """The reference files are broken; `problems` names the place and what would be right, for the first of them."""

    def __init__(self, *problems: str) -> None:
        left_out = len(problems) - MOST_PROBLEMS
        more = (f"and {left_out} more",) if left_out > 0 else ()
        super().__init__(*problems[:MOST_PROBLEMS], *more)
        self.problems = problems[:MOST_PROBLEMS]


def refuse(problems: Iterable[str]) -> None:
    """Raise ReferenceDataError when there is a problem."""
    named = tuple(problems)
    if named:
        raise ReferenceDataError(*named)
