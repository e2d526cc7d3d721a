"""The messages of which one may have ended a worker, as they are committed beside an offset."""

import re
from dataclasses import dataclass
from typing import Final

_METADATA: Final = re.compile(r"claimscrub/1 suspects-until=(\d{1,19}) crashes=(\d{1,3})(?: of=(\d{1,19}))?")


@dataclass(frozen=True, slots=True)
class SuspectRange:
    """The messages from the committed offset up to `until` (exclusive); one of them ended `crashes` workers."""

    until: int
    crashes: int
    of: int | None = None
    """Where the suspects end of which these are the part that is tried; None when that is not further."""

    def metadata(self) -> str:
        """Return the text that is committed with the offset."""
        of = "" if self.of is None else f" of={self.of}"
        return f"claimscrub/1 suspects-until={self.until} crashes={self.crashes}{of}"

    def part_until(self, until: int) -> "SuspectRange":
        """Return the part of these that is tried: the next crash is one of theirs."""
        return SuspectRange(until, self.crashes + 1, self.until if self.until > until else None)


def read_suspects(metadata: str) -> SuspectRange | None:
    """Return the suspects that a text names; none in a text that is not ours."""
    found = _METADATA.fullmatch(metadata)
    if found is None:
        return None
    until, crashes, of = found.groups()
    return SuspectRange(int(until), int(crashes), None if of is None else int(of))


def without_the_last_crash(metadata: str) -> str:
    """Return what is left of a name when the worker that committed it lives: it counted a crash that was none."""
    found = read_suspects(metadata)
    if found is None:
        return metadata
    return SuspectRange(found.of or found.until, found.crashes - 1).metadata() if found.crashes > 1 else ""
