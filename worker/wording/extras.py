"""How to install an extra that something needs."""


def installing(extra: str) -> str:
    """Return how to install an extra, as half a sentence: of a package, and in a checkout of the repository."""
    return f"pip install 'claimscrub[{extra}]' installs it; in a checkout, `make install` installs every extra"
