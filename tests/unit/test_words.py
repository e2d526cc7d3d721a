"""The prose of the repository keeps to the word list of CONTRIBUTING.md."""

import io
import re
import tokenize
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
FOLDERS: Final = ("worker", "schemas", "deploy", "config", "tests")
SUFFIXES: Final = {".py", ".md", ".yaml", ".toml"}

_BETWEEN: Final = r"""(?:\s|#:?|["']|\bf(?=["']))+"""
"""Between two words, also across the lines of a comment or of a string."""

FINE: Final = (
    (r"there (?:is|are) no", "the ordinary way to say that something is missing"),
    (r"(?:is|are) no (?:longer|more|less|fewer|later|earlier|larger|older|worse|better)", "a comparison"),
    (r"(?:is|are) no one", "a pronoun"),
    (r"stands? for", "what an abbreviation or a placeholder means"),
    (r"stands? in for", "a fake instead of the real thing"),
    (r"stands? (?:out|still|alone)", "a verb with its adverb"),
    (r"as (?:it|they) stands?", "unchanged"),
)
"""Idioms that hold a phrase of the list, each with the reason why it is good English."""


_PROSE: Final = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
_LAYOUT: Final = {
    tokenize.NEWLINE,
    tokenize.NL,
    tokenize.INDENT,
    tokenize.DEDENT,
    getattr(tokenize, "FSTRING_START", tokenize.NL),
    getattr(tokenize, "FSTRING_END", tokenize.NL),
}


def phrases(contributing: str) -> list[str]:
    """The phrases in backticks in the first column of the word list."""
    table = contributing.partition("| instead of | write |")[2]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    return [phrase for cell in rows for phrase in re.findall(r"`([^`]+)`", cell)]


def _pattern(phrase: str) -> str:
    return _BETWEEN.join(re.escape(word) for word in phrase.split())


def habits(text: str, listed: list[str]) -> list[str]:
    """Each listed phrase in the text, with its line and some words around it."""
    fine = "|".join(idiom.replace(" ", _BETWEEN) for idiom, _ in FINE)
    bad = "|".join(_pattern(phrase) for phrase in listed)
    found = []
    for match in re.finditer(rf"\b(?:{fine}|(?P<bad>{bad}))\b", text, re.IGNORECASE):
        if match["bad"]:
            around = " ".join(text[max(0, match.start() - 40) : match.end() + 30].split())
            found.append(f"{text.count(chr(10), 0, match.start()) + 1}: {around}")
    return found


def _prose() -> list[Path]:
    below = (file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.suffix in SUFFIXES)
    return sorted(file for file in [*ROOT.glob("*.md"), *below] if file != Path(__file__))


def python_prose(code: str) -> str:
    """The comments and strings of Python code on their lines; other code is a bar, so that it separates strings."""
    parts, row = [], 1
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type in _LAYOUT:
            continue
        parts.append("\n" * (token.start[0] - row))
        parts.append(f" {token.string}" if token.type in _PROSE else "|")
        row = token.end[0]
    return "".join(parts)


def _text(file: Path) -> str:
    """The prose of a file; of CONTRIBUTING.md without the rows of the word list."""
    text = file.read_text("utf-8")
    if file.suffix == ".py":
        return python_prose(text)
    if file.name == "CONTRIBUTING.md":
        return "\n".join("" if line.startswith("| ") else line for line in text.splitlines())
    return text


def test_the_prose_keeps_to_the_word_list() -> None:
    """No file holds a phrase that the list replaces."""
    listed = phrases((ROOT / "CONTRIBUTING.md").read_text("utf-8"))

    found = [f"{file.relative_to(ROOT)}:{habit}" for file in _prose() for habit in habits(_text(file), listed)]

    assert listed
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "code",
    [
        '"""A dot is told by FMT-03."""',
        "x = 1  # where the number Stands",
        "# bytes that\n# are no JSON",
        'x = (\n    f"{y} is "\n    f"no claim"\n)',
        'x = "None if absent"',
    ],
)
def test_a_listed_phrase_is_found(code: str) -> None:
    """In any case of letters, and across the lines of a comment or a string."""
    assert len(habits(python_prose(code), ["told by", "stands", "are no", "is no", "none if"])) == 1


@pytest.mark.parametrize(
    "code",
    [
        "# There is no NDC.",
        "# it is no longer sold",
        "# are not",
        "# JW stands for",
        "# understands",
        "x = None if y else 1",
        'x = ("is", "no")',
    ],
)
def test_good_english_is_not_found(code: str) -> None:
    """Idioms, words that only begin or end like a listed one, and code."""
    assert not habits(python_prose(code), ["stands", "are no", "is no", "none if"])
