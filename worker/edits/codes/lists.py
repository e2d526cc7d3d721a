"""Lists of codes that a payer names for one edit, and what follows from them for every claim under its profile."""

from pydantic import Field

from worker.edits.codes.ranges import CodeOrRange, listed
from worker.edits.edit import About, Configuration, Options


class CodeList(Options):
    """Codes and ranges of codes; None when the payer's list is not known, empty where it has none."""

    codes: tuple[CodeOrRange, ...] | None = Field(
        default=None, description="procedure codes, or ranges of them", examples=[["J0897", "J9000-J9999"]]
    )


def on_list(kind: type[CodeList]) -> About:
    """An edit that looks only at the codes on the list."""

    def about(code: str, configuration: Configuration) -> bool:
        return listed(code, configuration.options(kind).codes or ())

    return about
