"""The gates over what is deployed: each passes as it stands, and each notices a fault that is planted."""

import os
import shutil
from pathlib import Path

import pytest

from deploy.gates import DEPLOY, GATES

ARE_INSTALLED = (DEPLOY.parent / ".venv-deploy").exists() and (DEPLOY / "node_modules").exists()

pytestmark = pytest.mark.skipif(
    not ARE_INSTALLED and os.environ.get("REQUIRE_DEPLOY_TOOLS") != "1", reason="needs the tools of `make check-deploy`"
)

FAULTS = [
    (
        "YAML style",
        "compose.yaml",
        "    mem_limit: 1g\n",
        "    mem_limit: 1g\n    mem_limit: 2g\n",
        "duplication",
    ),
    ("image policies", "Dockerfile", "USER 10001:10001\n", "", "CKV_DOCKER"),
    ("Dockerfile", "Dockerfile", "COPY worker worker\n", "ADD worker worker\n", "DL3020"),
    ("compose.yaml", "compose.yaml", "mem_limit: 1g", "mem_limitt: 1g", "must NOT have additional"),
    (
        "Kubernetes schemas",
        "kubernetes/base/stateful-set.yaml",
        "terminationGracePeriodSeconds",
        "terminationGracePeriodSecond",
        "terminationGracePeriodSecond",
    ),
    (
        "Kubernetes schemas",
        "kubernetes/base/kustomization.yaml",
        "stateful-set.yaml",
        "statefulset.yaml",
        "statefulset.yaml",
    ),
    (
        "custom resources",
        "kubernetes/components/autoscaling/scaled-object.yaml",
        'lagThreshold: "2000"',
        "lagThreshold: 2000",
        "lagThreshold",
    ),
    (
        "custom resources",
        "kubernetes/components/monitoring/pod-monitor.yaml",
        "interval: 15s",
        "interval: 15",
        "interval",
    ),
    (
        "Kubernetes policies",
        "kubernetes/base/stateful-set.yaml",
        "            readOnlyRootFilesystem: true\n",
        "",
        "CKV_K8S_22",
    ),
    ("Alertmanager", "prometheus/alertmanager.yaml", "  - name: page\n", "  - name: pager\n", "undefined receiver"),
    (
        "Alertmanager",
        "prometheus/alertmanager.yaml",
        'severity="page"]\n      r',
        'severity="paeg"]\n      r',
        "did not match",
    ),
    ("Prometheus", "prometheus/claimscrub.rules.yaml", "sum by (job) (rate(", "sum by (job) rate(", "parse"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the folder, to be spoiled."""
    copy = tmp_path / "deploy"
    shutil.copytree(DEPLOY, copy, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    return copy


@pytest.mark.parametrize("name", GATES)
def test_a_gate_passes_as_it_stands(name: str) -> None:
    """What is in the repository can be deployed."""
    said = GATES[name](DEPLOY)

    assert said.is_good, said.text


@pytest.mark.parametrize("fault", [pytest.param(each, id=f"{each[0]}-{each[4]}") for each in FAULTS])
def test_a_gate_notices_a_fault(folder: Path, fault: tuple[str, str, str, str, str]) -> None:
    """The fault is refused, and the answer names it."""
    name, file, sound, faulty, told = fault
    text = (folder / file).read_text("utf-8")
    assert sound in text
    (folder / file).write_text(text.replace(sound, faulty, 1), "utf-8")

    said = GATES[name](folder)

    assert not said.is_good
    assert told in said.text


def test_every_gate_has_a_planted_fault() -> None:
    """A gate that cannot fail is none."""
    assert {each[0] for each in FAULTS} == set(GATES)
