"""Damages 837s structurally and looks whose claims come out: `python -m tests.fuzz.x12_structure --seconds 600`.

It needs no coverage to guide it: what breaks a structure is known, and chance puts one to three of it anywhere into a
file that uses every loop. A seed gives the same files again.
"""

import argparse
import io
import random
import sys
import time
from functools import cache

from schemas.claim import ClaimKind
from tests.unit.x12.full import file_of, segments_of
from tests.unit.x12.owners import claims, identity, number
from worker.x12.answer.ack_999 import answers_of
from worker.x12.read.events import SegmentFlaw
from worker.x12.read.interchanges import read_837

_DAMAGES = ("delete", "double", "swap", "control", "misspell", "qualifier", "empty", "unknown", "cut")
_CONTROLS = "\a\0\x7f"


@cache
def _sound(kind: ClaimKind) -> dict[str, tuple[object, ...]]:
    reads = list(read_837(io.BytesIO(file_of(segments_of(kind), kind).encode())))
    return {number(each): identity(each) for each in claims(reads)}


def damaged(kind: ClaimKind, chance: random.Random) -> tuple[list[str], list[str]]:
    """Return segments with one to three damages, and what they are."""
    segments = segments_of(kind)
    done = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        damage = chance.choice(_DAMAGES)
        place = chance.randrange(1, len(segments) - 1)
        done.append(f"{damage} {place + 1} {segments[place]}")
        segments[place : place + 2] = _changed(damage, segments[place], segments[place + 1], chance)
    return segments, done


def _changed(damage: str, here: str, after: str, chance: random.Random) -> list[str]:
    identifier, *elements = here.split("*")
    at = chance.randrange(len(elements)) if elements else 0
    cut = chance.randrange(len(here))
    changed = {
        "delete": [],
        "double": [here, here],
        "control": [here[:cut] + chance.choice(_CONTROLS) + here[cut:]],
        "misspell": ["*".join([f"{identifier[0]}X{identifier[2:]}", *elements])],
        "qualifier": ["*".join([identifier, "QQ", *elements[1:]])],
        "empty": ["*".join([identifier, *elements[:at], "", *elements[at + 1 :]])],
        "cut": ["*".join([identifier, *elements[:at]])],
        "unknown": [here, "ZZZ*1*2"],
    }
    return [after, here] if damage == "swap" else [*changed[damage], after]


def check(kind: ClaimKind, segments: list[str]) -> str | None:
    """Return what is wrong with what comes out of a damaged file; None when the promises hold."""
    owners = _sound(kind)
    reads = list(read_837(io.BytesIO(file_of(segments, kind).encode())))
    came = [(number(each), identity(each)) for each in claims(reads)]
    left = [owners[name] for name in owners if name not in dict(came)]
    for name, found in came:
        if found not in ([owners[name]] if name in owners else left):
            return f"claim {name} came out as that of {found}"
    missing = len(owners) - len(came)
    flaws = [each for each in reads if isinstance(each, SegmentFlaw)]
    if missing > 0 and not any(not each.is_passed_over for each in flaws):
        return f"{missing} claim(s) missing, and no flaw says so"
    codes = {each.code for group in answers_of(reads).groups for each in group.transactions}
    if flaws and codes == {"A"}:
        return "the 999 accepts what has flaws"
    return None


def main() -> int:
    """Damage until the time is over; print what breaks a promise and return 1."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=837)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    end = time.monotonic() + arguments.seconds
    tried = 0
    while time.monotonic() < end:
        kind = chance.choice(list(ClaimKind))
        segments, done = damaged(kind, chance)
        tried += 1
        if problem := check(kind, segments):
            sys.stdout.write(f"{kind.value}, file {tried}: {problem}\n" + "".join(f"  {each}\n" for each in done))
            return 1
    sys.stdout.write(f"{tried:,} damaged files, and every claim kept its owner or was refused.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
