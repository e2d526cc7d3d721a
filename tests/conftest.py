"""Fixtures that every test may use."""

import pytest

from worker.bootstrap import build_pipeline
from worker.pipeline.scrub import Pipeline
from worker.reference.snapshot import Snapshot


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    """The pipeline over the shipped configuration."""
    return build_pipeline()


@pytest.fixture(scope="session")
def snapshot(pipeline: Pipeline) -> Snapshot:
    """The shipped reference tables."""
    return pipeline.snapshot
