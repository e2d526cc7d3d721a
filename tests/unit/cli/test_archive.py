"""`claimscrub archive` before Spark is started; `tests/spark` runs it."""

import importlib.util

import pytest
from click.testing import CliRunner

from worker.cli.commands import claimscrub


def test_without_the_extra_it_says_what_to_install() -> None:
    """Spark is large, so that nobody has it by chance."""
    if importlib.util.find_spec("pyspark"):
        pytest.skip("Spark is installed")

    result = CliRunner().invoke(claimscrub, ["archive", "claims", "outcomes"])

    assert (result.exit_code, "pip install 'claimscrub[spark]'" in result.stderr) == (2, True)


@pytest.mark.parametrize("given", ["spark.ui.enabled", "ui=true", ""])
def test_a_property_of_spark_has_its_name_and_a_value(given: str) -> None:
    """Spark itself would pass over another one."""
    result = CliRunner().invoke(claimscrub, ["archive", "claims", "outcomes", "--spark-conf", given])

    assert (result.exit_code, "expected spark.NAME=VALUE" in result.stderr) == (2, True)
