"""Why the reference data cannot be used: the start stops, a running worker keeps its old snapshot."""

from collections.abc import Iterable

MOST_PROBLEMS = 20


class ReferenceError(Exception):  # noqa: A001 - Python's own is about weak references; import the module, not the name
    """The reference files are broken; `problems` names the places and what would be right."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems[:MOST_PROBLEMS]
        left_out = len(problems) - len(self.problems)
        more = (f"and {left_out} more",) if left_out else ()
        super().__init__("\n".join((*self.problems, *more)))


def refuse(problems: Iterable[str]) -> None:
    """Raise ReferenceError when there is a problem."""
    named = tuple(problems)
    if named:
        raise ReferenceError(named)
