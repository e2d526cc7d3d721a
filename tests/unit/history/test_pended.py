"""What is kept while a claim waits, as bytes and back, and which document is about which claim."""

from datetime import date

import pytest

from worker.history.entry import DamagedEntryError
from worker.history.pended import (
    CLAIM,
    DOCUMENT,
    JOINED,
    ClaimNumbers,
    Conflict,
    JoinedDocument,
    Kept,
    KeptOrigin,
    Missing,
    PendedClaim,
    WaitingDocument,
    claims_of,
    decode,
    documents_of,
    encode,
)

DAY = date(2026, 3, 20)
ORIGIN = KeptOrigin(
    "claims.inbound.v1", 3, 41, 1_774_000_000_000, b"key", (("traceparent", b"00-"),), 2, is_of_interchange=True
)
NUMBERS = ClaimNumbers("0" * 32, "SYN-1", "1234567893", ("ATT-1", "ATT-2"))
KEPT: tuple[tuple[bytes, Kept], ...] = (
    (
        CLAIM,
        PendedClaim(
            b"{}", DAY, NUMBERS, ORIGIN, "medicare", (Missing("DOC-03", "route"),), 2, (Conflict("route", "L1"),)
        ),
    ),
    (DOCUMENT, WaitingDocument(b"{}", DAY, ClaimNumbers(control="SYN-1", billing="1234567893"), ORIGIN)),
    (JOINED, JoinedDocument(DAY)),
)


def pended(number: int, numbers: ClaimNumbers = NUMBERS) -> tuple[bytes, Kept]:
    """A claim that waits."""
    return bytes((number,)), PendedClaim(b"{}", DAY, numbers, ORIGIN)


@pytest.mark.parametrize(("kind", "kept"), KEPT)
def test_what_is_kept_comes_back_as_it_was(kind: bytes, kept: Kept) -> None:
    """With its kind in the second byte, by which the store finds it."""
    entry = encode(kept)

    assert decode(entry) == kept
    assert entry[1:2] == kind


@pytest.mark.parametrize(("kind", "kept"), KEPT)
def test_damage_is_an_error_and_never_another_claim(kind: bytes, kept: Kept) -> None:
    """Cut anywhere; another form; another kind; nothing."""
    entry = encode(kept)

    for cut in [entry[:end] for end in range(len(entry))] + [b"\x02" + entry[1:], b"\x01x" + entry[2:]]:
        with pytest.raises(DamagedEntryError) as raised:
            decode(cut)
        assert "SYN-1" not in str(raised.value)
    others = {CLAIM, DOCUMENT, JOINED} - {kind}
    assert all(len(other) == 1 for other in others)


@pytest.mark.parametrize(
    ("given", "is_about"),
    [
        (ClaimNumbers(control="SYN-1", billing="1234567893"), True),
        (ClaimNumbers(control="SYN-1", billing="1093817465"), False),
        (ClaimNumbers(control="SYN-2", billing="1234567893"), False),
        (ClaimNumbers(attachments=("ATT-2",)), True),
        (ClaimNumbers(attachments=("ATT-3",)), False),
        (ClaimNumbers(attachments=("ATT-2",), billing="1093817465"), False),
        (ClaimNumbers(outcome="0" * 32), True),
        (ClaimNumbers(outcome="0" * 32, control="SYN-2", billing="1234567893"), False),
        (ClaimNumbers(outcome="1" * 32), False),
    ],
)
def test_a_claim_must_have_every_number_that_a_document_gives(given: ClaimNumbers, *, is_about: bool) -> None:
    """A number that agrees does not outweigh one that does not."""
    claims = claims_of(given, [pended(1), KEPT[1]])

    assert [own for own, _ in claims] == ([b"\x01"] if is_about else [])


def test_which_of_two_claims_is_meant_is_not_guessed() -> None:
    """Both are returned."""
    kept = [pended(1), pended(2)]

    assert [own for own, _ in claims_of(ClaimNumbers(control="SYN-1", billing="1234567893"), kept)] == [
        b"\x01",
        b"\x02",
    ]


def test_documents_wait_in_the_order_in_which_they_came() -> None:
    """By day and place; claims and joined documents are none."""
    numbers = ClaimNumbers(attachments=("ATT-1",))
    later = WaitingDocument(b"2", DAY, numbers, KeptOrigin("d", 0, 9, None, None, ()))
    first = WaitingDocument(b"1", DAY, numbers, KeptOrigin("d", 0, 8, None, None, ()))
    other = WaitingDocument(b"3", DAY, ClaimNumbers(attachments=("ATT-9",)), ORIGIN)
    kept: list[tuple[bytes, Kept]] = [(b"b", later), (b"a", first), (b"c", other), pended(1), KEPT[2]]

    assert [own for own, _ in documents_of(NUMBERS, kept)] == [b"a", b"b"]
