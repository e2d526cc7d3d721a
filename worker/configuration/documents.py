"""Reads YAML files as their authors mean them, and says in one sentence what is wrong with one."""

import re
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

Model = TypeVar("Model", bound=BaseModel)


class _Yaml(SafeLoader):
    """YAML as its version 1.2 reads it: only true and false are yes and no, so that `off` stays a word."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name and the form are the base class's
        first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in SafeLoader.yaml_implicit_resolvers.items()
    }


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
    except yaml.YAMLError as error:
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
