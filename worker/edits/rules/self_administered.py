"""Drugs that a Medicare contractor excludes because patients usually inject them themselves (SAD exclusion list).

Each contractor publishes its own list. A profile names its contractor, of whose list our table holds a part, or holds
the list itself, as options of HCP-07; other edits ask here, so that a profile says it once. Where it does neither, a
code counts as listed when all contractors list it.
"""

from enum import Enum, auto
from typing import Final

from pydantic import Field

from worker.edits.codes.ranges import CodeOrRange, listed
from worker.edits.edit import Configuration, Context, Options
from worker.edits.facts.claim import LineFacts

LIST: Final = "self-administered drug exclusion list of the contractor"
CONTRACTORS: Final = frozenset({"CGS", "FCSO", "NGS", "NORIDIAN_JE", "NORIDIAN_JF", "NOVITAS", "PALMETTO", "WPS"})
"""All contractors of Medicare Part B, by the names in our table (CMS, areas of the contractors, 2026)."""


class ExclusionList(Options):
    """The contractor by the name in our table, and its list: codes excluded, and those of which one form is."""

    contractor: str | None = None
    excluded: tuple[CodeOrRange, ...] | None = Field(
        default=None, description="codes that are excluded however they are given", examples=[["J3031", "J1438"]]
    )
    excluded_when_subcutaneous: tuple[CodeOrRange, ...] | None = Field(
        default=None, description="codes of which only the form under the skin is", examples=[["J3262", "J0129"]]
    )

    @property
    def is_whole(self) -> bool:
        """Whether the profile holds the list itself, so that a code which is not on it is not excluded."""
        return self.excluded is not None or self.excluded_when_subcutaneous is not None


class Exclusion(Enum):
    """The list's entry for a code."""

    ALWAYS = auto()
    WHEN_SUBCUTANEOUS = auto()
    NOT_LISTED = auto()
    NOT_KNOWN = auto()


def without_list(configuration: Configuration) -> str | None:
    """What an edit lacks that asks for the route of a drug: all contractors agree on no such code."""
    lists = configuration.options(ExclusionList)
    return LIST if configuration.profile.medicare and not lists.contractor and not lists.is_whole else None


def exclusion_of(line: LineFacts, context: Context) -> Exclusion:
    """The contractor's list on a line's code on its date.

    Our table proves that a code is on a list, not that it is not.
    """
    lists = context.options(ExclusionList)
    is_whole = lists.is_whole
    if is_whole and listed(line.hcpcs, lists.excluded or ()):
        return Exclusion.ALWAYS
    if is_whole and listed(line.hcpcs, lists.excluded_when_subcutaneous or ()):
        return Exclusion.WHEN_SUBCUTANEOUS
    if is_whole and not lists.contractor:
        return Exclusion.NOT_LISTED
    however_given, by_route = line.code.excluded_by
    if however_given or by_route:  # few codes are on any list
        asked = frozenset({lists.contractor}) if lists.contractor else CONTRACTORS
        if asked <= however_given:
            return Exclusion.ALWAYS
        if asked <= however_given | by_route:
            return Exclusion.WHEN_SUBCUTANEOUS
    return Exclusion.NOT_LISTED if is_whole else Exclusion.NOT_KNOWN
