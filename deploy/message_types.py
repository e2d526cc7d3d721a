"""Makes types for Java and TypeScript from the published schemas, and tries them: `python -m deploy.message_types`.

The generators know less of JSON Schema than the schemas use, and take a title for the name of a type: they are given
schemas without titles of members and without defaults, so that what is absent stays absent. What they make is compiled,
and the examples are read with it. It needs npm, Java 17 (javac) and Maven, and fetches the generators the first time.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click

from worker.bootstrap import version

ROOT: Final = Path(__file__).parents[1]
SCHEMAS: Final = ROOT / "schemas"
MADE: Final = ROOT / "build" / "types"

_TOOLS: Final = {"npm": "Node.js 20 or later", "mvn": "Maven", "javac": "a JDK, 17 or later"}
_LIMIT_S: Final = 600
_NULL: Final = {"type": "null"}

Schema = dict[str, Any]
"""A JSON Schema."""


def messages() -> Iterator[tuple[str, Schema]]:
    """Yield each message's name (`late-documentation`) and its published schema."""
    for file in sorted((SCHEMAS / "json").glob("*.schema.json")):
        yield file.name.removesuffix(".schema.json"), json.loads(file.read_text("utf-8"))


def for_typescript(schema: Schema) -> Schema:
    """Return it without what a generator would make a type or a value of: titles of members, and defaults."""
    prepared: Schema = _plain(schema, is_named=True)
    return prepared


def for_java(schema: Schema) -> Schema:
    """Return it, in addition, without null beside another type, since any object of Java may be null."""
    prepared: Schema = _nullable(for_typescript(schema))
    return prepared


def examples() -> Iterator[tuple[str, str, Any]]:
    """Yield the file of each example, the name of its message and what it says."""
    names = [name for name, _ in messages()]
    for file in sorted((SCHEMAS / "examples").glob("*.json")):
        for name in names:
            if file.stem == name or file.stem.startswith(f"{name}-"):
                yield file.name, name, json.loads(file.read_text("utf-8"))


def use_in_typescript() -> str:
    """Return a program that gives each example to its type, with a member of a later release where those may come."""
    schemas = dict(messages())
    lines = [f'import type {{ {schema["title"]} }} from "./{name}.js";' for name, schema in schemas.items()]
    for file, name, said in examples():
        is_open = schemas[name].get("additionalProperties") is not False
        given = {**said, "addedLater": {"deep": True}} if is_open else said
        lines += [f"// {file}", f"({json.dumps(given, indent=2)}) satisfies {schemas[name]['title']};"]
    # The members are those of the schema, and not any.
    lines += [
        "declare const outcome: Outcome;",
        'export const found: ("reject" | "pend" | "warn")[] = outcome.findings.map((each) => each.severity);',
        "// @ts-expect-error An edit is a text.",
        "export const numbers: number[] = outcome.findings.map((each) => each.edit);",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Make, compile and try the types of both languages below `build/types`; return 1 where that fails."""
    if missing := [f"{tool} ({what})" for tool, what in _TOOLS.items() if shutil.which(tool) is None]:
        click.echo(f"Types are made with {', '.join(missing)}, which this machine lacks.", err=True)
        return 1
    shutil.rmtree(MADE, ignore_errors=True)
    for name, schema in messages():
        _write(MADE / "typescript" / "schemas" / f"{name}.json", for_typescript(schema))
        # The folder becomes the package, the file the class.
        _write(MADE / "java" / name.replace("-", "") / f"{schema['title']}.json", for_java(schema))
    return int(not (_make_typescript(MADE / "typescript") and _make_java(MADE / "java")))


def _make_typescript(folder: Path) -> bool:
    tools, schemas = SCHEMAS / "typescript", folder / "schemas"
    banner = f"// Made from a schema of claimscrub {version()}."
    generate: list[str | Path] = [tools / "node_modules" / ".bin" / "json2ts", "--input", schemas, "--output", folder]
    if not (
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], tools)
        and _run([*generate, "--bannerComment", banner], folder)
    ):
        return False
    shutil.rmtree(schemas)
    package = {"name": "claimscrub-messages", "version": version(), "license": "Apache-2.0", "type": "module"}
    _write(folder / "package.json", package | {"exports": {"./*": {"types": "./*.d.ts"}}})
    (folder / "examples.ts").write_text(use_in_typescript(), "utf-8")
    project = _write(folder / "tsconfig.json", {"extends": str(tools / "tsconfig.json"), "include": ["*.ts"]})
    if not _run([tools / "node_modules" / ".bin" / "tsc", "--project", project], folder):
        return False
    for tried in (folder / "examples.ts", project):
        tried.unlink()
    click.echo(f"TypeScript: {folder}, a package of {len(list(folder.glob('*.d.ts')))} declarations")
    return True


def _make_java(folder: Path) -> bool:
    made = folder.parent / "maven"
    command = ["mvn", "--quiet", "--batch-mode", f"-Drevision={version()}", f"-Dmessages={folder}", f"-Dmade={made}"]
    if not _run([*command, "package"], SCHEMAS / "java"):
        return False
    jar = made / f"claimscrub-messages-{version()}.jar"
    click.echo(f"Java: {shutil.copy(jar, folder.parent)}")
    return True


def _run(command: Sequence[str | Path], folder: Path) -> bool:
    said = subprocess.run(  # noqa: S603 - our own commands
        [str(each) for each in command], cwd=folder, check=False, timeout=_LIMIT_S, capture_output=True, text=True
    )
    if said.returncode:
        click.echo(
            f"{Path(command[0]).name} in {folder} ended with {said.returncode}:\n{said.stdout}{said.stderr}", err=True
        )
    return said.returncode == 0


def _plain(schema: Any, *, is_named: bool = False) -> Any:
    """Drop defaults, and titles but those of the message and its definitions; members keep their names."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for word, said in schema.items():
        if word == "default" or (word == "title" and not is_named):
            continue
        if word in ("properties", "$defs"):
            kept[word] = {name: _plain(each, is_named=word == "$defs") for name, each in said.items()}
        else:
            kept[word] = _plain(said)
    return kept


def _nullable(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_nullable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {word: _nullable(said) for word, said in schema.items()}
    if "anyOf" in plain:
        others = [each for each in plain["anyOf"] if each != _NULL]
        if len(others) == 1:
            del plain["anyOf"]
            return others[0] | plain
    return plain


def _write(file: Path, said: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(said, indent=2), "utf-8")
    return file


if __name__ == "__main__":
    sys.exit(main())
