"""Says which extra a command needs before it imports what is in there."""

from importlib.util import find_spec

import click

from worker.wording.extras import installing


def require_extra(extra: str, *modules: str) -> None:
    """Return if what an extra installs is there. Raises `click.UsageError`, which names the extra."""
    if any(find_spec(module) is None for module in modules):
        raise click.UsageError(f"the extra `{extra}` is not installed; {installing(extra)}")


def require_report() -> None:
    """Return if DuckDB, the templates and the charts are there. Raises `click.UsageError`."""
    require_extra("report", "duckdb", "jinja2", "vl_convert")
