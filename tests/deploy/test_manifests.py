"""The manifests, against what the worker itself says."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.gates import DEPLOY, OVERLAYS
from schemas.topics import TopicNames
from tests.deploy.promtool import needs
from tests.deploy.test_runbooks import PAGES, _lines
from worker.settings import Settings
from worker.stream.exit_codes import ExitCode

pytestmark = needs("kubectl", "kubernetes-client, 1.27 or later")

Document = dict[str, Any]
"""Any Kubernetes object."""


@pytest.fixture(scope="module", params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    """The name of an overlay."""
    return str(request.param)


def rendered(overlay: str | Path) -> dict[str, Document]:
    """The objects of an overlay by kind and name; the digest behind a ConfigMap's name is cut off."""
    said = subprocess.run(
        ["kubectl", "kustomize", DEPLOY / "kubernetes/overlays" / overlay], capture_output=True, check=True
    )
    documents = list(yaml.safe_load_all(said.stdout))
    return {f"{each['kind']}/{re.sub(r'-[a-z0-9]{10}$', '', each['metadata']['name'])}": each for each in documents}


def container(document: Document) -> Document:
    """The one container of an object's pods."""
    (only,) = document["spec"]["template"]["spec"]["containers"]
    return dict(only)


@pytest.fixture(params=[("history", "learner"), ("learner", "history")], ids=" before ".join)
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Document]:
    """The objects of a copy of the overlay for production with every component, as deploy/README.md has one made."""
    overlays = tmp_path / "kubernetes/overlays"
    shutil.copytree(DEPLOY / "kubernetes", overlays.parent)
    file = overlays / "production/kustomization.yaml"
    added = "".join(f"  - ../../components/{name}\n" for name in request.param)
    last = "  - ../../components/autoscaling\n"
    file.write_text(file.read_text("utf-8").replace(last, last + added, 1), "utf-8")
    return rendered(overlays / "production")


def mounts(document: Document) -> set[str]:
    """What is mounted in the pods of an object; each mount has its volume."""
    spec = document["spec"]
    volumes = {each["name"] for each in spec["template"]["spec"]["volumes"]}
    volumes |= {each["metadata"]["name"] for each in spec.get("volumeClaimTemplates", ())}
    mounted = {each["name"] for each in container(document)["volumeMounts"]}
    assert mounted == volumes
    return mounted


def test_components_go_together_with_production(whole: dict[str, Document]) -> None:
    """After the others, in any order; each pod has its own volume, and the key of a memory is where a memory is."""
    assert mounts(whole["StatefulSet/claimscrub"]) == {"tmp", "kafka", "history", "history-key"}
    assert mounts(whole["Job/claimscrub-topics"]) == {"tmp", "kafka", "history-key"}
    assert mounts(whole["StatefulSet/claimscrub-learner"]) == {"tmp", "kafka", "learner"}


def test_the_learner_is_given_settings_that_it_takes(whole: dict[str, Document], tmp_path: Path) -> None:
    """On the volume of its own, without a memory, and one of its kind."""
    learner = whole["StatefulSet/claimscrub-learner"]
    only = container(learner)
    given = whole["ConfigMap/claimscrub-settings"]["data"] | {
        each["name"]: each["value"] for each in only["env"] if "value" in each
    }
    files = {name: tmp_path / Path(value).name for name, value in given.items() if value.startswith("/run/secrets/")}
    for file in files.values():
        file.write_text("x")

    settings = Settings.from_environment(given | {name: str(file) for name, file in files.items()})

    assert settings.learn
    assert settings.learn_dir is not None
    assert str(settings.learn_dir).startswith(only["volumeMounts"][1]["mountPath"])
    assert settings.history_key_file is None
    assert (only["args"], learner["spec"]["replicas"]) == (["learner"], 1)
    assert only["ports"] == [{"containerPort": settings.http_port, "name": "http"}]


