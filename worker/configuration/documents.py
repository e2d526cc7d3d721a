"""Reads YAML files as their authors mean them, and says in one sentence what is wrong with one."""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from worker.configuration.model_flaws import model_flaws
from worker.errors import ConfigurationError

try:  # the loader in C is ten times as fast, and PyYAML can be built without it
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # it reads the same

_FROM_TEXT = ' in "<unicode string>"'
"""What the parser calls every text that it is given."""

_MERGED = "tag:yaml.org,2002:merge"

Model = TypeVar("Model", bound=BaseModel)


class _Yaml(SafeLoader):
    """YAML as its version 1.2 reads it: only true and false are yes and no, so that `off` stays a word."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and the form are the base class's
        first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - as the base class has it
        """Refuse a field that is there twice: the parser keeps the last, and drops the first without a word."""
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGED:
                continue
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"{key.value} is there twice, first in line {seen[key.value] + 1}; keep one",
                    problem_mark=key.start_mark,
                )
            seen[key.value] = key.start_mark.line
        return super().construct_mapping(node, deep)

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> Any:  # any: a day or a moment
        """Refuse a day that no calendar has."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            raise yaml.constructor.ConstructorError(
                problem=f"no calendar has {node.value}; write a day such as 2026-03-31", problem_mark=node.start_mark
            ) from None


_Yaml.add_constructor("tag:yaml.org,2002:timestamp", _Yaml.construct_yaml_timestamp)
_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


def read_document(file: Path) -> Any:  # any YAML: a model reads it afterwards
    """The content of a YAML file. Raises `ConfigurationError`."""
    try:
        return parse_document(file, file.read_text("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise _not_yaml(file, error) from None


def parse_document(file: Path, text: str) -> Any:  # any YAML: likewise
    """The content of a text in YAML; `file` is where it is, or would be. Raises `ConfigurationError`."""
    try:
        return yaml.load(text, _Yaml)  # noqa: S506 - a safe loader
    except yaml.constructor.ConstructorError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ConfigurationError(f"{file}: {line}{error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise _not_yaml(file, error) from None


def _not_yaml(file: Path, error: Exception) -> ConfigurationError:
    return ConfigurationError(f"{file}: not YAML: {' '.join(str(error).split()).replace(_FROM_TEXT, '')}")


def as_model(file: Path, document: object, model: type[Model]) -> Model:
    """The content of a file as a model. Raises `ConfigurationError` with every field that does not fit."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(*(f"{file}: {each}" for each in model_flaws(error, model))) from None


def read_all(directory: Path, model: type[Model]) -> list[Model]:
    """All YAML files of a folder as models. Raises `ConfigurationError` with every file that does not fit."""
    models: list[Model] = []
    problems: list[str] = []
    for file in sorted(directory.glob("*.yaml")):
        try:
            models.append(as_model(file, read_document(file), model))
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(*problems)
    return models
