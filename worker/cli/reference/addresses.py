"""Where the publishers list their files, as `config/publishers.toml` has it."""

import tomllib
from pathlib import Path

from worker.bootstrap import shipped_config_directory
from worker.configuration.documents import as_model
from worker.errors import ConfigurationError
from worker.reference.fetching.publications import PublisherTable


def shipped_addresses() -> Path:
    """The file that is shipped."""
    return shipped_config_directory() / "publishers.toml"


def read_addresses(file: Path) -> PublisherTable:
    """The publishers' pages of a file. Raises `ConfigurationError` when it cannot be read, `OSError` when not there."""
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file}: not TOML: {error}") from None
    return as_model(file, document, PublisherTable)
