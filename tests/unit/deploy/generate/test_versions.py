"""The version is written once, in pyproject.toml, and the image has it everywhere."""

import pytest

from deploy.generate.__main__ import ROOT
from deploy.generate.versions import FILES, project_version, with_version
from worker.bootstrap import version


def test_the_installed_version_is_that_of_the_project() -> None:
    """Of a tree that was installed since its version changed."""
    assert project_version((ROOT / "pyproject.toml").read_text("utf-8")) == version()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("  image: claimscrub:0.1.0\n  build:", "  image: claimscrub:7.8.9\n  build:"),
        ('LABEL org.opencontainers.image.version="0.1.0" \\', 'LABEL org.opencontainers.image.version="7.8.9" \\'),
    ],
)
def test_a_place_gets_the_version(text: str, meant: str) -> None:
    """And nothing beside it changes."""
    assert with_version(text, "7.8.9") == meant


def test_a_file_that_names_no_image_is_refused() -> None:
    """A place that was renamed would else stay behind in silence."""
    with pytest.raises(ValueError, match="no place names the image"):
        with_version("image: other:0.1.0", "7.8.9")


def test_every_file_that_names_the_image_is_written() -> None:
    """There is no other below deploy."""
    named = [
        file.relative_to(ROOT).as_posix()
        for pattern in ("*.yaml", "Dockerfile")
        for file in (ROOT / "deploy").rglob(pattern)
        if "node_modules" not in file.parts and "image: claimscrub:" in file.read_text("utf-8")
    ]

    assert set(named) <= set(FILES)
