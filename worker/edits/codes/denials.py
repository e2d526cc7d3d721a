"""Modifiers that say that a denial is expected, or asked for."""

from typing import Final

NOT_COVERED_BY_LAW: Final = "GY"
"""Such a line is billed to be denied, so that nothing on it is paid separately."""
BILLED_TO_BE_DENIED: Final = frozenset({"GA", "GX", NOT_COVERED_BY_LAW, "GZ"})
