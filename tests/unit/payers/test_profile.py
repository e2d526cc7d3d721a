"""Which profile a claim falls under, and which profiles do not fit together."""

import json
from datetime import date
from typing import Any

import pytest

from worker.bootstrap import MAX_MESSAGE_BYTES
from worker.edits.catalogue import load_edits
from worker.payers.profile import DocumentationMode, Profile, ProfileError, Profiles
from worker.pipeline.rules.rulebook import compile_rulebook
from worker.pipeline.scrub import Pipeline
from worker.samples.synthetic import claim, line

EDITS = load_edits()


def profile(name: str, /, **settings: Any) -> Profile:
    """A profile that says no more than the test needs."""
    return Profile.model_validate({"name": name, "title": name, "medicare": False} | settings)


def fallback(name: str = "others") -> Profile:
    """The profile of every claim that no other one is for."""
    return profile(name, applies_to={"otherwise": True})


@pytest.fixture
def three() -> Profiles:
    """One profile by payer id, one by filing code, one for all others."""
    return Profiles(
        [
            profile("by-payer", applies_to={"payer_ids": ["P1"]}),
            profile("by-filing-code", applies_to={"filing_codes": ["MB"]}),
            fallback(),
        ]
    )


@pytest.mark.parametrize(
    ("payer_id", "filing_code", "expected"),
    [
        ("P1", "MB", "by-payer"),
        ("P1", None, "by-payer"),
        ("P2", "MB", "by-filing-code"),
        (None, "MB", "by-filing-code"),
        ("P2", "CI", "others"),
        (None, None, "others"),
        ("", "", "others"),
    ],
)
def test_a_payer_id_beats_a_filing_code_which_beats_the_fallback(
    three: Profiles, payer_id: str | None, filing_code: str | None, expected: str
) -> None:
    """The closest match decides."""
    assert expected == three.for_claim(payer_id, filing_code).name


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        ({"applies_to": {"payer_ids": ["P1"]}}, {"applies_to": {"payer_ids": ["P1"]}}, "payer id 'P1'"),
        ({"applies_to": {"filing_codes": ["MB"]}}, {"applies_to": {"filing_codes": ["MB"]}}, "filing code 'MB'"),
    ],
)
def test_two_profiles_for_the_same_claims_are_refused(first: dict[str, Any], second: dict[str, Any], kind: str) -> None:
    """The message names the key and both profiles."""
    with pytest.raises(ProfileError, match=f"{kind} is claimed by both one and two"):
        Profiles([profile("one", **first), profile("two", **second), fallback()])


def test_two_profiles_of_one_name_are_refused() -> None:
    """A name chooses one profile."""
    with pytest.raises(ProfileError, match="name 'one' is claimed by both"):
        Profiles([profile("one"), profile("one"), fallback()])


@pytest.mark.parametrize(
    ("profiles", "named"), [([], "none"), ([fallback("one"), fallback("two")], "one, two")], ids=["none", "two"]
)
def test_there_is_exactly_one_fallback(profiles: list[Profile], named: str) -> None:
    """Every claim falls under a profile, and it is clear which."""
    with pytest.raises(ProfileError, match=named):
        Profiles(profiles)


def test_an_unknown_name_is_answered_with_the_names_there_are(three: Profiles) -> None:
    """Somebody misspelt `--profile`."""
    with pytest.raises(ProfileError, match="by-filing-code, by-payer, others"):
        three.named("medicare")


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ({"WST-99": {}}, "edits that do not exist: WST-99"),
        ({"WST-02": {"options": {"limit": 1}}}, "WST-02: this edit has no options"),
        ({"UNT-03": {"options": {"count_wasted": True}}}, "UNT-03: there is no option count_wasted; there are: "),
        ({"UNT-03": {"options": {"count_discarded_units": "perhaps"}}}, "option count_discarded_units"),
        ({"AUT-01": {"options": {"codes": ["J08"]}}}, "option codes"),
    ],
)
def test_a_profile_that_does_not_fit_the_edits_is_refused(edits: dict[str, Any], message: str) -> None:
    """The message names the profile, the edit and the option."""
    with pytest.raises(ProfileError, match=message):
        compile_rulebook(profile("one", edits=edits), EDITS)


@pytest.mark.parametrize(
    "settings",
    [
        {"edit": {}},
        {"name": "Has Blanks"},
        {"edits": {"WST-01": {"of": {}}}},
        {"edits": {"WST-01": {"off": {"reason": "none", "owner": ""}}}},
        {"edits": {"WST-01": {"off": {"owner": "claimscrub"}}}},
        {"edits": {"WST-01": {"severity": "fatal"}}},
        {"documentation": "sometimes"},
    ],
)
def test_a_profile_with_a_misspelt_or_missing_word_is_refused(settings: dict[str, Any]) -> None:
    """A setting that is not understood must not be passed over."""
    with pytest.raises(ValueError, match="validation error"):
        profile("one", **settings)


