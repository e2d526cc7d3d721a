"""Writes what the worker is made of, as CycloneDX: `python -m deploy.sbom build/sbom.json`.

Names, versions, hashes and addresses are those of the lock; the licences are what the installed distributions declare,
as a lock holds none.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = "requirements.lock"
NOT_FOR_LINUX: Final = frozenset({"colorama"})
"""Pinned for other systems, so that nothing here can say under which licence it is."""

_FORM: Final = ("--mc-type", "application", "--output-reproducible", "--of", "JSON")

Bill = dict[str, Any]  # Any: a JSON document


def licensed(pinned: Bill, installed: Bill) -> Bill:
    """Return the bill of a lock with the licences of an environment.

    Raises:
        ValueError: With the components whose licence is not known, or that are installed in another version.
    """
    declared = {_identity(each): each.get("licenses") for each in installed["components"]}
    components = [each | {"licenses": declared.get(_identity(each))} for each in pinned["components"]]
    unknown = [each["name"] for each in components if not each["licenses"] and each["name"] not in NOT_FOR_LINUX]
    if unknown:
        raise ValueError("no licence is known of " + ", ".join(sorted(unknown)))
    return pinned | {
        "components": [{name: value for name, value in each.items() if value is not None} for each in components]
    }


def _identity(component: Mapping[str, str]) -> tuple[str, str]:
    return component["name"].lower().replace("_", "-"), component["version"]


def _asked(*command: str) -> Bill:
    tool = Path(sys.executable).with_name("cyclonedx-py")
    done = subprocess.run([tool, *command, *_FORM], cwd=ROOT, capture_output=True, check=True)  # noqa: S603 - ours
    bill: Bill = json.loads(done.stdout)
    return bill


def main(arguments: Sequence[str], output: TextIO) -> int:
    """Write the bill to the file that is named, and return the exit code."""
    pinned = _asked("requirements", LOCK, "--pyproject", "pyproject.toml")
    installed = _asked("environment", "--pyproject", "pyproject.toml", sys.executable)
    try:
        bill = licensed(pinned, installed)
    except ValueError as error:
        output.write(f"{error}\n")
        return 1
    file = Path(arguments[0])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill, indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout))
