"""The bill of materials: the lock's components, each with the licence that it declares."""

import io
import json
import re
from pathlib import Path

import pytest

from deploy.sbom import LOCK, NOT_FOR_LINUX, ROOT, licensed, main

MIT = [{"license": {"id": "MIT"}}]


def bill(*components: dict[str, object]) -> dict[str, object]:
    """A bill of some components."""
    return {"bomFormat": "CycloneDX", "components": list(components)}


@pytest.mark.whole
def test_the_bill_is_the_lock_with_a_licence_for_each_component(tmp_path: Path) -> None:
    """Every pinned distribution with its hashes, and nothing else."""
    file = tmp_path / "build" / "sbom.json"

    assert main([str(file)], io.StringIO()) == 0

    components = {each["name"].lower(): each for each in json.loads(file.read_text("utf-8"))["components"]}
    pinned = re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==", (ROOT / LOCK).read_text("utf-8").lower(), re.MULTILINE)
    assert set(components) == set(pinned)
    assert all(each["externalReferences"] for each in components.values())
    assert {name for name, each in components.items() if "licenses" not in each} == NOT_FOR_LINUX


def test_a_component_gets_the_licence_of_its_own_version() -> None:
    """Names are compared as the index does; what else is installed is not part of the worker."""
    pinned = bill({"name": "Some_Thing", "version": "1.0"})
    installed = bill({"name": "some-thing", "version": "1.0", "licenses": MIT}, {"name": "pytest", "version": "9"})

    assert licensed(pinned, installed)["components"] == [{"name": "Some_Thing", "version": "1.0", "licenses": MIT}]


@pytest.mark.parametrize(
    "installed",
    [
        bill(),
        bill({"name": "thing", "version": "1.0"}),
        bill({"name": "thing", "version": "2.0", "licenses": MIT}),
    ],
    ids=["absent", "silent", "other version"],
)
def test_a_component_without_a_known_licence_is_refused(installed: dict[str, object]) -> None:
    """Nobody ships what may not be shipped."""
    with pytest.raises(ValueError, match="no licence is known of thing"):
        licensed(bill({"name": "thing", "version": "1.0"}), installed)
