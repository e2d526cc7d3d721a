"""Builds and runs containers with podman or docker, on a base image of Debian's own Python if no other is named."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
BASE: Final = "localhost/claimscrub-base:bookworm"
IMAGE: Final = "localhost/claimscrub:under-test"

_DEBIAN: Final = "bookworm"
_PACKAGES: Final = "python3,python3-venv,python-is-python3,ca-certificates"
_MINUTES_10: Final = 600
# What this machine needs to reach its package index; none of it stays in the image.
_OF_THE_INDEX: Final = (Path("/etc/pip.conf"), Path("/etc/ssl/certs"))


class EngineMissingError(RuntimeError):
    """No container can be run here; the text says in one sentence why."""


@dataclass(frozen=True)
class Engine:
    """The command of an engine that runs."""

    command: str

    def run(self, *arguments: str | Path, limit_s: float = 60) -> subprocess.CompletedProcess[str]:
        """Run a command of the engine and return what it said."""
        return subprocess.run(
            [self.command, *map(str, arguments)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=limit_s,
        )

    def do(self, *arguments: str | Path, limit_s: float = 60) -> str:
        """Run a command of the engine that must succeed, and return its stdout. Raises `AssertionError`."""
        done = self.run(*arguments, limit_s=limit_s)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    def has(self, image: str) -> bool:
        """Return whether an image is there."""
        return self.run("image", "inspect", image).returncode == 0

    def build(self, base: str) -> None:
        """Build the image of `deploy/Dockerfile` on a base image."""
        index = [word for path in _OF_THE_INDEX if path.exists() for word in ("--volume", f"{path}:{path}:ro")]
        self.do(
            *("build", "--network", "host", *(index if self.command == "podman" else ())),
            *("-f", "deploy/Dockerfile", "-t", IMAGE, "--build-arg", f"PYTHON_IMAGE={base}"),
            *("--build-arg", "REVISION=under-test", "."),
            limit_s=_MINUTES_10,
        )

    @contextmanager
    def worker(self, settings: Mapping[str, str], options: Sequence[str]) -> Iterator[str]:
        """Run the image's own command with these settings; yield the container's id, and remove it at the end."""
        given = [word for name, value in settings.items() for word in ("--env", f"{name}={value}")]
        made = self.do("run", "--detach", "--network", "host", *options, *given, IMAGE).strip()
        try:
            yield made
        finally:
            self.run("rm", "--force", made)

    def log_lines(self, container: str) -> list[dict[str, Any]]:
        """Return the worker's log so far; every line must be JSON."""
        return [json.loads(line) for line in self.do("logs", container).splitlines()]


def engine() -> Engine:
    """Return the engine of this machine. Raises `EngineMissingError`."""
    for command in ("podman", "docker"):
        if shutil.which(command) is not None and Engine(command).run("info").returncode == 0:
            return Engine(command)
    raise EngineMissingError("needs podman, or docker with its daemon running")


def base_image(on: Engine) -> str:
    """Return the base image: PYTHON_IMAGE if set, else one made of Debian packages, once. Raises as `engine` does."""
    if named := os.environ.get("PYTHON_IMAGE"):
        return named
    if not on.has(BASE):
        if os.geteuid() or shutil.which("debootstrap") is None:
            raise EngineMissingError("needs PYTHON_IMAGE, or root and Debian's package debootstrap to make one")
        with tempfile.TemporaryDirectory() as folder:
            root, archive = Path(folder) / "root", Path(folder) / "root.tar"
            _say("debootstrap", "--variant=minbase", f"--include={_PACKAGES}", _DEBIAN, root)
            _say("tar", "-C", root, "-cf", archive, ".")
            on.do("import", archive, BASE, limit_s=_MINUTES_10)
    tried = on.run("run", "--rm", "--network", "host", BASE, "python", "--version")
    if tried.returncode:
        raise EngineMissingError(f"{on.command} is there and runs no container: {tried.stderr.strip()[-300:]}")
    return BASE


def _say(*command: str | Path) -> None:
    subprocess.run(list(map(str, command)), check=True, capture_output=True, timeout=_MINUTES_10)
