"""The one command for every generated file: `make generate`, or `python -m deploy.generate`.

With `--check` it writes nothing, names the files that differ, and exits with 1 if there are any.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TextIO

import yaml
from pydantic import BaseModel

import schemas
from deploy.generate.architecture import architecture
from deploy.generate.asyncapi import asyncapi
from deploy.generate.contract_examples import contract_examples
from deploy.generate.edits_readme import edits_readme
from deploy.generate.metrics_readme import metrics_readme
from deploy.generate.reference_readme import with_measures
from deploy.generate.topics_readme import with_topics
from deploy.generate.versions import FILES, project_version, with_version
from deploy.grafana.write import dashboards
from deploy.kubernetes.write import prometheus_rule
from schemas.claim import Claim
from schemas.contract import CONTRACT_VERSION, schema_id
from schemas.decision import ClaimDecision
from schemas.late_documentation import LateDocumentation
from schemas.outcome import Outcome
from schemas.reference_update import ReferenceNotice
from schemas.shadow import ShadowDifference
from schemas.topics import TOPICS, Topic
from worker.edits.catalogue import load_edits
from worker.settings import environment_example

DIRECTORY: Final = Path(schemas.__file__).parent
ROOT: Final = DIRECTORY.parent
_WHOLLY_GENERATED: Final = (
    "schemas/json/*.json",
    "schemas/json/*.yaml",
    "schemas/examples/*.json",
    "deploy/grafana/dashboards/*.json",
)
"""Anything else that matches these is left over from a file that is no longer generated."""

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

MODELS: Final[Mapping[str, tuple[type[BaseModel], str]]] = MappingProxyType(
    {
        "claim": (Claim, "validation"),
        "outcome": (Outcome, "serialization"),
        "decision": (ClaimDecision, "validation"),
        "late-documentation": (LateDocumentation, "validation"),
        "shadow-difference": (ShadowDifference, "serialization"),
        "reference-update": (ReferenceNotice, "validation"),
    }
)
"""The model behind each kind of message with a JSON Schema, and whether it is read or written."""

Document = dict[str, Any]
"""Any JSON object."""


def generated() -> dict[str, str]:
    """Return the text of every generated file by its path below the root of the repository."""
    files = {
        "README.md": with_topics((ROOT / "README.md").read_text("utf-8")),
        "schemas/json/asyncapi.yaml": _yaml(asyncapi()),
        "worker/ARCHITECTURE.md": architecture(),
        "worker/edits/README.md": edits_readme(load_edits()),
        "worker/observe/README.md": metrics_readme(),
        "config/reference/README.md": with_measures((ROOT / "config/reference/README.md").read_text("utf-8")),
        "config/worker.env.example": environment_example(),
        "deploy/kubernetes/components/monitoring/prometheus-rule.yaml": prometheus_rule(),
    }
    version = project_version((ROOT / "pyproject.toml").read_text("utf-8"))
    files |= {name: with_version((ROOT / name).read_text("utf-8"), version) for name in FILES}
    files |= message_schemas()
    files |= {f"deploy/grafana/dashboards/{name}": text for name, text in dashboards().items()}
    examples = {f"schemas/examples/{name}.json": _json(document) for name, document in contract_examples().items()}
    return files | examples


def message_schemas(topics: Sequence[Topic] = TOPICS) -> dict[str, str]:
    """Return the JSON Schema of each kind of message, by its path. Raises `ValueError` for a kind without a model."""
    kinds = {topic.message.name for topic in topics if topic.message.form == "json"}
    if lacking := kinds - MODELS.keys():
        raise ValueError(
            f"schemas/topics.py: messages of kind {', '.join(sorted(lacking))} are JSON with a schema; "
            "add their model to MODELS in deploy/generate/__main__.py"
        )
    return {f"schemas/json/{name}.schema.json": _json(_schema(name, *each)) for name, each in MODELS.items()}


def _schema(name: str, model: type[BaseModel], mode: Any) -> Document:  # pydantic does not export its modes' type
    head = {"$schema": DIALECT, "$id": schema_id(name), "$comment": f"claimscrub contract {CONTRACT_VERSION}"}
    return head | model.model_json_schema(by_alias=True, mode=mode)


def _json(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's; Any: likewise
        """Repeat what occurs twice: not every AsyncAPI tool reads anchors."""
        return True


def _yaml(document: Document) -> str:
    written: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return "# Generated by `python -m deploy.generate`; do not edit.\n" + written


def differing(root: Path = ROOT) -> list[str]:
    """Return the generated files that are missing, stale or left over on disk."""
    wanted = generated()
    left_over = {file.relative_to(root).as_posix() for pattern in _WHOLLY_GENERATED for file in root.glob(pattern)}
    return sorted(name for name in wanted.keys() | left_over if wanted.get(name) != _text(root / name))


def _text(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


def write(root: Path = ROOT) -> list[str]:
    """Bring the files on disk up to date and return which ones changed."""
    wanted = generated()
    changed = differing(root)
    for name in changed:
        path = root / name
        if name not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[name], "utf-8")
    return changed


def main(arguments: Sequence[str], output: TextIO) -> int:
    """Write the files, or with `--check` compare them; return the exit code."""
    if list(arguments) not in ([], ["--check"]):
        output.write("usage: python -m deploy.generate [--check]\n")
        return 2
    is_check = bool(arguments)
    names = differing() if is_check else write()
    output.writelines(f"{'differs' if is_check else 'written'}: {name}\n" for name in names)
    if is_check and names:
        output.write("`make generate` writes them.\n")
    return 1 if is_check and names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout))
