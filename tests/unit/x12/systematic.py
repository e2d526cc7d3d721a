"""Every single damage of some kinds to the full files; `python -m tests.unit.x12.systematic` asks pyx12 about each.

pyx12 takes minutes for all of them, so what it says is kept in `pyx12_accepts.txt`: the names of those that it accepts.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from schemas.claim import ClaimKind
from tests.unit.x12.full import file_of, segments_of
from tests.unit.x12.pyx12_check import objections
from worker.x12.layout.structure import loops_of

ACCEPTED = Path(__file__).with_name("pyx12_accepts.txt")


@dataclass(frozen=True)
class DamagedFile:
    """One damage: its name says the kind, the place and the segment; `text` is the file."""

    name: str
    kind: ClaimKind
    text: str

    @property
    def damage(self) -> str:
        """What was done."""
        return self.name.split()[1]


def cases(kind: ClaimKind) -> Iterator[DamagedFile]:
    """Each segment behind ST deleted, doubled, moved, unreadable, misspelt; each required element of it empty."""
    segments = segments_of(kind)
    for place in range(1, len(segments)):
        before, here, after = segments[:place], segments[place], segments[place + 1 :]
        for damage, changed in _damages(here, after, kind):
            name = f"{kind.value} {damage} {place + 1} {here.partition('*')[0]}"
            yield DamagedFile(name, kind, file_of([*before, *changed], kind))


def _damages(here: str, after: list[str], kind: ClaimKind) -> Iterator[tuple[str, list[str]]]:
    identifier, *elements = here.split("*")
    yield "delete", after
    yield "double", [here, here, *after]
    if after:
        yield "move", [after[0], here, *after[1:]]
    yield "control", [f"{here[:-1]}\a{here[-1]}", *after]
    yield "misspell", ["*".join([f"{identifier[0]}X{identifier[2:]}", *elements]), *after]
    for at in sorted(_required(here, kind)):
        if at <= len(elements) and elements[at - 1]:
            emptied = "*".join([identifier, *elements[: at - 1], "", *elements[at:]])
            yield f"empty-{at:02}", [emptied, *after]


def _required(segment: str, kind: ClaimKind) -> set[int]:
    """The places that any loop requires in such a segment; its qualifier is one of them."""
    identifier, first = [*segment.split("*"), ""][:2]
    found: set[int] = set()
    for loop in loops_of(kind).values():
        for use in loop.segments:
            if use.identifier == identifier and (not use.qualifiers or first.split(":")[0] in use.qualifiers):
                found |= {each.place for each in use.elements if each.is_required and each.component is None}
                found |= {1} if use.qualifiers else set()
    return found


def _is_accepted(case: DamagedFile) -> bool:
    return not objections(case.text)


def main() -> None:
    """Ask pyx12 about every case and keep what it accepts."""
    every = [case for kind in ClaimKind for case in cases(kind)]
    with ProcessPoolExecutor() as pool:
        accepted = list(pool.map(_is_accepted, every, chunksize=20))
    names = [case.name for case, is_accepted in zip(every, accepted, strict=True) if is_accepted]
    ACCEPTED.write_text("".join(f"{name}\n" for name in names), "utf-8")
    sys.stdout.write(f"pyx12 accepts {len(names):,} of {len(every):,}.\n")


if __name__ == "__main__":
    main()
