"""The digest of all that decides besides the tables: code, profiles, guides and edits of a user."""

import json
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from worker.configuration.cache import keep, read_kept
from worker.configuration.code_digest import ModuleSources, code_digest, read_sources

_ROOTS: Final = (
    "worker.pipeline.scrub",
    "worker.pipeline.forms",
    "worker.pipeline.remembering",
    "worker.reference.build.loading",
    "worker.reference.compiled",
    "worker.configuration.profile_files",
    "worker.configuration.user_edits",
)
"""The modules through which a message becomes an outcome. What they import counts without being named here."""

_EDIT_DEPTH: Final = 3
_SUFFIX: Final = ".ruleset"


def ruleset_digest(code: str, documents: Iterable[BaseModel], user_edits: Path | None) -> str:
    """A digest of what can change a verdict, whatever the file names and comments: 16 hexadecimal digits.

    Args:
        code: The digest of our own code, from `own_code_digest`.
        documents: The profiles, with what they inherit, and the guides.
        user_edits: The folder of a user's own edits, if there is one.
    """
    parts = [code]
    parts += sorted(sha256(json.dumps(_stable(each.model_dump())).encode()).hexdigest() for each in documents)
    if user_edits is not None:
        parts.append(_user_code(read_sources(user_edits)))
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def own_code_digest(packages: Iterable[Path], cache: Path | None) -> str:
    """A digest of our own code that can change a verdict.

    Parsing all modules takes half a second, so the result is kept for the next start, under a digest of their bytes.

    Args:
        packages: The folders of `worker` and `schemas`.
        cache: Where it is kept, if it may be.
    """
    sources = read_sources(*packages)
    kept = cache / f"{_bytes_digest(sources)}{_SUFFIX}" if cache else None
    if kept and (known := read_kept(kept)):
        return known.decode()
    edits = [name for name in sources if name.startswith("worker.edits.") and name.count(".") == _EDIT_DEPTH]
    made = code_digest(sources, [*_ROOTS, *edits])
    if kept:
        keep(kept, made.encode())
    return made


def _user_code(sources: ModuleSources) -> str:
    try:
        return code_digest(sources, sources)
    except SyntaxError:  # a file that begins with an underscore is not loaded, and need not be Python
        return _bytes_digest(sources)


def _stable(value: Any) -> Any:  # whatever a profile or a guide holds, as JSON
    """The same for equal values in every process: sets have an order of their own in each."""
    if isinstance(value, Mapping):
        return sorted([str(key), _stable(each)] for key, each in value.items())
    if isinstance(value, AbstractSet):
        return sorted(json.dumps(_stable(each)) for each in value)
    if isinstance(value, list | tuple):
        return [_stable(each) for each in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _bytes_digest(sources: ModuleSources) -> str:
    told = sha256()
    for name, source in sorted(sources.items()):
        told.update(f"{name} {len(source)}\n".encode())
        told.update(source)
    return told.hexdigest()
