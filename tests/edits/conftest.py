"""Fixtures of the tests of edits."""

import pytest

from tests.edits.scrubbed_cases import ScrubbedCases
from worker.pipeline.scrub import Pipeline


@pytest.fixture(scope="session")
def scrubbed_cases(pipeline: Pipeline) -> ScrubbedCases:
    """The outcomes of the cases over the shipped configuration."""
    return ScrubbedCases(pipeline)
