"""Writes the segments of a loop in the order in which they came, where that is not the order of the guide."""

from collections import defaultdict, deque
from collections.abc import Sequence
from typing import TypeVar

from worker.x12.layout.rows import Elements, flat, parts
from worker.x12.read.places import QUALIFIED

Item = TypeVar("Item")


def orders_of(value: object) -> dict[str, list[str]]:
    """Return the order of each loop in `origin.order`: keys of its segments and of those that open a loop inside."""
    found: dict[str, list[str]] = {}
    for each in parts(value):
        loop, keys = each.get("loop"), each.get("segments")
        if isinstance(loop, str) and isinstance(keys, list):
            found[loop] = [key for key in keys if isinstance(key, str)]
    return found


def in_order(items: Sequence[tuple[str, Item]], keys: Sequence[str]) -> list[Item]:
    """Return the items, each given with its key, in the order of the keys.

    One whose key is not there stays behind the one before it.
    """
    places: defaultdict[str, deque[int]] = defaultdict(deque)
    for place, key in enumerate(keys):
        places[key].append(place)
    ranked: list[tuple[int, Item]] = []
    rank = -1
    for key, item in items:
        rank = places[key].popleft() if places[key] else rank
        ranked.append((rank, item))
    return [item for _, item in sorted(ranked, key=lambda each: each[0])]


def key_of(segment: Elements) -> str:
    """Return the key of a segment as reading knows it."""
    identifier = str(segment[0])
    if len(segment) > 1 and (identifier in QUALIFIED or identifier == "HI"):
        return f"{identifier}*{flat(flat(segment[1]))[0]}"
    return identifier
