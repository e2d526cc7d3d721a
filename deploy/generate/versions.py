"""The version of pyproject.toml, in every file that names the image by it."""

import re
import tomllib
from typing import Final

FILES: Final = (
    "deploy/Dockerfile",
    "deploy/compose.yaml",
    "deploy/kubernetes/base/stateful-set.yaml",
    "deploy/kubernetes/components/learner/stateful-set.yaml",
    "deploy/kubernetes/components/topics/job.yaml",
)
"""Paths below the root of the repository."""

_NAMED: Final = re.compile(r'(image: claimscrub:|org\.opencontainers\.image\.version=")[^\s"]+')


def project_version(pyproject: str) -> str:
    """Return the version that the text of pyproject.toml declares."""
    version: str = tomllib.loads(pyproject)["project"]["version"]
    return version


def with_version(text: str, version: str) -> str:
    """Return a text with the version at each place that names the image. Raises `ValueError` without one."""
    written, places = _NAMED.subn(lambda found: found[1] + version, text)
    if not places:
        raise ValueError("no place names the image with its version")
    return written
