"""The small parts of the demo: figures from /metrics, the account of the topics, the words for a place."""

from collections import Counter

import pytest

from schemas.dead_letter import DeadLetterReason
from schemas.outcome import Location
from worker.cli.demo.account import Account
from worker.cli.demo.metrics import parse_figures
from worker.edits.facts.locate import CLAIM_ELEMENTS, in_claim, in_diagnosis
from worker.wording import locations
from worker.wording.dead_letter_reasons import WORDS

EXPOSITION = """\
# TYPE claimscrub_claims_total counter
claimscrub_claims_total{outcome="scrubbed"} 12.0
claimscrub_claims_total{outcome="dead-lettered"} 1.0
claimscrub_findings_total{edit="WST-01",severity="reject"} 3.0
claimscrub_findings_total{edit="WST-01",severity="warn"} 1.0
claimscrub_claims_created{outcome="scrubbed"} 1.7e+09
"""


def test_figures_are_read_from_an_exposition() -> None:
    """Outcomes are added up; findings of one edit count together whatever their severity."""
    figures = parse_figures(EXPOSITION)

    assert figures.done == 13
    assert figures.outcomes == Counter({"scrubbed": 12, "dead-lettered": 1})
    assert figures.findings == Counter({"WST-01": 4})


def account(inbound: bytes, outcomes: bytes) -> Account:
    """An account whose keys are single letters."""
    return Account(
        inbound=Counter(inbound[place : place + 1] for place in range(len(inbound))),
        outcomes=Counter(outcomes[place : place + 1] for place in range(len(outcomes))),
    )


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [(b"abc", (0, 0, 0)), (b"ab", (1, 0, 1)), (b"abcc", (0, 1, 1)), (b"abb", (1, 1, 2))],
)
def test_a_message_lost_and_one_doubled_do_not_cancel_out(outcomes: bytes, expected: tuple[int, int, int]) -> None:
    """The account goes by the keys, not by the sum."""
    taken = account(b"abc", outcomes)

    assert (taken.lost, taken.surplus, len(taken.flaws(3))) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (
            Location(
                json_path="$.claimInformation.serviceLines[1].professionalService.serviceUnitCount",
                line=2,
                x12="2400 SV104",
                cms1500_box="24G",
            ),
            "line 2, units (box 24G, SV104)",
        ),
        (
            Location(
                json_path="$.claimInformation.serviceLines[0].professionalService.procedureModifiers[1]",
                line=1,
                x12="2400 SV101-4",
                cms1500_box="24D",
            ),
            "line 1, modifier 2 (box 24D, SV101-4)",
        ),
        (
            Location(json_path="$.claimInformation.serviceLines[0]", line=1, x12="2400 LX", cms1500_box="24"),
            "line 1 (box 24, LX)",
        ),
        (
            Location(json_path="$.claimInformation.serviceLines[0]", line=1, x12="2400 PWK"),
            "line 1, documentation (PWK)",
        ),
        (in_claim("billing.npi"), "billing NPI (box 33a, 2010AA NM109)"),
        (in_claim("claim"), "the claim (2300)"),
        (in_claim("payer"), "payer id (carrier block, 2010BB NM109)"),
        (in_diagnosis(2), "diagnosis 2 (box 21, 2300 HI02-2)"),
    ],
)
def test_a_place_is_said_in_words(at: Location, expected: str) -> None:
    """Line, field, box of the CMS-1500 form and element of the 837P."""
    assert locations.in_words(at) == expected


def test_every_element_of_a_claim_has_words() -> None:
    """No place is shown as a path."""
    for element in CLAIM_ELEMENTS:
        assert not set("$[].") & set(locations.in_words(in_claim(element)).split(" (")[0]), element


def test_every_reason_of_a_dead_letter_has_words() -> None:
    """A reason without words would break the command on the day that it happens."""
    assert set(WORDS) == set(DeadLetterReason)
