"""What is committed beside an offset says of which topic it is, and our own words stay readable."""

import pytest

from worker.stream.crash_record import Suspects
from worker.stream.log_identity import split_topic_id, with_topic_id

ID = "0f" * 16


@pytest.mark.parametrize("metadata", ["", Suspects(600, 1).metadata(), "somebody else's"])
@pytest.mark.parametrize("topic_id", [None, ID])
def test_what_is_written_is_read_back(metadata: str, topic_id: str | None) -> None:
    """With an id and without."""
    assert split_topic_id(with_topic_id(metadata, topic_id)) == (metadata, topic_id)


@pytest.mark.parametrize("text", [f"topic={ID} and more", "topic=short", f"topic={ID.upper()}"])
def test_what_is_no_id_stays_with_the_rest(text: str) -> None:
    """Others may write there too."""
    assert split_topic_id(text) == (text, None)
