"""How to install an extra that something needs."""

from typing import Final

APART: Final = "spark"
"""An extra of 900 MB, which `make install` leaves out and `make test-spark` installs apart."""


def installing(extra: str) -> str:
    """Return how to install an extra, as half a sentence: of a package, and in a checkout of the repository."""
    in_checkout = (
        f"`.venv/bin/python -m pip install -r requirements-{extra}.lock` does"
        if extra == APART
        else "`make install` installs every extra but Spark"
    )
    return f"pip install 'claimscrub[{extra}]' installs it; in a checkout, {in_checkout}"