def test_the_learner_is_watched_and_reached_as_the_workers_are(whole: dict[str, Document]) -> None:
    """By the monitor and the network's policy; no budget and no autoscaler is about it."""
    labels = whole["StatefulSet/claimscrub-learner"]["spec"]["template"]["metadata"]["labels"]

    assert selects(whole["PodMonitor/claimscrub"]["spec"]["selector"], labels)
    assert selects(whole["NetworkPolicy/claimscrub"]["spec"]["podSelector"], labels)
    assert not selects(whole["PodDisruptionBudget/claimscrub"]["spec"]["selector"], labels)
    assert whole["ScaledObject/claimscrub"]["spec"]["scaleTargetRef"]["name"] == "claimscrub"


def selects(selector: Document, labels: dict[str, str]) -> bool:
    """Whether a selector selects pods with these labels."""
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        each["operator"] == "In" and labels.get(each["key"]) in each["values"]
        for each in selector.get("matchExpressions", ())
    )


def test_the_settings_are_settings(overlay: str, tmp_path: Path) -> None:
    """The worker takes every variable that an overlay sets; the secret's files stand in for themselves."""
    given: dict[str, str] = rendered(overlay)["ConfigMap/claimscrub-settings"]["data"]
    files = {name: tmp_path / Path(value).name for name, value in given.items() if value.startswith("/run/secrets/")}
    for file in files.values():
        file.write_text("x")

    settings = Settings.from_environment(given | {name: str(file) for name, file in files.items()})

    assert settings.http_host == "0.0.0.0"  # noqa: S104 - the pod's own address
    assert settings.uses_tls == (overlay == "production")


def test_production_crosses_no_network_in_the_clear() -> None:
    """TLS and SASL, with the password in a file that only the worker's group reads."""
    objects = rendered("production")
    given = objects["ConfigMap/claimscrub-settings"]["data"]
    volumes = {each["name"]: each for each in objects["StatefulSet/claimscrub"]["spec"]["template"]["spec"]["volumes"]}

    assert given["CLAIMSCRUB_SECURITY"] == "sasl-tls"
    assert "CLAIMSCRUB_ALLOW_INSECURE" not in given
    assert volumes["kafka"]["secret"]["defaultMode"] == 0o440
    assert not any("secretKeyRef" in str(each.get("env")) for each in (container(objects["StatefulSet/claimscrub"]),))


def test_a_pod_is_given_the_time_that_the_worker_takes(overlay: str) -> None:
    """Kubernetes kills after the worker has left by itself."""
    objects = rendered(overlay)
    grace = int(objects["ConfigMap/claimscrub-settings"]["data"]["CLAIMSCRUB_STOP_GRACE_S"])

    assert objects["StatefulSet/claimscrub"]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] >= grace + 5


def test_an_edit_that_eats_memory_fails_before_the_kernel_ends_the_worker(overlay: str) -> None:
    """The worker's own bound lies below the container's, here and in compose.yaml."""
    objects = rendered(overlay)
    bound = int(objects["ConfigMap/claimscrub-settings"]["data"]["CLAIMSCRUB_MEMORY_LIMIT_MIB"])
    limit = container(objects["StatefulSet/claimscrub"])["resources"]["limits"]["memory"]
    composed = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]["worker"]

    assert bound < int(limit.removesuffix("Mi"))
    assert int(composed["environment"]["CLAIMSCRUB_MEMORY_LIMIT_MIB"]) < int(composed["mem_limit"].removesuffix("m"))


def test_no_variable_of_a_service_reaches_the_worker(overlay: str) -> None:
    """A Service named claimscrub would set CLAIMSCRUB_PORT and more, and the worker refuses what it does not know."""
    objects = rendered(overlay)

    for name in ("StatefulSet/claimscrub", "Job/claimscrub-topics"):
        assert objects[name]["spec"]["template"]["spec"]["enableServiceLinks"] is False


