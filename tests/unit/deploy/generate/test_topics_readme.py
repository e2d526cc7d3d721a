"""The table of topics is written where the README has it."""

import pytest

from deploy.generate.topics_readme import with_topics

HEAD = "| topic | content |\n|---|---|\n"


def test_a_stale_table_is_replaced_and_the_text_around_it_stays() -> None:
    """Rows of topics that are no longer declared go."""
    written = with_topics(f"before\n\n{HEAD}| `gone.v1` | nothing |\n\nafter\n")

    assert written.startswith(f"before\n\n{HEAD}| `claims.inbound.v1` | ")
    assert written.endswith(" |\n\nafter\n")
    assert "gone.v1" not in written


@pytest.mark.parametrize("readme", ["no table\n", HEAD + "\n" + HEAD])
def test_a_readme_without_one_table_of_topics_is_refused(readme: str) -> None:
    """A table that was renamed would never be written again."""
    with pytest.raises(ValueError, match="one table of topics is expected"):
        with_topics(readme)
