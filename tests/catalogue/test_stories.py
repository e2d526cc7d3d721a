"""What is right in the light of earlier claims is not held, and what is wrong is found."""

from itertools import count

import pytest

from tests.catalogue.stories import MISTAKES, Stories, tell
from tests.catalogue.valid_claims import ValidClaims
from worker.pipeline.scrub import Pipeline

CLAIMS = 500
SEED = 2000
"""From here on a sample of that size has each of the mistakes."""


@pytest.fixture(scope="module")
def stories(pipeline: Pipeline, valid_claims: ValidClaims) -> Stories:
    """The generator of stories."""
    return Stories(pipeline, valid_claims)


def test_a_sample_of_stories_is_judged_rightly(stories: Stories) -> None:
    """No edit on earlier claims finds anything in a right story; each mistake is found, and a resent claim once."""
    account = tell(stories, count(SEED), CLAIMS)

    assert account.claims >= CLAIMS
    assert account.is_sound, account.examples
    assert set(account.made) == set(MISTAKES)


def test_a_story_can_be_told_again(stories: Stories) -> None:
    """The seed is all that it takes."""
    assert stories.story(7) == stories.story(7)


@pytest.mark.parametrize("seed", [20000013000129, 20000015000432])
def test_one_number_is_not_returned_twice_on_a_day(stories: Stories, seed: int) -> None:
    """That is one decision, which frees one copy: of these stories a second copy was found to be a duplicate."""
    decisions = [str(each.document) for each in stories.story(seed) if each.is_decision]

    assert len(decisions) == len(set(decisions)) > 0
    assert tell(stories, iter([seed]), 1).is_sound


def test_a_story_has_several_claims_of_one_patient(stories: Stories) -> None:
    """In the order of their receipt, with replacements, voids, claims that are rejected and decisions among them."""
    told = [stories.story(seed) for seed in range(60)]

    assert sum(len(story) for story in told) > 120
    assert all([each.received_on for each in story] == sorted(each.received_on for each in story) for story in told)
    claims = [each for story in told for each in story if not each.is_decision]
    frequencies = {each.document["claimInformation"]["claimFrequencyCode"] for each in claims}
    assert {"1", "7", "8"} <= frequencies
    assert any(each.is_rejected for story in told for each in story)
    members = [{each.document["subscriber"]["memberId"] for each in story if not each.is_decision} for story in told]
    assert {len(each) for each in members} == {1}
    assert any(each.is_decision for story in told for each in story)