def test_the_probes_ask_what_the_worker_serves(overlay: str) -> None:
    """Readiness by /readyz, life by /livez, on the port that is set."""
    objects = rendered(overlay)
    worker = container(objects["StatefulSet/claimscrub"])
    port = objects["ConfigMap/claimscrub-settings"]["data"]["CLAIMSCRUB_HTTP_PORT"]

    assert [worker[probe]["httpGet"]["path"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")] == [
        "/readyz",
        "/readyz",
        "/livez",
    ]
    assert worker["ports"] == [{"containerPort": int(port), "name": "http"}]


def test_the_autoscaler_watches_the_inbound_topic_and_stops_at_its_partitions() -> None:
    """One worker more would own nothing."""
    spec = rendered("production")["ScaledObject/claimscrub"]["spec"]
    trigger = spec["triggers"][0]["metadata"]

    assert spec["maxReplicaCount"] == TopicNames.inbound.partitions
    assert trigger["topic"] == TopicNames.inbound.name
    assert trigger["consumerGroup"] == Settings.model_fields["group_id"].default
    assert trigger["allowIdleConsumers"] == "false"
    assert "replicas" not in rendered("production")["StatefulSet/claimscrub"]["spec"]


def test_the_network_is_closed_but_for_what_is_named(overlay: str) -> None:
    """Everything is denied to every pod, then the worker's few ways are opened."""
    objects = rendered(overlay)
    denied = objects["NetworkPolicy/claimscrub-deny"]["spec"]
    allowed = objects["NetworkPolicy/claimscrub"]["spec"]

    assert denied == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert [port["port"] for rule in allowed["ingress"] for port in rule["ports"]] == [9464]
    assert {port["port"] for rule in allowed["egress"] for port in rule["ports"]} == {53, 9092, 9093, 9094}


def test_the_budget_and_the_monitor_select_workers_only(overlay: str) -> None:
    """A disruption budget over the pods of a Job would not work at all."""
    objects = rendered(overlay)
    labels = objects["StatefulSet/claimscrub"]["spec"]["template"]["metadata"]["labels"]
    of_job = objects["Job/claimscrub-topics"]["spec"]["template"]["metadata"]["labels"]
    selectors = [
        objects["PodDisruptionBudget/claimscrub"],
        *(objects[n] for n in objects if n.startswith("PodMonitor")),
    ]

    for each in selectors:
        assert selects(each["spec"]["selector"], labels)
        assert not selects(each["spec"]["selector"], of_job)
    assert objects["NetworkPolicy/claimscrub"]["spec"]["podSelector"]["matchLabels"].items() <= of_job.items()


def test_a_runbook_names_objects_that_there_are(whole: dict[str, Document]) -> None:
    """Every kubectl command is about this namespace and an object of the manifests."""
    objects = whole
    names = {name.lower() for name in objects} | {"pod/claimscrub-0"}
    commands = [line for page in PAGES for line in _lines(page, "sh") if line.startswith("kubectl ")]

    assert commands
    for command in commands:
        words = shlex.split(command)
        assert words[1:3] == ["-n", objects["Namespace/claimscrub"]["metadata"]["name"]]
        assert {word for word in words if re.fullmatch(r"[a-z]+/[a-z0-9-]+", word)} <= names
        assert {f"pod/{word}" for word in words if re.fullmatch(r"claimscrub-\d", word)} <= names


def test_a_runbook_explains_exit_codes_that_there_are() -> None:
    """The table of exit codes is the worker's own."""
    page = (DEPLOY / "runbooks" / "ClaimScrubberNoTelemetry.md").read_text("utf-8")

    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} <= set(ExitCode)


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    """Each source of a COPY exists, and .dockerignore lets it in."""
    root = DEPLOY.parent
    allowed = {line[1:] for line in (root / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = {
        word
        for line in (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }

    assert copied == allowed
    assert all((root / name).exists() for name in copied)


def test_compose_gives_worker_and_learner_settings_that_they_take() -> None:
    """The variables of compose.yaml are their own."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]

    worker, learner = (Settings.from_environment(services[name]["environment"]) for name in ("worker", "learner"))

    assert worker.allow_insecure
    assert learner.learn
    assert f"learner:{learner.learn_dir}" in services["learner"]["volumes"]
    assert services["learner"]["profiles"] == ["learner"]
    assert not any(
        not port.startswith("127.0.0.1:") for service in services.values() for port in service.get("ports", ())
    )
