"""An installed copy of a tree of claimscrub: its wheel in a virtual environment of its own, outside any checkout.

The libraries are those of this environment: whoever installs from a lock file has the same, as `.ci/run` shows.
"""

import subprocess
import sys
import sysconfig
from pathlib import Path


def install(tree: Path, home: Path) -> Path:
    """Build the wheel of a tree, install it into a new environment at `home`, and return its folder of programs."""
    wheels = home.with_name(f"{home.name}-wheel")
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    _run(*pip, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(tree))
    _run(sys.executable, "-m", "venv", "--without-pip", str(home))
    # Its modules come after those of the wheel, and no .pth file of that folder is read: the checkout is not found.
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (wheel,) = wheels.glob("claimscrub-*.whl")
    _run(*pip, "--python", str(home), "install", "--no-index", "--no-deps", "--force-reinstall", str(wheel))
    return home / "bin"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
