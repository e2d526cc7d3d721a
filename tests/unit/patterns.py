"""Every regular expression of the tree, how it is used, and texts that make a careless one look at itself again."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]  # what re itself parses with
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

from tests.syntax import syntax_of

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ("worker", "schemas")
METHODS: Final = frozenset({"match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split"})
_GIVEN: Final = {
    "worker/configuration/severity_text.py": {"edit": "WST-01", "indent": "  "},
    "worker/observe/status_page.py": {"tag": "script"},
    "worker/reference/fetching/publications.py": {"text": r"mue-20\d\d-q[1-4]\.zip"},
    "worker/reference/importing/sheet.py": {"form": r"\d{5}-\d{4}-\d{2}"},
    "worker/x12/read/segments.py": {"delimiters": "*:^~", "controls": "\a\b"},
}
"""What the functions that make a pattern are given, by module."""

_MOST_LETTERS: Final = 9
_PROBES: Final = '\n\0 \\"-_.,/aA0z9é'


@dataclass(frozen=True, slots=True)
class Use:
    """One pattern of the source: its place, and the methods that are called on it."""

    place: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]

    def __str__(self) -> str:
        return self.place


def all_uses() -> Iterator[Use]:
    """Yield every call of `re` in the source.

    Raises `NameError` where a pattern is made of what a function is given, and `_GIVEN` does not say what that is.
    """
    trees = {file: syntax_of(file) for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))}
    called: dict[str, set[str]] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in METHODS and (name := _last_name(node.value)):
                called.setdefault(name, set()).add(node.attr)
    for file, tree in trees.items():
        names = _names_of_calls(tree)
        for node in ast.walk(tree):
            if _is_re(node):
                yield _use(file, node, called.get(names.get(node, ""), set()))


def _is_re(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in METHODS | {"compile"}
    )


def _last_name(node: ast.expr) -> str | None:
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def _names_of_calls(tree: ast.Module) -> dict[ast.AST, str]:
    """The name of the module to which a pattern, or the table that holds it, is bound."""
    names: dict[ast.AST, str] = {}
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        for target in targets:
            if isinstance(target, ast.Name):
                names |= dict.fromkeys(ast.walk(statement), target.id)
    return names


def _use(file: Path, node: Any, called: set[str]) -> Use:  # a call of re
    module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    flags = [keyword.value for keyword in node.keywords if keyword.arg == "flags"]
    parts = [node.args[0], *flags, *(node.args[1:2] if node.func.attr == "compile" else [])]
    name = file.relative_to(ROOT).as_posix()
    place, known = f"{name}:{node.lineno}", vars(module) | _GIVEN.get(name, {})
    values = [eval(compile(ast.Expression(each), place, "eval"), known) for each in parts]  # noqa: S307
    methods = called if node.func.attr == "compile" else {node.func.attr}
    # Where it goes by a name that is seen nowhere, it may be used in any way.
    return Use(place, re.compile(*values), frozenset(methods or {"fullmatch", "search"}))


@cache
def attacks(pattern: re.Pattern[Any]) -> tuple[tuple[str, str, str], ...]:
    """Return beginnings, pieces to repeat and ends that are like what a pattern looks for, and nearly match it."""
    text = pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern
    parsed = parser.parse(text, pattern.flags & ~re.DEBUG)
    letters = _letters(parsed)[:_MOST_LETTERS]
    beginnings = sorted({_sample(list(parsed)[:length], letters) for length in range(len(parsed) + 1)})
    inner = {_sample(each, letters) for each in _branches(parsed)}
    short = {"".join(each) for length in (1, 2) for each in product(letters, repeat=length)}
    pieces = sorted((short | inner | set(beginnings)) - {""})
    return tuple((start, piece, end) for piece in pieces for start in {"", *beginnings[-2:]} for end in ("", "\n\0"))


def _walk(parsed: Any) -> Iterator[tuple[Any, Any]]:
    for op, given in parsed:
        yield op, given
        for inner in _inner(op, given):
            yield from _walk(inner)


def _inner(op: Any, given: Any) -> list[Any]:
    if op in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        return [given[2]]
    if op is codes.SUBPATTERN:
        return [given[3]]
    if op is codes.BRANCH:
        return list(given[1])
    if op is codes.ATOMIC_GROUP:
        return [given]
    return [given[1]] if op in (codes.ASSERT, codes.ASSERT_NOT) else []


def _branches(parsed: Any) -> Iterator[Any]:
    for op, given in _walk(parsed):
        yield from _inner(op, given)


def _letters(parsed: Any) -> list[str]:
    """The letters that a pattern names, one of each range and class, and one that is in none."""
    found: list[str] = []
    for op, given in _walk(parsed):
        if op in (codes.LITERAL, codes.NOT_LITERAL):
            found.append(chr(given))
        elif op is codes.IN:
            found += _of_set(given)
        elif op is codes.ANY:
            found += ["a"]
    return list(dict.fromkeys([*found, "\0"]))


def _of_set(members: Any) -> Iterator[str]:
    for op, given in members:
        if op is codes.LITERAL:
            yield chr(given)
        elif op is codes.RANGE:
            yield chr(given[0])
        elif op is codes.CATEGORY:
            yield {codes.CATEGORY_DIGIT: "0", codes.CATEGORY_SPACE: " "}.get(given, "a")


def _sample(parsed: Any, letters: list[str]) -> str:
    """Return a text that a part of a pattern matches, as short as it may be, but with something in each repetition."""
    made = ""
    for op, given in parsed:
        if op is codes.LITERAL:
            made += chr(given)
        elif op is codes.IN:
            made += _member(given, letters)
        elif op in (codes.ANY, codes.NOT_LITERAL):
            made += next((each for each in letters if op is codes.ANY or ord(each) != given), "a")
        elif op in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            made += _sample(given[2], letters) * max(1, given[0])
        elif inner := [] if op in (codes.ASSERT, codes.ASSERT_NOT) else _inner(op, given):
            made += _sample(inner[0], letters)
    return made


def _member(members: Any, letters: list[str]) -> str:
    if members[0][0] is not codes.NEGATE:
        return next(_of_set(members), "a")
    taken = set(_of_set(members))
    return next((each for each in (*letters, *_PROBES) if each not in taken), "~")
