"""What an edit may look at of the claims before this one."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest

from schemas.records import Claim
from tests.inputs.earlier_claims import BEGIN, DAY, KEY, claim, controls, line, marks
from worker.edits.facts.earlier import EarlierClaims, OwnClaim, as_earlier
from worker.history.entry import EarlierClaim, decode, encode
from worker.history.key import NO_MARK
from worker.history.view import History
from worker.pipeline.steps.gather import Gatherer
from worker.reference.tables.snapshot import Snapshot
from worker.samples import synthetic
from worker.samples.institutional import as_bill
from worker.samples.synthetic import Json


def test_the_claims_that_a_replacement_takes_out_are_not_before_it() -> None:
    """Else it would be a duplicate of its own original."""
    earlier = EarlierClaims(claim("A1", frequency="7"), History(BEGIN, DAY, (claim("A1"), claim("A2"))))

    assert controls(earlier.standing) == marks("A2")
    assert [each.control for each, _ in earlier.services.of("J1745")] == marks("A2")
    assert earlier.services.of("J0897") == []


def test_lines_that_are_compared_with_nothing_are_under_no_code() -> None:
    """Two codes that do not fit are not the same code."""
    earlier = EarlierClaims(claim("A2"), History(BEGIN, DAY, (claim("A1", line("")),)))

    assert earlier.services.of("") == []


@pytest.mark.parametrize(
    ("day", "lacks"),
    [
        (date(2025, 6, 1), None),
        (date(2025, 5, 31), "claims before 2025-06-01"),
        (None, "a date of service"),
    ],
)
def test_a_memory_says_what_it_lacks(day: date | None, lacks: str | None) -> None:
    """On its first day it lacks nothing."""
    assert EarlierClaims(claim(), History(BEGIN, DAY)).lacks(day) == lacks


def test_a_claim_of_nobody_has_no_memory() -> None:
    """Nothing is before it, and why is said."""
    earlier = EarlierClaims(claim(), None, "the member id of the subscriber")

    assert earlier.standing == ()
    assert earlier.lacks(DAY) == "the member id of the subscriber"


def test_the_same_line_is_known_in_any_order_of_its_modifiers() -> None:
    """A line of which one of the compared values differs is another service."""
    sent = line()._replace(modifiers=("JZ", "RT"), authorization=KEY.mark("PA1"))
    other = [
        sent._replace(on=DAY + timedelta(1)),
        sent._replace(until=DAY + timedelta(1)),
        sent._replace(units=Decimal(11)),
        sent._replace(charge=Decimal(101)),
        sent._replace(modifiers=("JZ", "LT")),
        sent._replace(place="22"),
        sent._replace(rendering=KEY.mark("2")),
        sent._replace(ndc="50242004062"),
        sent._replace(text=KEY.mark("NOTE")),
        sent._replace(code="J0897"),
        sent._replace(modifiers=("JZ", "RT", "76")),
    ]
    same = sent._replace(modifiers=("RT", "JZ"), authorization=NO_MARK)

    earlier = EarlierClaims(claim("A2", *other, same), History(BEGIN, DAY, (claim("A1", sent),)))

    assert list(earlier.repeated) == [12]


def test_a_facilitys_line_is_not_that_of_a_practitioner() -> None:
    """Both bill one service, each its part."""
    hospital = claim("A1")._replace(is_institutional=True)

    assert EarlierClaims(claim("A2"), History(BEGIN, DAY, (hospital,))).repeated == {}


@pytest.mark.parametrize(
    ("now", "is_sent_before"),
    [
        ({}, True),
        ({"number": "A2"}, False),
        ({"billing": "2"}, False),
        ({"frequency": "7"}, False),
        ({"number": ""}, False),
    ],
)
def test_a_claim_was_sent_before_when_provider_number_and_content_are_the_same(
    now: dict[str, str], *, is_sent_before: bool
) -> None:
    """A replacement is sent on purpose, and two claims without a number are not the same one."""
    before = claim(now["number"] if now.get("number") == "" else "A1")

    earlier = EarlierClaims(claim(**now), History(BEGIN, DAY, (before,)))  # type: ignore[arg-type]  # keywords of it

    assert (earlier.sent_before is before) is is_sent_before


@pytest.fixture
def remembered(snapshot: Snapshot) -> Callable[[Json], EarlierClaim]:
    """A claim as it is remembered."""
    gatherer = Gatherer(snapshot)
    return lambda document: as_earlier(gatherer.gather(msgspec.convert(document, Claim, strict=False)), DAY, KEY)


@pytest.fixture
def own(snapshot: Snapshot) -> Callable[[Json], OwnClaim]:
    """A claim that is judged."""
    gatherer = Gatherer(snapshot)
    return lambda document: OwnClaim(gatherer.gather(msgspec.convert(document, Claim, strict=False)), DAY, KEY)


@pytest.mark.parametrize("changed", [{}, {"claimFrequencyCode": "7"}, {"patientControlNumber": ""}])
def test_what_is_asked_of_this_claim_is_that_of_the_remembered_one(
    own: Callable[[Json], OwnClaim], changed: dict[str, str]
) -> None:
    """Without the rest of it."""
    document = sound()
    document["claimInformation"].update(changed)
    asked = own(document)
    made = asked.remembered()

    assert (asked.frequency, asked.control) == (made.frequency, made.control)
    assert list(asked.services) == [(each.code, each.on) for each in made.lines]


def test_a_claim_that_has_nothing_in_common_with_earlier_ones_is_not_put_into_their_form(
    own: Callable[[Json], OwnClaim], monkeypatch: pytest.MonkeyPatch
) -> None:
    """That takes longer than all that is asked of most claims."""
    monkeypatch.setattr(OwnClaim, "remembered", lambda _: pytest.fail("it was asked for"))
    before = claim("B2", line("J1745", DAY - timedelta(30)))

    earlier = EarlierClaims(own(sound()), History(BEGIN, DAY, (before,)))

    assert earlier.is_new
    assert earlier.frequency == "1"
    assert earlier.standing == (before,)


def test_a_claim_that_is_sent_again_is_known_by_the_whole_of_it(own: Callable[[Json], OwnClaim]) -> None:
    """By number, provider and content; and each of its lines."""
    before = own(sound()).remembered()

    earlier = EarlierClaims(own(sound()), History(BEGIN, DAY, (before,)))

    assert earlier.sent_before is before
    assert list(earlier.repeated) == [1, 2]


def sound() -> Json:
    """A claim of two lines."""
    lines = [synthetic.line("J1745", units=40, modifiers=["JZ"], ndc="57894003001"), synthetic.line("96413")]
    return synthetic.claim(lines, number="A1")


def test_a_claim_is_remembered_without_a_word_that_names_the_patient(
    remembered: Callable[[Json], EarlierClaim],
) -> None:
    """Codes, days and amounts in the clear, marks of the rest."""
    made = remembered(sound())

    first, second = made.lines
    assert (first.code, first.on, first.units, first.charge, first.modifiers, first.place, first.ndc) == (
        "J1745",
        DAY,
        Decimal(40),
        Decimal(400),
        ("JZ",),
        "11",
        "57894003001",
    )
    assert (second.code, second.ndc, second.text, second.authorization) == ("96413", "", NO_MARK, NO_MARK)
    assert (made.control, made.billing, made.frequency) == (KEY.mark("A1"), KEY.mark("1234567893"), "1")
    assert first.rendering == KEY.mark("1234567893")
    for word in (b"1EG4TE5MK73", b"PATIENT", b"1950", b"M0579", b"A1", b"1234567893"):
        assert word not in encode(made)


def test_the_content_is_the_claim_without_its_envelope(remembered: Callable[[Json], EarlierClaim]) -> None:
    """A file that is sent again has other numbers of interchange, and a record that came meanwhile."""
    again = sound() | {"controlNumber": "000000002", "documentation": [], "origin": {"segment": 3}}
    other = sound()
    other["claimInformation"]["signatureIndicator"] = "N"

    assert remembered(again).content == remembered(sound()).content
    assert remembered(other).content != remembered(sound()).content


def test_a_line_whose_code_has_no_place_is_compared_with_nothing(remembered: Callable[[Json], EarlierClaim]) -> None:
    """Neither a code that is too long, nor modifiers that are none."""
    document = synthetic.claim([synthetic.line("J17455"), synthetic.line("J1745", modifiers=["JZX"])])

    assert [each.code for each in remembered(document).lines] == ["", ""]


def test_a_facilitys_bill_is_remembered_with_its_days(remembered: Callable[[Json], EarlierClaim]) -> None:
    """Type of bill, statement and revenue codes."""
    made = remembered(as_bill(sound(), "111"))

    assert (made.is_institutional, made.facility, made.frequency) == (True, "11", "1")
    assert made.first is not None
    assert made.last is not None
    assert all(len(each.place) == 4 for each in made.lines)


def test_what_is_remembered_comes_back_from_bytes_as_it_was(remembered: Callable[[Json], EarlierClaim]) -> None:
    """So that this claim and an earlier one are compared alike."""
    document = sound()
    document["claimInformation"]["serviceLines"][0]["professionalService"]["serviceUnitCount"] = "40.12345"

    assert decode(encode(remembered(document))) == remembered(document)
