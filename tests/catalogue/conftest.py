"""Fixtures of the catalogue tests."""

import pytest

from tests.catalogue.supply import Supply
from tests.catalogue.valid_claims import ValidClaims
from worker.pipeline.scrub import Pipeline


@pytest.fixture(scope="session")
def valid_claims(pipeline: Pipeline) -> ValidClaims:
    """The generator of valid claims over the shipped tables and guides."""
    return ValidClaims(Supply(pipeline.snapshot), pipeline.guides)
