"""Lanes that scrub in turn, and the network between them."""

import asyncio
import math
from itertools import pairwise

import pytest

from worker.agents import turns
from worker.agents.turns import Turns


@pytest.fixture
def _short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_TURN_S", 0.0)


async def lane(name: str, taken: Turns, seen: list[str], claims: int) -> None:
    """Scrub some claims, and say so."""
    async with taken:
        for _ in range(claims):
            seen.append(name)
            await taken.pass_on()


@pytest.mark.usefixtures("_short_turns")
async def test_the_network_comes_between_any_two_turns() -> None:
    """However many lanes are ready, none follows another at once, and none is passed over."""
    taken, seen = Turns(), list[str]()

    async def network() -> None:
        while True:
            seen.append("network")
            await asyncio.sleep(0)

    watching = asyncio.create_task(network())
    await asyncio.gather(*(lane(name, taken, seen, 4) for name in "abc"))
    watching.cancel()

    worked = [place for place, each in enumerate(seen) if each != "network"]
    assert len(worked) == 12
    assert all("network" in seen[first:then] for first, then in pairwise(worked))
    assert {seen[place] for place in worked[:3]} == set("abc")


async def test_a_lane_goes_on_until_its_turn_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few quick claims are not interrupted, and the next lane waits."""
    monkeypatch.setattr(turns, "_TURN_S", math.inf)
    taken, seen = Turns(), list[str]()

    await asyncio.gather(*(lane(name, taken, seen, 3) for name in "ab"))

    assert seen == [*"aaabbb"]


@pytest.mark.usefixtures("_short_turns")
async def test_a_lane_that_is_cancelled_gives_its_turn_back() -> None:
    """Also while it waits for its next one."""
    taken = Turns()

    async def endless() -> None:
        async with taken:
            while True:
                await taken.pass_on()

    lanes = [asyncio.create_task(endless()) for _ in range(3)]
    await asyncio.sleep(0.01)
    for each in lanes:
        each.cancel()
    await asyncio.gather(*lanes, return_exceptions=True)

    async with taken:
        pass


@pytest.mark.usefixtures("_short_turns")
async def test_a_lane_that_is_cancelled_twice_gives_back_no_other_lane_s_turn() -> None:
    """It has none while it waits for its next one, however often it is told to end."""
    taken, others_turn, is_over = Turns(), asyncio.Event(), asyncio.Event()

    async def waiting() -> None:
        async with taken:
            others_turn.set()
            await taken.pass_on()

    async def other() -> None:
        await others_turn.wait()
        async with taken:
            await is_over.wait()

    holder, lane_ = asyncio.create_task(other()), asyncio.create_task(waiting())
    while not (others_turn.is_set() and taken._holder is holder):  # noqa: ASYNC110, SLF001 -- nothing else tells
        await asyncio.sleep(0)
    for _ in range(2):
        lane_.cancel()
        await asyncio.sleep(0)
    await asyncio.gather(lane_, return_exceptions=True)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01), taken:
            pass
    is_over.set()
    await holder
