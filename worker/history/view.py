"""What is known of a person before a claim: immutable, so that a verdict rests on nothing that can change."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from schemas.topics import HISTORY_DAYS
from worker.history.decisions import decided, decode_known
from worker.history.entry import EarlierClaim, EarlierState, head, services_of, written_head

MOST_CLAIMS: Final = 500
"""Earlier claims that a verdict looks at; a patient on dialysis has 300 in a year."""
REPLACEMENT, VOID = "7", "8"
REPLACES: Final = frozenset({REPLACEMENT, VOID})
"""Claim frequency codes of a claim that takes its original out [CLM05-3]."""
_NOT_BILLED: Final = frozenset({EarlierState.HELD, EarlierState.REFUSED})


class History(Struct, frozen=True, gc=False):
    """The earlier claims of one person, in the order in which they came.

    Every claim that was received from `since` on and before this one is in it; `until` is the day on which this one was
    received. `is_cut` says that there were more than a verdict looks at: `since` is then later. `digest` is the same
    for the same claims.
    """

    since: date
    until: date
    claims: tuple[EarlierClaim, ...] = ()
    is_cut: bool = False
    digest: bytes = b""


def history_of(
    entries: Sequence[bytes], *, since: date, until: date, days: int = HISTORY_DAYS, most: int = MOST_CLAIMS
) -> History:
    """Return the history in the entries of one person, claims and decisions in order; raises `DamagedEntryError`.

    `since` is the first day of the memory and `until` that of the claim to judge; what is older than `days` is not
    looked at, whether it was deleted already or not.
    """
    begins = max(since, until - timedelta(days=days))
    known = [(claim, about) for claim, about in _as_decided(entries) if claim.received_on >= begins]
    is_cut = len(known) > most
    if is_cut:
        # Of the last day that was cut, some claims may be left.
        begins = known[-most - 1][0].received_on + timedelta(days=1)
        known = known[-most:]
    digest = hashlib.sha256(b"".join([about for _, about in known])).digest()[:16] if known else _OF_NOTHING
    return History(begins, until, tuple([claim for claim, _ in known]), is_cut, digest)


_OF_NOTHING: Final = hashlib.sha256().digest()[:16]


def _as_decided(entries: Sequence[bytes]) -> list[tuple[EarlierClaim, bytes]]:
    """Return the claims in entries as the payer decided them, each with the bytes of its head that say so."""
    known = [decode_known(each) for each in entries]
    claims = [(each, head(entry)) for each, entry in zip(known, entries, strict=True) if isinstance(each, EarlierClaim)]
    if len(claims) == len(known):
        return claims
    return [
        (claim, entry if claim is as_it_came else written_head(claim))
        for claim, (as_it_came, entry) in zip(decided(known), claims, strict=True)
    ]


def originals(claims: Iterable[EarlierClaim], replacing: EarlierClaim) -> tuple[EarlierClaim, ...]:
    """Return the claims that a replacement or void takes out.

    That is the last one of its billing provider with its patient control number, of several the last that bills a code
    on a day that the replacement bills as well: some use one number for all claims of a patient. Where no claim has the
    number it is every one that shares such a service: nobody knows which of them the payer's number of the original
    means, and none of them is a duplicate for sure.
    """
    same = [each for each in claims if each.billing == replacing.billing and each.state is not EarlierState.REFUSED]
    services = frozenset(services_of(replacing.lines))
    sharing = [each for each in same if not services.isdisjoint(services_of(each.lines))]
    if by_number := [each for each in same if each.control == replacing.control]:
        return (next((each for each in reversed(sharing) if each.control == replacing.control), by_number[-1]),)
    return tuple(sharing)


def standing(claims: Iterable[EarlierClaim]) -> tuple[EarlierClaim, ...]:
    """Return the claims that are still before a payer: not pended, returned, replaced or voided."""
    kept: list[EarlierClaim] = []
    for claim in claims:
        if claim.state in _NOT_BILLED:
            continue
        if claim.frequency in REPLACES:
            gone = originals(kept, claim)
            kept = [each for each in kept if not any(each is other for other in gone)]
        if claim.frequency != VOID:
            kept.append(claim)
    return tuple(kept)
