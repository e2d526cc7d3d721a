"""The version of the contract with senders and readers, and the name of each of its schemas; README.md has the rule."""

from typing import Final

CONTRACT_VERSION: Final = "1.0.0"
"""Major, minor and patch: what a reader could not read grows the first, what is added the second."""


def schema_id(name: str) -> str:
    """Return the `$id` of a schema, such as `outcome`; it changes with the major version only."""
    return f"urn:claimscrub:schema:{name}:v{CONTRACT_VERSION.partition('.')[0]}"
