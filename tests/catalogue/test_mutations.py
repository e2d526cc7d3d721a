"""Each known error is found by the edit meant for it, and by no other that its entry does not name."""

import pytest

from tests.catalogue.mutation import Mutation
from tests.catalogue.mutations import Trial, all_mutations
from tests.catalogue.valid_claims import ValidClaims
from worker.edits.edit import EditStatus
from worker.pipeline.scrub import Pipeline

CLAIMS = [pytest.param(12, id="12 claims", marks=pytest.mark.whole), pytest.param(4, id="4 claims")]
OF_THE_TABLES = {"BAS-01", "DX-10"}
"""Of tables, and of lists from which valid claims take no diagnoses: the cases of these edits hold them."""
OF_WAITING = {"DOC-11"}
"""Judges a claim that has waited in vain: `tests/unit/agents/test_late_documents.py` lets one wait."""
NO_MEMORY = "a memory of earlier claims"


@pytest.mark.parametrize("claims", CLAIMS)
@pytest.mark.parametrize("mutation", all_mutations(), ids=lambda mutation: f"{mutation.edit}-{mutation.name}")
def test_a_known_error_is_found(trial: Trial, mutation: Mutation, claims: int) -> None:
    """The edit meant for it speaks on every claim, and beside it only its companions."""
    verdicts = trial.of(mutation, claims)

    assert (verdicts.found, dict(verdicts.others)) == (claims, {}), verdicts.examples


def test_every_edit_has_a_known_error(pipeline: Pipeline) -> None:
    """An edit that nobody can trigger is not known to work; a planned one is evaluated on no claim.

    What is found in several claims only is in the cases of the edits and in the stories of patients.
    """
    plan = next(iter(pipeline._plans.values()))  # noqa: SLF001 - what the edits of a profile lack
    on_history = {edit.id for edit in pipeline.edits if edit.lacks(plan.configuration) == NO_MEMORY}
    evaluated = {edit.id for edit in pipeline.edits if edit.status is not EditStatus.PLANNED} - on_history

    assert len(on_history) > 10
    assert evaluated - OF_THE_TABLES - OF_WAITING == {mutation.edit for mutation in all_mutations()}


def test_companions_carry_a_reason(pipeline: Pipeline) -> None:
    """A companion is another edit that exists, with words for why it speaks up."""
    known = {edit.id for edit in pipeline.edits}

    for mutation in all_mutations():
        assert set(mutation.companions) <= known - {mutation.edit}
        assert all(mutation.companions.values())


@pytest.fixture(scope="module")
def trial(pipeline: Pipeline, valid_claims: ValidClaims) -> Trial:
    """Breaks and scrubs."""
    return Trial(pipeline, valid_claims)
