"""Instructions are read from what callgrind wrote, and given to each claim."""

import pytest

from tests.bench.instructions import NOTHING, thousands, total_of


@pytest.mark.parametrize("name", ["summary", "totals"])
def test_the_total_is_read_from_either_line(name: str) -> None:
    """Callgrind writes one or the other, by how the process ended."""
    assert total_of(f"version: 1\nevents: Ir\n{name}: 1234567\n\nfn=(1) main\n") == 1_234_567


def test_what_callgrind_did_not_write_is_refused() -> None:
    """As a file of another tool, or one that was cut."""
    with pytest.raises(ValueError, match="no total"):
        total_of("version: 1\nevents: Ir\n")


def test_the_claims_of_a_row_take_what_it_adds() -> None:
    """A process that does not go over claims a second time takes the rest."""
    counted = {NOTHING: 5_000_000, "pipeline, six": 9_000_000, "pipeline, demo": 25_000_000}

    assert thousands(counted, {"six": 2, "demo": 10}) == {"pipeline, six": 2000.0, "pipeline, demo": 2000.0}
