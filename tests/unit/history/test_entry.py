"""What is kept of a claim comes back as it was, and damage is said."""

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.history.entry import (
    DamagedEntryError,
    EarlierClaim,
    EarlierLine,
    EarlierState,
    are_modifiers,
    decode,
    encode,
    fits,
    in_decimals,
    services_of,
)
from worker.history.key import NO_MARK

DAYS = st.dates(date(1900, 1, 1), date(2150, 12, 31))
MARKS = st.binary(min_size=8, max_size=8)
CODES = st.text("ABCJQ0123456789", min_size=5, max_size=5)


@st.composite
def lines(draw: st.DrawFn) -> EarlierLine:
    """Any line that a claim can have."""
    on = draw(st.none() | DAYS)
    return EarlierLine(
        code=draw(CODES | st.just("")),
        on=on,
        until=None if on is None else draw(st.sampled_from([on, date.fromordinal(on.toordinal() + 30)])),
        units=draw(st.none() | st.decimals(-10, 10**9, places=3)),
        charge=draw(st.none() | st.decimals(-10, 10**9, places=2)),
        modifiers=tuple(draw(st.lists(st.sampled_from(["JZ", "JW", "76", "RT"]), max_size=4))),
        place=draw(st.sampled_from(["", "11", "0636"])),
        rendering=draw(MARKS),
        authorization=draw(st.just(NO_MARK) | MARKS),
        ndc=draw(st.sampled_from(["", "50242004062"])),
        text=draw(st.just(NO_MARK) | MARKS),
    )


CLAIMS = st.builds(
    EarlierClaim,
    received_on=DAYS,
    state=st.sampled_from(EarlierState),
    is_institutional=st.booleans(),
    frequency=st.sampled_from(["1", "7", "8", ""]),
    outcome=MARKS,
    control=MARKS,
    original=MARKS,
    billing=MARKS,
    specialty=MARKS,
    content=MARKS,
    facility=st.sampled_from(["", "11"]),
    first=st.none() | DAYS,
    last=st.none() | DAYS,
    lines=st.lists(lines(), max_size=5).map(tuple),
)


@given(CLAIMS)
def test_a_claim_comes_back_as_it_was(claim: EarlierClaim) -> None:
    """Whatever it holds."""
    assert decode(encode(claim)) == claim


@given(CLAIMS, st.data())
def test_a_claim_that_was_cut_is_damaged(claim: EarlierClaim, data: st.DataObject) -> None:
    """At any place, and also one with something behind it."""
    entry = encode(claim)
    cut = data.draw(st.integers(0, len(entry) - 1))

    for damaged in (entry[:cut], entry + b"\0"):
        with pytest.raises(DamagedEntryError):
            decode(damaged)


@given(CLAIMS, st.data())
def test_a_claim_of_which_a_bit_is_another_is_damaged(claim: EarlierClaim, data: st.DataObject) -> None:
    """Also where it would be read as another amount, or another mark."""
    entry = bytearray(encode(claim))
    entry[data.draw(st.integers(0, len(entry) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(DamagedEntryError):
        decode(bytes(entry))


@given(CLAIMS)
def test_one_line_is_read_alone_and_is_the_same(claim: EarlierClaim) -> None:
    """By its place from either end, and as a part of them."""
    found = decode(encode(claim)).lines

    assert [found[place] for place in range(len(found))] == list(claim.lines)
    assert [found[-1 - place] for place in range(len(found))] == list(reversed(claim.lines))
    assert (found[1:3], hash(found)) == (tuple(claim.lines[1:3]), hash(claim.lines))
    with pytest.raises(IndexError):
        found[len(claim.lines)]


@given(CLAIMS)
def test_code_and_day_are_the_same_whether_the_rest_is_read_or_not(claim: EarlierClaim) -> None:
    """Of a claim as it was made, and as it came back."""
    services = [(line.code, line.on) for line in claim.lines]

    assert list(services_of(claim.lines)) == services
    assert list(services_of(decode(encode(claim)).lines)) == services


@given(st.binary(max_size=300))
def test_any_bytes_are_a_claim_or_damaged(noise: bytes) -> None:
    """Nothing else is raised."""
    for entry in (noise, b"\3" + noise):
        with contextlib.suppress(DamagedEntryError):
            decode(entry)


def test_an_entry_of_another_form_says_which(claim: EarlierClaim) -> None:
    """So that an older release does not guess."""
    with pytest.raises(DamagedEntryError, match="of form 9, and this release reads 3"):
        decode(b"\x09" + encode(claim)[1:])


@pytest.fixture
def claim() -> EarlierClaim:
    """A claim without lines."""
    return EarlierClaim(
        received_on=date(2026, 3, 20),
        state=EarlierState.OUT,
        is_institutional=False,
        frequency="1",
        outcome=NO_MARK,
        control=NO_MARK,
        original=NO_MARK,
        billing=NO_MARK,
        specialty=NO_MARK,
        content=NO_MARK,
        facility="",
        first=None,
        last=None,
        lines=(),
    )


@pytest.mark.parametrize(
    ("amount", "places", "kept"),
    [
        (Decimal("1.5"), 3, Decimal("1.5")),
        (Decimal("1.0005"), 3, Decimal("1.000")),
        (Decimal(10) ** 15, 3, Decimal(10) ** 15),
        (Decimal(10) ** 30, 3, None),
        (None, 2, None),
    ],
)
def test_an_amount_is_kept_in_its_decimals(amount: Decimal | None, places: int, kept: Decimal | None) -> None:
    """One that is too large is as one that is not known."""
    assert in_decimals(amount, places) == kept


def test_codes_that_are_longer_have_no_place() -> None:
    """Cut, they would be other codes."""
    assert fits("J1745", 5)
    assert not fits("J17455", 5)
    assert not fits("J174é", 5)
    assert are_modifiers(("JZ", "RT", "76", "59"))
    assert not are_modifiers(("JZ", "RT", "76", "59", "XE"))
    assert not are_modifiers(("J",))
