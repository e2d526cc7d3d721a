"""What a command says when its extra is missing can be done, in a checkout and with an installed package."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from worker.cli.shared.extras import require_extra
from worker.wording.extras import APART

ROOT = Path(__file__).parents[4]


def test_a_missing_extra_is_named_with_both_ways_to_install_it() -> None:
    """And one that is there is not."""
    require_extra("serve", "json")
    with pytest.raises(click.UsageError) as refused:
        require_extra("serve", "json", "there_is_no_such_module")

    assert refused.value.message == (
        "the extra `serve` is not installed; pip install 'claimscrub[serve]' installs it; "
        "in a checkout, `make install` installs every extra but Spark"
    )


def test_spark_is_installed_by_its_own_lock() -> None:
    """It is large, and most who work in a checkout do without."""
    with pytest.raises(click.UsageError) as refused:
        require_extra("spark", "there_is_no_such_module")

    assert refused.value.message.endswith(
        "in a checkout, `.venv/bin/python -m pip install -r requirements-spark.lock` does"
    )
    assert (ROOT / "requirements-spark.lock").is_file()


def test_a_checkout_installs_every_extra_but_spark() -> None:
    """By the lock of `make install`, as the Makefile compiles it."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    (locked,) = re.findall(r"compile .*--group dev.*", (ROOT / "Makefile").read_text("utf-8"))

    assert {*re.findall(r"--extra (\w+)", locked), APART} == extras.keys()
    assert "-r requirements-dev.lock" in (ROOT / "Makefile").read_text("utf-8").partition("$(INSTALLED):")[2][:1200]