def test_the_shipped_profiles_fit_the_edits_and_say_why_an_edit_is_off(pipeline: Pipeline) -> None:
    """Every suppression has a reason and an owner; compiling raises for anything that does not fit."""
    for shipped in pipeline.profiles:
        for off in compile_rulebook(shipped, pipeline.edits).switched_off:
            assert off.reason.endswith(".")
            assert off.owner == "claimscrub"


@pytest.mark.parametrize(
    ("payer_id", "filing_code", "expected"),
    [("ANY", "MB", "medicare-part-b"), ("ANY", "CI", "commercial"), (None, None, "commercial")],
)
def test_the_shipped_profiles_part_medicare_from_all_others(
    pipeline: Pipeline, payer_id: str | None, filing_code: str, expected: str
) -> None:
    """Medicare's own rules are for Medicare's claims."""
    chosen = pipeline.profiles.for_claim(payer_id, filing_code)

    assert expected == chosen.name
    assert chosen.medicare is (expected == "medicare-part-b")
    assert chosen.documentation is DocumentationMode.WHEN_SENT


MARCH = [date(2026, 3, day) for day in (18, 19, 20, 21)]
"""Around the last days of `lapsing`."""


@pytest.fixture
def lapsing() -> Profile:
    """Two edits are off until the 19th, one for some lines until the 20th, and one for good."""
    until = {"reason": "agreed", "owner": "billing", "until": date(2026, 3, 19)}
    return profile(
        "mine",
        applies_to={"otherwise": True},
        edits={
            "WST-03": {"off": until, "severity": "warn"},
            "WST-05": {"off": until},
            "WST-06": {"off": {"reason": "agreed", "owner": "billing"}},
        },
        suppressions=[until | {"edit": "UNT-01", "when": {"codes": ["J1745"]}, "until": date(2026, 3, 20)}],
    )


def test_a_suppression_holds_on_its_last_day_and_its_edit_is_on_again_the_day_after(lapsing: Profile) -> None:
    """What else the profile says of the edit stays."""
    on = [lapsing.on(day) for day in MARCH]

    assert on[0] is on[1] is lapsing
    assert [each.setting("WST-03").off is None for each in on] == [False, False, True, True]
    assert [len(each.suppressions) for each in on] == [1, 1, 1, 0]
    assert on[3].setting("WST-03").severity is not None
    assert on[3].setting("WST-06").off is not None


def test_a_claim_is_scrubbed_under_what_holds_on_the_day_it_was_received(pipeline: Pipeline, lapsing: Profile) -> None:
    """Also by a worker that runs over the end of a suppression, and when it is read again later."""
    made = Pipeline(
        edits=pipeline.edits,
        profiles=Profiles([lapsing]),
        guides=pipeline.guides,
        snapshot=pipeline.snapshot,
        ruleset=pipeline.ruleset,
        clock=lambda: 0.0,
        max_bytes=MAX_MESSAGE_BYTES,
    )
    message = json.dumps(claim([line("J1745", units="40.5"), line("96413")])).encode()

    outcomes = [made.scrub(message, day).outcome for day in (*MARCH, MARCH[0])]

    seen = [
        (
            "UNT-01" in {finding.edit for finding in outcome.findings},
            sorted(each.edit for each in outcome.coverage.switched_off),
        )
        for outcome in outcomes
        if outcome
    ]
    off, left = ["WST-03", "WST-05", "WST-06"], ["WST-06"]
    assert seen == [(False, off), (False, off), (False, left), (True, left), (False, off)]


def test_ends_are_named_by_profile_edit_and_owner(lapsing: Profile) -> None:
    """The first to end first, before and after it ends."""
    ends = Profiles([lapsing]).suppression_ends()

    assert [(each.edit, each.until) for each in ends] == [
        ("WST-03", MARCH[1]),
        ("WST-05", MARCH[1]),
        ("UNT-01", MARCH[2]),
    ]
    assert ends[0].in_words(MARCH[1]) == (
        "profile mine: the suppression of WST-03 by billing ends on 2026-03-19; WST-03 is on again the day after"
    )
    assert ends[0].in_words(MARCH[2]) == (
        "profile mine: the suppression of WST-03 by billing ended on 2026-03-19, so WST-03 is on again; "
        "renew it or remove it"
    )
