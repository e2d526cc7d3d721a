"""Which command renews tables that have ended, in words."""

from collections.abc import Collection

from worker.reference.importing.kinds import KINDS


def fetching(table: str) -> str | None:
    """The command that fetches the newer editions of a table; None when no file of its publisher can be imported."""
    kinds = [name for name, kind in KINDS.items() if table in kind.tables]
    return f"claimscrub reference fetch {' '.join(kinds)}" if kinds else None


def renewed(tables: Collection[str]) -> str:
    """What renews tables, in a sentence."""
    kinds = [name for name, kind in KINDS.items() if set(kind.tables) & set(tables)]
    others = [table for table in tables if fetching(table) is None]
    them = "it" if len(tables) == 1 else "them"
    status = "`claimscrub reference status` says what replaces"
    if not kinds:
        return f"{status} {them}."
    fetch = f"`claimscrub reference fetch {' '.join(kinds)}` renews"
    if not others:
        return f"{fetch} {them}."
    return f"{fetch} all but {', '.join(others)}; {status} {'it' if len(others) == 1 else 'those'}."
