"""Fixtures that every test may use."""

from collections.abc import Iterator

import hypothesis
import pytest

from worker.bootstrap import build_pipeline
from worker.pipeline.scrub import Pipeline
from worker.reference.tables.snapshot import Snapshot

# How long an example takes is the machine's affair, and decides nothing.
hypothesis.settings.register_profile("claimscrub", deadline=None)
hypothesis.settings.load_profile("claimscrub")


@pytest.fixture(scope="session", autouse=True)
def cache_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled tables are kept with the other files of the run, also by the processes that tests start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def pipeline(cache_directory: None) -> Pipeline:
    """The pipeline over the shipped configuration."""
    return build_pipeline()


@pytest.fixture(scope="session")
def snapshot(pipeline: Pipeline) -> Snapshot:
    """The shipped reference tables."""
    return pipeline.snapshot
