"""Makes the claims of the demo: about half sound, the rest wrong in many ways, one in a hundred no claim at all.

The same seed gives the same bytes. Nobody in these claims exists.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from random import Random
from typing import Final

import orjson

from worker.samples.draft import Draft
from worker.samples.drugs import DRUGS, Dose
from worker.samples.mistakes import FLAWS, Mistake
from worker.samples.synthetic import Json

AS_OF: Final = date(2026, 3, 31)
"""The day on which the demo claims count as received."""

SEED: Final = 20260331

_FIRST_DAY: Final = date(2026, 1, 5)
_DAYS: Final = 80
_ONE_GARBLED_IN: Final = 100
_SHARE_COMMERCIAL: Final = 0.2
_SHARE_DOCUMENTED: Final = 0.5


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """One message, what is wrong with it, and where it ought to go.

    `expected` is a disposition, or none for bytes that are not a claim. `flaw` is the edit that ought to find
    something, the reason of the dead letter, or none for a sound claim.
    """

    value: bytes
    expected: str | None
    flaw: str | None = None


def demo_claims(count: int, seed: int = SEED) -> Iterator[SampleMessage]:
    """Yield messages, the same ones each time."""
    random = Random(seed)  # noqa: S311 - synthetic claims, not secrets
    sound, flaws, garbled = cycle(DRUGS), cycle(FLAWS), cycle(GARBLED.items())
    for place in range(count):
        number = f"DEMO-{place + 1:06}"
        if place % _ONE_GARBLED_IN == _ONE_GARBLED_IN // 2:
            reason, garble = next(garbled)
            claim = _sound(next(sound), number, random).finished()
            yield SampleMessage(garble(orjson.dumps(claim)), None, reason)
        elif place % 2:
            yield _flawed(next(flaws), number, random)
        else:
            claim = _sound(next(sound), number, random).finished()
            yield SampleMessage(orjson.dumps(claim), "scrubbed")


def _sound(drug: Dose, number: str, random: Random) -> Draft:
    draft = Draft(drug, _day(random), number, random)
    if random.random() < _SHARE_DOCUMENTED:
        draft.record = drug.record()
    if random.random() < _SHARE_COMMERCIAL:
        draft.filing_code, draft.payer = "CI", "SYNTHETIC-HEALTH"
    return draft


def _flawed(flaw: Mistake, number: str, random: Random) -> SampleMessage:
    draft = Draft(random.choice(flaw.drugs), _day(random), number, random)
    flaw.plant(draft)
    return SampleMessage(orjson.dumps(draft.finished()), flaw.expected, flaw.edit)


def _day(random: Random) -> str:
    return f"{_FIRST_DAY + timedelta(days=random.randrange(_DAYS)):%Y%m%d}"


def _doubled(value: bytes) -> bytes:
    return value[:-1] + b',"controlNumber":"000000002"}'


def _not_finite(value: bytes) -> bytes:
    claim: Json = orjson.loads(value)
    claim["claimInformation"]["claimChargeAmount"] = "?"
    return orjson.dumps(claim).replace(b'"?"', b"NaN")


GARBLED: Final[dict[str, Callable[[bytes], bytes]]] = {
    "not-json": lambda value: value[: len(value) // 2],
    "empty": lambda _: b"",
    "duplicate-key": _doubled,
    "non-finite-number": _not_finite,
    "not-utf8": lambda value: value.replace(b"SYNTHETIC", b"SYNTH\xe9TIC"),
    "not-object": lambda value: b"[" + value + b"]",
    "schema": lambda _: b'{"claimInformation":"none"}',
}
"""Bytes that are not a claim, by the reason of their dead letter."""
