"""Shows text without the characters that a terminal obeys, or that turn round what a reader sees."""


def printable(text: str) -> str:
    r"""Return text in which what is not to be seen, or would move what is, shows as `\\x1b`, `\\u202e`, `\\n`."""
    return text if text.isprintable() else "".join(map(_shown, text))


def printable_lines(text: str) -> str:
    """Return the same, with its line breaks."""
    return "\n".join(map(printable, text.split("\n")))


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
