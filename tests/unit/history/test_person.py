"""Whose claim it is."""

from typing import Any

import msgspec
import pytest

from schemas.records import Claim
from worker.history.person import NO_DEPENDENT, NO_MEMBER, NO_PAYER, PatientIdentity, identity_of, normalized
from worker.payers.profile import Profile, Profiles
from worker.samples import synthetic

PROFILES = Profiles(
    [
        Profile.model_validate(
            {
                "name": "one-payer",
                "title": "One payer with two ids",
                "medicare": False,
                "applies_to": {"payer_ids": ["P1", "P2"], "canonical_payer_id": "P1"},
            }
        ),
        Profile.model_validate(
            {
                "name": "others",
                "title": "All others",
                "medicare": False,
                "applies_to": {"payer_ids": ["P3", "P4"], "otherwise": True},
            }
        ),
    ]
)
DEPENDENT = {"firstName": "SYNTHETIC", "dateOfBirth": "20150201"}


def identity(payer: str | None = "P1", member: str | None = "M1", dependent: Any = None) -> PatientIdentity:
    """The identity in a claim; the dependent is any JSON object."""
    claim = synthetic.claim([synthetic.line("96372")], payer=payer or "")
    claim["subscriber"]["memberId"] = member or ""
    if dependent is not None:
        claim["dependent"] = dependent
    return identity_of(msgspec.convert(claim, Claim, strict=False), PROFILES)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({}, {}, True),
        ({"member": "1EG4-TE5-MK73"}, {"member": "1eg4te5mk73"}, True),
        ({"member": "1EG4 TE5 MK73"}, {"member": "1EG4TE5MK73"}, True),
        ({"member": "0123"}, {"member": "123"}, False),
        ({"member": "M1"}, {"member": "M2"}, False),
        ({"payer": "P1"}, {"payer": "P2"}, True),
        ({"payer": "P3"}, {"payer": "P4"}, False),
        ({"payer": "P5"}, {"payer": "p5"}, True),
        ({}, {"dependent": DEPENDENT}, False),
        ({"dependent": DEPENDENT}, {"dependent": DEPENDENT | {"firstName": "Synthetic"}}, True),
        ({"dependent": DEPENDENT}, {"dependent": DEPENDENT | {"firstName": "OTHER"}}, False),
        ({"dependent": DEPENDENT}, {"dependent": DEPENDENT | {"dateOfBirth": "20150202"}}, False),
        # A payer and a member whose texts run together differently are other persons.
        ({"payer": "P5", "member": "1M"}, {"payer": "P51", "member": "M"}, False),
    ],
)
def test_one_person_is_known_in_every_spelling_and_two_are_never_one(
    one: dict[str, Any], other: dict[str, Any], *, is_same: bool
) -> None:
    """Blanks, dashes and case are for the eye; all else is part of a number."""
    assert (identity(**one) == identity(**other)) is is_same


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"payer": None}, NO_PAYER),
        ({"payer": " - "}, NO_PAYER),
        ({"member": None}, NO_MEMBER),
        ({"dependent": {"firstName": "SYNTHETIC"}}, NO_DEPENDENT),
        ({"dependent": {"dateOfBirth": "20150201"}}, NO_DEPENDENT),
        ({"dependent": DEPENDENT | {"dateOfBirth": "20150231"}}, NO_DEPENDENT),
    ],
)
def test_a_claim_that_says_too_little_is_nobodys(given: dict[str, Any], missing: str) -> None:
    """It says what lacks."""
    assert identity(**given) == PatientIdentity(None, missing)


@pytest.mark.parametrize("number", [None, "", " ", "-", "\t"])
def test_nothing_but_what_is_for_the_eye_is_no_number(number: str | None) -> None:
    """Two of them are not the same person."""
    assert not normalized(number)
