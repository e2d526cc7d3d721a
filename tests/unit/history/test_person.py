"""Whose claim it is."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Claim
from worker.history.person import (
    NO_DEPENDENT,
    NO_MEMBER,
    NO_PAYER,
    PatientIdentity,
    addressed,
    identity_of,
    normalized,
)
from worker.payers.profile import Profile, Profiles
from worker.pipeline.steps.decode import UnreadableClaimError, decode
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


ODD: tuple[object, ...] = (
    None,
    "",
    " ",
    "M1",
    "m 1",
    " M1",
    "M1\n",
    "M1\u2003",
    "M\u00a01",
    "\u00d1",
    "M1\x7f",
    "20150201",
    1,
    1.5,
    True,
    [],
    {},
    ["M1"],
)
"""What may be sent for a text."""


def _as_sent(member: str, value: object) -> dict[str, object]:
    return {} if value == "absent" else {member: value}


@settings(deadline=None)
@given(
    payer=st.sampled_from(ODD),
    member=st.sampled_from(("absent", *ODD)),
    other_name=st.sampled_from(("absent", *ODD)),
    dependent=st.sampled_from(("absent", None, {}, [], "no part"))
    | st.fixed_dictionaries(
        {}, optional={"dateOfBirth": st.sampled_from(ODD), "firstName": st.sampled_from(ODD), "memberId": st.just("M2")}
    ),
    ending=st.sampled_from((b"", b" ", b"x", b',"subscriber":{"memberId":"M2"}}')),
)
def test_who_is_read_from_a_part_of_a_claim_is_who_is_read_from_the_whole(
    payer: object, member: object, other_name: object, dependent: object, ending: bytes
) -> None:
    """Or nobody is; of what is not a claim it may be anybody. So a router sends a claim to those of its patient."""
    claim = synthetic.claim([synthetic.line("96372")])
    claim["tradingPartnerServiceId"] = payer
    claim["subscriber"] |= {"memberId": None} | _as_sent("memberId", member) | _as_sent("standardHealthId", other_name)
    if member == "absent":
        del claim["subscriber"]["memberId"]
    claim |= _as_sent("dependent", dependent)
    value = json.dumps(claim).encode()
    value = value[:-1] + ending if ending.startswith(b",") else value + ending

    part = addressed(value)
    try:
        whole = decode(value, 100_000).claim
    except UnreadableClaimError:
        return

    assert part is None or identity_of(part, PROFILES) == identity_of(whole, PROFILES)


@pytest.mark.parametrize("dependent", [None, DEPENDENT])
@pytest.mark.parametrize("name", ["memberId", "standardHealthId"])
def test_a_usual_claim_need_not_be_read_whole(name: str, dependent: Any) -> None:
    """Under either name of the member's number, and for a dependent as well."""
    claim = synthetic.claim([synthetic.line("96372")])
    claim["subscriber"][name] = claim["subscriber"].pop("memberId")
    claim |= {} if dependent is None else {"dependent": dependent}
    value = json.dumps(claim).encode()

    part = addressed(value)

    assert part is not None
    assert identity_of(part, PROFILES) == identity_of(decode(value, 100_000).claim, PROFILES)
    assert identity_of(part, PROFILES).text
