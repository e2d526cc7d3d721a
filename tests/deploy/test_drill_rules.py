"""The drill's rules are the rules, faster."""

from pathlib import Path

import yaml

from tests.deploy.promtool import RULES, needs, promtool
from tests.drill.__main__ import Result
from tests.drill.drills import DRILLS
from tests.drill.rules import SPEED, write_faster


@needs("promtool", "prometheus")
def test_ranges_and_waits_shrink_and_thresholds_stay(tmp_path: Path) -> None:
    """Each rule is there, Prometheus takes it, and 5 minutes are one."""
    made = write_faster(RULES, tmp_path / "rules.yaml")
    rules = {
        rule.get("alert", rule.get("record")): rule
        for group in yaml.safe_load(made.read_text())["groups"]
        for rule in group["rules"]
    }

    assert promtool("check", "rules", made).returncode == 0
    assert SPEED == 5
    assert "[60s]" in rules["ClaimScrubberStalled"]["expr"]
    assert rules["ClaimScrubberStalled"]["for"] == "12s"
    assert "> 45" in rules["ClaimScrubberBrokerSilent"]["expr"]
    assert "offset 17280s" in rules["ClaimScrubberRejectionsShifted"]["expr"]


def test_a_drill_says_what_went_wrong() -> None:
    """Silence where an alert was meant, and a page beside it, are both wrong; a ticket beside it is not."""
    killed = next(drill for drill in DRILLS if "broker" in drill.name)
    assert killed.alert is not None

    assert Result(killed, 60.0, frozenset({killed.alert[0]})).problem is None
    assert "did not fire" in (Result(killed, None, frozenset()).problem or "")
    assert "ClaimScrubberStalled" in (
        Result(killed, 60.0, frozenset({killed.alert[0], "ClaimScrubberStalled"})).problem or ""
    )
    assert "ClaimScrubberStalled" in (Result(DRILLS[0], None, frozenset({"ClaimScrubberStalled"})).problem or "")
