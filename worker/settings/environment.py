"""Reads the settings from an environment, and writes the example of one."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from worker.errors import ConfigurationError
from worker.settings.fields import ENV_PREFIX, SettingsFields

AnyFields = TypeVar("AnyFields", bound=SettingsFields)


class SettingsError(ConfigurationError):
    """The settings are wrong; `problems` holds one sentence for each, without any value."""


def read_environment(model: type[AnyFields], environ: Mapping[str, str]) -> AnyFields:
    """Return the settings in an environment; empty variables count as not set.

    Raises:
        SettingsError: With every problem at once, and never with a value: it may be a secret.
    """
    given = {
        name.removeprefix(ENV_PREFIX): value for name, value in environ.items() if name.startswith(ENV_PREFIX) and value
    }
    known = {name.upper(): name for name in model.model_fields}
    problems = [f"{ENV_PREFIX}{name}: no such setting" for name in sorted(given.keys() - known.keys())]
    values = {known[name]: value for name, value in given.items() if name in known}
    try:
        settings = model.model_validate(values)
    except ValidationError as error:
        problems.extend(_problems(error))
    if problems:
        raise SettingsError(*problems) from None
    return settings


def _problems(error: ValidationError) -> list[str]:
    problems: list[str] = []
    for detail in error.errors(include_input=False, include_url=False, include_context=False):
        message = detail["msg"].removeprefix("Value error, ")
        if not detail["loc"]:
            problems.extend(message.splitlines())
            continue
        problems.append(f"{ENV_PREFIX}{str(detail['loc'][0]).upper()}: {message}")
    return problems


def environment_example() -> str:
    """Return the text of `config/worker.env.example`: every setting, its meaning and its default."""
    lines = ["# Settings of the claimscrub worker. Every variable is optional; empty means the default.", ""]
    for name, field in SettingsFields.model_fields.items():
        default = "" if field.default is None else str(field.default)
        if isinstance(field.default, bool):
            default = default.lower()
        lines += [f"# {field.description}", f"# {ENV_PREFIX}{name.upper()}={default}", ""]
    return "\n".join(lines)
