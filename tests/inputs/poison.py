"""Payloads that are not a claim, made by mutation: as many as are asked for, no two alike, the same each time."""

import random
from collections.abc import Callable, Iterator
from datetime import date

from tests.inputs.malformed import malformed, sound, written
from worker.pipeline.scrub import Pipeline
from worker.samples import synthetic

RECEIVED = date.fromisoformat(synthetic.RECEIVED_ON)
_LONGEST = 16 * 1024
"""Mutants of larger inputs would only make the test slow; their kinds are in `tests.inputs.malformed` themselves."""

_JUNK = (b"\xff", b"\x00", b"\xc3", b"\xed\xa0\x80", b"{", b"}", b"[", b"]", b'"', b",", b":", b"\\", b"NaN", b"1e999")


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def _insert(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(_JUNK) + data[place:]


def _remove(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + data[place + chance.randint(1, 8) :]


def _flip(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    first, last = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:last] + data[first:last] + data[last:]


def _nest(data: bytes, chance: random.Random) -> bytes:
    depth = chance.randint(60, 400)
    return b'{"a":' * depth + data + b"}" * depth


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (_cut, _insert, _remove, _flip, _repeat, _nest)


def mutants(seed: int = 7) -> Iterator[bytes]:
    """Yield payloads without end, no two alike; some of them are still claims."""
    chance = random.Random(seed)
    seeds = [entry.value for entry in malformed() if entry.value and len(entry.value) <= _LONGEST]
    seeds += [written(sound())] * len(seeds)
    seen: set[bytes] = set()
    while True:
        data = chance.choice(seeds)
        for _ in range(chance.randint(1, 3)):
            data = chance.choice(_MUTATIONS)(data, chance) if data else data
        if data and len(data) <= _LONGEST and data not in seen:
            seen.add(data)
            yield data


def dead(pipeline: Pipeline, count: int) -> list[bytes]:
    """Return so many payloads that are not a claim."""
    found: list[bytes] = []
    for data in mutants():
        if pipeline.scrub(data, RECEIVED).dead_letter is not None:
            found.append(data)
            if len(found) == count:
                break
    return found
