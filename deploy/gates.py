"""Checks what is deployed without deploying it: `python -m deploy.gates` runs every validator over this folder.

The validators are installed by `make check-deploy`: Python ones in `.venv-deploy`, Node ones in `deploy/node_modules`;
`promtool` and `amtool` come with Debian's packages prometheus and prometheus-alertmanager, and `kubectl` must be 1.27
or later. None asks the network.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TextIO

import yaml

DEPLOY: Final = Path(__file__).parent
OVERLAYS: Final = ("evaluation", "production")
KUBERNETES: Final = "1.31"

_TOOLS: Final = (DEPLOY.parent / ".venv-deploy" / "bin", DEPLOY / "node_modules" / ".bin")
_OWN_API_GROUPS: Final = ("keda.sh/", "monitoring.coreos.com/")
_CHECKOV: Final = ("checkov", "--skip-download", "--compact", "--quiet")
_LIMIT_S: Final = 120


@dataclass(frozen=True, slots=True)
class GateResult:
    """The report of a validator."""

    is_good: bool
    text: str


Gate = Callable[[Path], GateResult]
"""Judges a folder that is laid out as `deploy`."""


def _run(command: Sequence[str | Path], folder: Path, given: str | None = None) -> GateResult:
    search = os.pathsep.join([*map(str, _TOOLS), os.environ["PATH"]])
    done = subprocess.run(  # noqa: S603 - our own commands
        [str(each) for each in command],
        cwd=folder,
        env=os.environ | {"PATH": search},
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LIMIT_S,
    )
    return GateResult(done.returncode == 0, done.stdout + done.stderr)


def _all(answers: Iterator[GateResult]) -> GateResult:
    said = list(answers)
    return GateResult(all(each.is_good for each in said), "\n".join(each.text for each in said))


@contextmanager
def _rendered(folder: Path, overlay: str) -> Iterator[Path]:
    """Render an overlay into a file. Raises `RuntimeError` with kubectl's words."""
    said = _run(["kubectl", "kustomize", f"kubernetes/overlays/{overlay}"], folder)
    if not said.is_good:
        raise RuntimeError(said.text)
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / f"{overlay}.yaml"
        file.write_text(said.text, "utf-8")
        yield file


def _over_overlays(folder: Path, judge: Callable[[Path], GateResult]) -> GateResult:
    def answers() -> Iterator[GateResult]:
        for overlay in OVERLAYS:
            try:
                with _rendered(folder, overlay) as file:
                    yield judge(file)
            except RuntimeError as error:
                yield GateResult(is_good=False, text=str(error))

    return _all(answers())


def yaml_style(folder: Path) -> GateResult:
    """Every YAML file is well formed and written alike."""
    return _run(["yamllint", "--strict", "-c", folder / ".yamllint", "."], folder)


def dockerfile(folder: Path) -> GateResult:
    """The image is built by the book."""
    return _run(["hadolint", "Dockerfile"], folder)


def image_policies(folder: Path) -> GateResult:
    """The image runs as nobody in particular and can say whether it lives."""
    return _run([*_CHECKOV, "--framework", "dockerfile", "-f", "Dockerfile"], folder)


def compose(folder: Path) -> GateResult:
    """compose.yaml has no key that compose does not know."""
    return _run(["dclint", "--max-warnings", "0", "-c", folder / ".dclintrc.yaml", "compose.yaml"], folder)


def kubernetes_schemas(folder: Path) -> GateResult:
    """Kubernetes' own objects fit its schemas, without a field that it does not know."""
    return _over_overlays(
        folder, lambda file: _run(["kubernetes-validate", "--strict", "-k", KUBERNETES, file], folder)
    )


def custom_resources(folder: Path) -> GateResult:
    """The objects of KEDA and the Prometheus operator fit the schemas of these."""

    def judge(file: Path) -> GateResult:
        documents: list[Any] = list(yaml.safe_load_all(file.read_text("utf-8")))
        own = [each for each in documents if each["apiVersion"].startswith(_OWN_API_GROUPS)]
        script = DEPLOY / "kubernetes" / "custom-resources.mjs"
        return _run(["node", script], folder, json.dumps(own)) if own else GateResult(is_good=True, text="none")

    return _over_overlays(folder, judge)


def kubernetes_policies(folder: Path) -> GateResult:
    """No pod has more rights than it needs; the overlay for production has every object."""
    try:
        with _rendered(folder, "production") as file:
            return _run([*_CHECKOV, "--framework", "kubernetes", "-f", file], folder)
    except RuntimeError as error:
        return GateResult(is_good=False, text=str(error))


def prometheus(folder: Path) -> GateResult:
    """Prometheus takes its configuration and its rules."""
    commands = (
        ["promtool", "check", "config", "prometheus/prometheus.yaml"],
        ["promtool", "check", "rules", "--lint=all", "--lint-fatal", "prometheus/claimscrub.rules.yaml"],
    )
    return _all(_run(command, folder) for command in commands)


def alertmanager(folder: Path) -> GateResult:
    """Alertmanager takes its configuration, and each severity has its receiver."""
    file = "prometheus/alertmanager.yaml"
    routes = ("amtool", "config", "routes", "test", f"--config.file={file}")
    commands = (
        ("amtool", "check-config", file),
        *((*routes, f"--verify.receivers={each}", f"severity={each}") for each in ("page", "ticket")),
    )
    return _all(_run(command, folder) for command in commands)


GATES: Final[Mapping[str, Gate]] = MappingProxyType(
    {
        "YAML style": yaml_style,
        "Dockerfile": dockerfile,
        "image policies": image_policies,
        "compose.yaml": compose,
        "Kubernetes schemas": kubernetes_schemas,
        "custom resources": custom_resources,
        "Kubernetes policies": kubernetes_policies,
        "Prometheus": prometheus,
        "Alertmanager": alertmanager,
    }
)


def main(output: TextIO, folder: Path = DEPLOY) -> int:
    """Run every gate, say what is wrong, and return the exit code."""
    code = 0
    for name, gate in GATES.items():
        said = gate(folder)
        output.write(f"{name}: {'good' if said.is_good else 'WRONG'}\n")
        if not said.is_good:
            output.write(said.text + "\n")
            code = 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.stdout))
