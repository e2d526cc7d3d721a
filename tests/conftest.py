"""Fixtures that every test may use."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager

import hypothesis
import pytest

from tests.environment import changes_commands
from tests.shared_tables import share_tables
from worker.bootstrap import build_pipeline
from worker.pipeline.scrub import Pipeline
from worker.reference.tables.snapshot import Snapshot

# How long an example takes is the machine's affair, and decides nothing.
hypothesis.settings.register_profile("claimscrub", deadline=None)
hypothesis.settings.load_profile("claimscrub")

share_tables()


@pytest.fixture(scope="session", autouse=True)
def clean_environment() -> Iterator[None]:
    """Tests, and the processes that they start, behave the same on every machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in filter(changes_commands, tuple(os.environ)):
            patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def cache_directory(clean_environment: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled tables are kept with the other files of the run, also by the processes that tests start.

    The processes that share the tests (PYTEST_XDIST_WORKER names each) share what they have compiled too.
    """
    run = tmp_path_factory.getbasetemp()
    kept = (run.parent if "PYTEST_XDIST_WORKER" in os.environ else run) / "cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(kept))
        yield


@pytest.fixture(scope="session")
def pipeline(cache_directory: None) -> Pipeline:
    """The pipeline over the shipped configuration."""
    return build_pipeline()


@pytest.fixture(scope="session")
def snapshot(pipeline: Pipeline) -> Snapshot:
    """The shipped reference tables."""
    return pipeline.snapshot


@pytest.fixture
def nothing_left_open() -> Iterator[None]:
    """What a test left open is told at its own end: else it fails the one that happens to run when it is collected."""
    with _collecting():
        yield


@pytest.fixture(scope="module", autouse=True)
def nothing_left_open_by_module() -> Iterator[None]:
    """Likewise at the end of a module, which costs less; so a test of it fails, and not one of somebody else's."""
    with _collecting():
        yield


@contextmanager
def _collecting() -> Iterator[None]:
    """Collect what the block made; tables and tests that were there before it are not looked through for that."""
    gc.freeze()
    try:
        yield
    finally:
        gc.collect()
        gc.unfreeze()
