"""The very rules of deploy/prometheus with their time running faster, so that a drill does not take hours.

Ranges and waits shrink; thresholds stay what they are.
"""

import re
from pathlib import Path
from typing import Final

import yaml

SPEED: Final = 5

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_RANGE: Final = re.compile(r"(?<=\[)(\d+)([smhd])(?=\])|(?<=offset )(\d+)([smhd])")


def _faster(amount: str, unit: str) -> str:
    return f"{int(amount) * _SECONDS[unit] // SPEED}s"


def write_faster(rules: Path, to: Path) -> Path:
    """Write the rules with each range, offset and wait divided by `SPEED`."""
    document = yaml.safe_load(rules.read_text("utf-8"))
    for group in document["groups"]:
        for rule in group["rules"]:
            rule["expr"] = _RANGE.sub(lambda found: _faster(*[each for each in found.groups() if each]), rule["expr"])
            if "for" in rule:
                rule["for"] = _faster(rule["for"][:-1], rule["for"][-1])
    to.write_text(yaml.safe_dump(document), "utf-8")
    return to
