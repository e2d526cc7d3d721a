"""Which profile a claim falls under, and which profiles do not fit together."""

from typing import Any

import pytest

from worker.edits.catalogue import load_edits
from worker.payers.profile import DocumentationMode, Profile, ProfileError, Profiles
from worker.pipeline.rules.rulebook import compile_rulebook
from worker.pipeline.scrub import Pipeline

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
