"""Commands of the unit tests that share what they load."""

import os
from functools import cache
from pathlib import Path

import pytest

from worker.bootstrap import build_pipeline
from worker.cli.shared import configuration
from worker.pipeline.scrub import Pipeline


@cache
def _shipped() -> Pipeline:
    return build_pipeline()


def _build(config: Path | None, *, user_edits: Path | None) -> Pipeline:
    is_shipped = not (config or user_edits or os.environ.get("CLAIMSCRUB_CONFIG_DIR"))
    return _shipped() if is_shipped else build_pipeline(config, user_edits=user_edits)


@pytest.fixture(autouse=True)
def _one_pipeline(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped configuration is loaded once for all commands; one that a test makes, each time.

    `test_broker.py`, `demo` and `tests/stream` run commands in processes that load it as users' do.
    """
    monkeypatch.setattr(configuration, "build_pipeline", _build)
