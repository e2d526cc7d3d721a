"""Commands of the unit tests that share what they load."""

import os
from pathlib import Path

import pytest

from worker.bootstrap import build_pipeline
from worker.cli.shared import configuration
from worker.pipeline.scrub import Pipeline


@pytest.fixture(autouse=True)
def _one_pipeline(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The shipped configuration is loaded once for all commands; one that a test makes, each time.

    `test_broker.py`, `demo` and `tests/stream` run commands in processes that load it as users' do.
    """

    def build(config: Path | None, *, user_edits: Path | None) -> Pipeline:
        if config or user_edits or os.environ.get("CLAIMSCRUB_CONFIG_DIR"):
            return build_pipeline(config, user_edits=user_edits)
        shipped: Pipeline = request.getfixturevalue("pipeline")  # for the commands that need one
        return shipped

    monkeypatch.setattr(configuration, "build_pipeline", build)
