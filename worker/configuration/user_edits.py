"""Loads the edits of a user from a folder of Python files: one file, one edit, an id of the reserved range."""

import importlib
import importlib.util
import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Final

from worker.edits.edit import AnyEdit, Edit
from worker.errors import ConfigurationError

RESERVED: Final = re.compile(r"USR-\d{2,3}")
"""The ids that no built-in edit will ever have."""

_PACKAGE: Final = "claimscrub"
_FAMILY: Final = "user"
_OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_RUN: Final = (".py", ".pyc")


def edit_files(directory: Path) -> list[Path]:
    """The files of a folder that each declare an edit; names that begin with an underscore are left to their author."""
    return [file for file in sorted(directory.glob("*.py")) if not file.name.startswith("_")]


def load_user_edits(directory: Path, *, allow_writable: bool = False) -> tuple[AnyEdit, ...]:
    """The edits of a folder, in the order of their ids.

    Args:
        directory: The folder.
        allow_writable: Whether group and others may have the right to write there; what they write runs as this user.

    Raises:
        ConfigurationError: With every file that is broken, or that others may write; none is run in that case.
    """
    if not directory.is_dir():
        raise ConfigurationError(f"{directory}: no such folder of edits")
    if not allow_writable and (open_to_others := tuple(_open_to_others(directory))):
        raise ConfigurationError(*open_to_others)
    edits: dict[str, AnyEdit] = {}
    problems: list[str] = []
    with _apart(directory):
        for file in edit_files(directory):
            try:
                edit = _edit_of(file)
            except ConfigurationError as error:
                problems += error.problems
                continue
            if edit.id in edits:
                problems.append(f"{file}: {edit.id} is declared by another file of this folder already")
            edits[edit.id] = edit
    if problems:
        raise ConfigurationError(*problems)
    return tuple(edits[edit_id] for edit_id in sorted(edits))


@contextmanager
def _apart(directory: Path) -> Iterator[None]:
    """Forget what the files of a folder import from it, and where they look for it, once they are loaded.

    Another folder may be loaded beside it, with helpers of the same names: it is to find its own.
    """
    looked, known, home = list(sys.path), set(sys.modules), directory.resolve()
    try:
        yield
    finally:
        sys.path[:] = looked
        for name in [each for each in sys.modules if each not in known and not each.startswith(f"{_PACKAGE}.")]:
            file = getattr(sys.modules[name], "__file__", None)
            if file and home in Path(file).resolve().parents:
                del sys.modules[name]
        importlib.invalidate_caches()


def _open_to_others(directory: Path) -> Iterator[str]:
    """Yield a sentence for the folder and for all below it that is run, where group or others may write it.

    Where a file system is mounted read-only, as a ConfigMap is, nobody can, whatever the modes say.
    """
    for path in (directory, *sorted(directory.rglob("*"))):
        if not path.exists() or not (path.suffix in _RUN or path.is_dir()):
            continue
        mode = stat.filemode(path.stat().st_mode)
        if path.stat().st_mode & _OTHERS_MAY_WRITE and not os.statvfs(path).f_flag & os.ST_RDONLY:
            yield (
                f"{path}: group or others may write it ({mode}), and it runs with all that claimscrub may do; "
                "take the right from them (chmod go-w), or set CLAIMSCRUB_ALLOW_WRITABLE_EDITS=true"
            )


def _edit_of(file: Path) -> AnyEdit:
    declared = [value for value in vars(_module(file)).values() if isinstance(value, Edit)]
    if len(declared) != 1:
        raise ConfigurationError(f"{file}: declares {len(declared)} edits; a file of edits declares exactly one")
    edit: AnyEdit = declared[0]
    if not RESERVED.fullmatch(edit.id):
        raise ConfigurationError(f"{file}: {edit.id} is not an id for your own edit; those are USR-01 to USR-999")
    if not edit.explanation.strip():
        raise ConfigurationError(f"{file}: {edit.id} has no docstring; its first sentence states the flaw")
    return edit


def _module(file: Path) -> ModuleType:
    # Files of the same name in two folders are two modules.
    folder = sha256(str(file.parent.resolve()).encode()).hexdigest()[:12]
    name = f"{_PACKAGE}.{folder}.{_FAMILY}.{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"{file}: is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pydantic look a class's module up there
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        sys.modules.pop(name, None)
        raise ConfigurationError(f"{file}: line {error.lineno} is not Python: {error.msg}") from None
    except Exception as error:  # noqa: BLE001 - whatever a user's file does, the start ends with a message
        sys.modules.pop(name, None)
        where = f"line {line}: " if (line := _line_of(error, file)) else ""
        hint = "; import what an edit needs from worker.api" if isinstance(error, ImportError) else ""
        raise ConfigurationError(f"{file}: {where}{type(error).__name__}: {error}{hint}") from None
    return module


def _line_of(error: Exception, file: Path) -> int | None:
    trace, line = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
