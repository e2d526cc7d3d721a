"""The first segment of an interchange says how the others are written, or what is wrong in it."""

import io
from typing import Final

import pytest

from tests.unit.x12.files import FILES
from worker.x12.read.segments import ISA_BYTES, read_segments

FILE: Final = next(iter(FILES.values()))
ISA: Final = FILE[:ISA_BYTES]
ELEMENTS: Final = ISA[:-1].split(ISA[3])


def flaw_of(*elements: str) -> str | None:
    """What is wrong in an ISA of these elements, before the rest of the file."""
    first = next(read_segments(io.BytesIO((ISA[3].join(elements) + FILE[ISA_BYTES - 1 :]).encode())))
    return first.flaw


def test_an_isa_of_the_fixed_lengths_has_no_flaw() -> None:
    """As it came."""
    assert flaw_of(*ELEMENTS) is None


@pytest.mark.parametrize("number", range(1, 16))
@pytest.mark.parametrize("change", [-1, 1])
def test_the_element_that_is_too_short_or_too_long_is_named(number: int, change: int) -> None:
    """The first one, since it moves all that follow; its text, which may be a tax id, is not quoted."""
    elements = list(ELEMENTS)
    right = len(elements[number])
    elements[number] = elements[number][:-1] if change < 0 else f"{elements[number]}Q"
    characters = f"{right + change} character{'' if right + change == 1 else 's'}"

    assert flaw_of(*elements) == f"ISA{number:02d} has {characters}, and an ISA has {right} there."
