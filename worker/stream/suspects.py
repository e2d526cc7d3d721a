"""The messages of which one may have ended a worker, as they are committed beside an offset."""

import re
from dataclasses import dataclass
from typing import Final

_METADATA: Final = re.compile(r"claimscrub/1 suspects-until=(\d{1,19}) crashes=(\d{1,3})(?: of=(\d{1,19}))?")


@dataclass(frozen=True, slots=True)
class Suspects:
    """The messages from the committed offset up to `until` (exclusive); one of them ended `crashes` workers."""

    until: int
    crashes: int
    of: int | None = None
    """Where the suspects end of which these are the part that is tried; none where that is no further."""

    def metadata(self) -> str:
        """Return the text that is committed with the offset."""
        of = "" if self.of is None else f" of={self.of}"
        return f"claimscrub/1 suspects-until={self.until} crashes={self.crashes}{of}"

    def part_until(self, until: int) -> "Suspects":
        """Return the part of these that is tried: the next crash is one of theirs."""
        return Suspects(until, self.crashes + 1, self.until if self.until > until else None)


def read_suspects(metadata: str) -> Suspects | None:
    """Return the suspects that a text names; none in a text that is not ours."""
    found = _METADATA.fullmatch(metadata)
    return (
        None if found is None else Suspects(int(found[1]), int(found[2]), None if found[3] is None else int(found[3]))
    )


def without_the_last_crash(metadata: str) -> str:
    """Return what is left of a name when the worker that committed it lives: it counted a crash that was none."""
    found = read_suspects(metadata)
    if found is None:
        return metadata
    return Suspects(found.of or found.until, found.crashes - 1).metadata() if found.crashes > 1 else ""
