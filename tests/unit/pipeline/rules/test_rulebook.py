"""Which edits of the catalogue a profile runs."""

import pytest

from worker.edits.catalogue import load_edits
from worker.edits.edit import EditStatus, Scope
from worker.payers.profile import Profile, ProfileError
from worker.pipeline.rules.rulebook import compile_rulebook

EDITS = load_edits()


def test_a_planned_edit_is_listed_and_runs_on_no_claim() -> None:
    """What compares the claims of several patients waits; the catalogue says so."""
    planned = {edit.id for edit in EDITS if edit.status is EditStatus.PLANNED}

    rulebook = compile_rulebook(Profile(name="a-payer", title="A payer", medicare=True), EDITS)

    run = {rule.edit.id for rule in rulebook.rules}
    assert planned == {"UNT-06"}
    assert planned & run == set()


def test_a_profile_cannot_change_what_is_decided_before_it_is_chosen() -> None:
    """A message that cannot be read has no payer, so no profile speaks of it."""
    at_reading = next(edit.id for edit in EDITS if edit.scope is Scope.MESSAGE)
    profile = Profile.model_validate(
        {"name": "a-payer", "title": "A payer", "medicare": False, "edits": {at_reading: {"severity": "warn"}}}
    )

    with pytest.raises(ProfileError, match=f"names {at_reading}, decided before a claim has a payer"):
        compile_rulebook(profile, EDITS)
