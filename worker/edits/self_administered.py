"""Drugs that a Medicare contractor excludes because patients usually inject them themselves (SAD exclusion list).

Each contractor publishes its own list, and a profile holds the one of its contractor as options of HCP-07; other edits
read it from there, so that a profile says it once.
"""

from worker.edits.code_ranges import CodeOrRange
from worker.edits.edit import Context, Options


class ExclusionList(Options):
    """The contractor's list: codes excluded however given, and codes of which only the subcutaneous form is."""

    excluded: tuple[CodeOrRange, ...] | None = None
    excluded_when_subcutaneous: tuple[CodeOrRange, ...] | None = None


def exclusion_list(context: Context) -> ExclusionList:
    """The list as the payer profile gives it."""
    return context.options(ExclusionList)
