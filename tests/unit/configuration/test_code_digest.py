"""The digest of code changes with what the code does, and with nothing else."""

import pytest

from worker.configuration.code_digest import code_digest

LIMIT = '''"""Limits."""

MOST = 3
"""As the manual has it."""


def most(code: str) -> int:
    """Return the most units of a code."""
    return MOST if code.startswith("J") else 1  # one of all others
'''
RULE = '''"""A rule."""

from decimal import Decimal

from worker.limits import most


class Rule:
    """One rule."""

    name = f"rule {1!r:>3}"

    def broken(self, code: str, units: Decimal) -> bool:
        """Whether there are too many."""
        return units > most(code)
'''
SOURCES = {"worker.limits": LIMIT, "worker.rule": RULE}


def digest(sources: dict[str, str], *roots: str) -> str:
    """The digest of the rule and of what it imports."""
    return code_digest({name: text.encode() for name, text in sources.items()}, roots or ("worker.rule",))


ALIKE = {
    "docstrings": SOURCES | {"worker.rule": RULE.replace("One rule", "A rule of its own")},
    "a module's docstring": SOURCES | {"worker.limits": LIMIT.replace("Limits", "The limits")},
    "an attribute's docstring": SOURCES | {"worker.limits": LIMIT.replace("As the manual has it", "See there")},
    "comments": SOURCES | {"worker.limits": LIMIT.replace("  # one of all others", "")},
    "layout": SOURCES | {"worker.rule": RULE.replace("units > most(code)", "(\n            units > most(code))")},
    "a module that nobody imports": SOURCES | {"worker.other": "MOST = 4\n"},
    "a module that moved": {
        "worker.edits.limits": LIMIT,
        "worker.rule": RULE.replace("worker.limits", "worker.edits.limits"),
    },
}
OTHER = {
    "a constant": SOURCES | {"worker.limits": LIMIT.replace("MOST = 3", "MOST = 4")},
    "an operator": SOURCES | {"worker.rule": RULE.replace("units >", "units >=")},
    "a text": SOURCES | {"worker.rule": RULE.replace("rule {1", "Rule {1")},
    "a format": SOURCES | {"worker.rule": RULE.replace(":>3", ":>4")},
    "a default": SOURCES | {"worker.rule": RULE.replace("units: Decimal", "units: Decimal = Decimal(1)")},
    "a name from elsewhere": SOURCES | {"worker.rule": RULE.replace("from decimal", "from fractions")},
    "another module's function": SOURCES
    | {
        "worker.loose": LIMIT.replace("MOST = 3", "MOST = 9"),
        "worker.rule": RULE.replace("worker.limits", "worker.loose"),
    },
    "another function": SOURCES | {"worker.rule": RULE.replace("import most", "import MOST as most")},
}


@pytest.mark.parametrize("sources", ALIKE.values(), ids=ALIKE)
def test_what_decides_nothing_changes_nothing(sources: dict[str, str]) -> None:
    """A move, a comment, a docstring: outcome ids stay."""
    assert digest(sources) == digest(SOURCES)


@pytest.mark.parametrize("sources", OTHER.values(), ids=OTHER)
def test_what_can_decide_changes_the_digest(sources: dict[str, str]) -> None:
    """Also where the module that changed is only imported."""
    assert digest(sources) != digest(SOURCES)


def test_every_python_writes_the_same() -> None:
    """Workers of one group may run on different versions of Python, and outcome ids must agree."""
    assert digest(SOURCES) == "bc853c43e80036878ba79ea290e7aacb376ca8dcccc4d9e35ce66ed29ab0eab8"


def test_roots_may_come_in_any_order() -> None:
    """The order of files on a disk decides nothing."""
    assert digest(SOURCES, "worker.rule", "worker.limits") == digest(SOURCES, "worker.limits", "worker.rule")
