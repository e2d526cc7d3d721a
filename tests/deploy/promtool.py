"""Runs Prometheus' own tool over rules and their unit tests."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROMETHEUS = Path(__file__).parents[2] / "deploy" / "prometheus"
RULES = PROMETHEUS / "claimscrub.rules.yaml"
RULE_TESTS = (
    PROMETHEUS / "claimscrub.test.yaml",
    PROMETHEUS / "claimscrub.history.test.yaml",
    PROMETHEUS / "claimscrub.long.test.yaml",
)


def needs(command: str, package: str) -> pytest.MarkDecorator:
    """Skip tests where a command is not installed; with REQUIRE_DEPLOY_TOOLS=1, as in CI, they fail instead."""
    is_absent = shutil.which(command) is None and os.environ.get("REQUIRE_DEPLOY_TOOLS") != "1"
    return pytest.mark.skipif(is_absent, reason=f"needs `{command}` (Debian package {package})")


def promtool(*arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run promtool and return what it said."""
    return subprocess.run(
        ["promtool", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=800
    )
