"""The table of topics in the README."""

import re
from typing import Final

from schemas.topics import TOPICS

_HEAD: Final = "| topic | content |\n|---|---|\n"
_TABLE: Final = re.compile(re.escape(_HEAD) + r"(\|.*\n)*")


def with_topics(readme: str) -> str:
    """Return a README with its table of topics as they are declared.

    Raises:
        ValueError: When there is not one such table.
    """
    rows = "".join(f"| `{topic.name}` | {topic.meaning} |\n" for topic in TOPICS)
    text, count = _TABLE.subn(lambda _: _HEAD + rows, readme)
    if count != 1:
        raise ValueError(f"README: one table of topics is expected, found {count}")
    return text
