"""Reads the profiles of a folder, with what they inherit, and reports everything that is wrong with them at once."""

from collections.abc import Iterable
from pathlib import Path

from worker.configuration.documents import as_model, parse_document, read_document
from worker.configuration.option_files import with_lists_read
from worker.edits.edit import AnyEdit
from worker.errors import ConfigurationError
from worker.payers.inheritance import Document, inheritance_problems, inherited
from worker.payers.profile import Profile, ProfileError, Profiles
from worker.pipeline.rules.rulebook import rulebook_problems

_TAKEN_FROM_A_PARENT = {"medicare": False}
"""Stands for what a profile that extends another one need not say, while its own words are looked at."""


def read_profiles(directory: Path, edits: Iterable[AnyEdit]) -> Profiles:
    """The profiles of a folder. Raises `ProfileError` with one sentence a problem, whatever kind it is of."""
    return _read([(file, None) for file in sorted(directory.glob("*.yaml"))], edits)[1]


def read_profiles_with(directory: Path, edits: Iterable[AnyEdit], text: str) -> tuple[str, Profiles]:
    """The profiles of a folder with one that is not in it yet, or in the place of the file of its name; and its name.

    Lists in CSV files are read from the folder. Raises what `read_profiles` raises.
    """
    tried = directory / "the profile"
    try:
        return _read_with(directory, edits, tried, text)
    except ConfigurationError as error:
        # It is nowhere, so that its place would say nothing.
        raise ProfileError(*(each.replace(str(tried), tried.name) for each in error.problems)) from None


def _read_with(directory: Path, edits: Iterable[AnyEdit], tried: Path, text: str) -> tuple[str, Profiles]:
    document = parse_document(tried, text)
    name = document.get("name") if isinstance(document, dict) else None
    files: list[tuple[Path, str | None]] = [
        (file, None) for file in sorted(directory.glob("*.yaml")) if _name_in(file) != name
    ]
    return str(name), _read([*files, (tried, text)], edits)[1]


def _name_in(file: Path) -> object:
    try:
        document = read_document(file)
    except ConfigurationError:
        return None
    return document.get("name") if isinstance(document, dict) else None


def _read(sources: list[tuple[Path, str | None]], edits: Iterable[AnyEdit]) -> tuple[tuple[str, ...], Profiles]:
    """Read files, or texts in their place; return the names with the profiles."""
    problems: list[str] = []
    files: dict[str, Path] = {}
    documents: dict[str, Document] = {}
    own: list[Profile] = []
    catalogue = tuple(edits)
    for file, text in sources:
        try:
            document = read_document(file) if text is None else parse_document(file, text)
            if isinstance(document, dict):
                document = with_lists_read(file, document, catalogue)
            profile = as_model(file, _as_if_whole(document), Profile)
        except ConfigurationError as error:
            problems += error.problems
            continue
        if profile.name in documents:
            problems.append(f"name {profile.name!r} is claimed by both {files[profile.name].name} and {file.name}")
        files[profile.name], documents[profile.name] = file, document
        own.append(profile)
    for profile in own:
        problems += (f"{files[profile.name]}: {each}" for each in rulebook_problems(profile, catalogue))
    broken = inheritance_problems(documents)
    # A file that cannot be read may be the parent that is missing: its own problem explains more.
    if problems and len(own) < len(sources):
        broken = tuple(problem for problem in broken if "does not exist" not in problem)
        raise ProfileError(*problems, *broken)
    if problems or broken:
        raise ProfileError(*problems, *broken)
    made = Profiles(as_model(files[name], inherited(documents, name), Profile) for name in documents)
    return tuple(documents), made


def _as_if_whole(document: object) -> object:
    if isinstance(document, dict) and document.get("extends"):
        return _TAKEN_FROM_A_PARENT | document
    return document
