"""Codes of hyaluronan for the knee, which is injected in a series."""

from typing import Final

HYALURONAN: Final = frozenset(
    {
        "J7318",
        "J7320",
        "J7321",
        "J7322",
        "J7323",
        "J7324",
        "J7325",
        "J7326",
        "J7327",
        "J7328",
        "J7329",
        "J7331",
        "J7332",
    }
)
