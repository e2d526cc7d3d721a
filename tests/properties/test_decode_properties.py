"""Plain JSON is read in one go, and to the same end as by the closer look."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from worker.pipeline.steps import decode

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=12),
    st.sampled_from([",5", "[-1", ":0", "{}", "]", '"', "\\", "é", "\x7f", "a b\tc"]),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)


@given(document=st.dictionaries(st.text(max_size=4), documents, max_size=4), indent=st.sampled_from([None, 1]))
def test_both_ways_read_the_same(document: dict[str, Any], indent: int | None) -> None:
    """Content and canonical form agree wherever the short way is taken, and it is never taken for a number."""
    value = json.dumps(document, indent=indent, ensure_ascii=False).encode()
    plain = decode._read_plain(value)  # noqa: SLF001 - the two ways are no one else's business
    if plain is not None:
        assert plain == decode._read(value)  # noqa: SLF001


@given(st.dictionaries(st.text("abc", max_size=2), st.text("xyz", max_size=2), min_size=1, max_size=3))
def test_a_doubled_key_always_gets_the_closer_look(document: dict[str, str]) -> None:
    """Whatever is under it, and wherever it is."""
    members = json.dumps(document)[1:-1]
    doubled = f"{{{members}, {members}}}".encode()
    assert decode._read_plain(doubled) is None  # noqa: SLF001
    assert decode._read_plain(b'{"claims": [%b]}' % doubled) is None  # noqa: SLF001


@given(st.integers(0, decode.MAX_DEPTH * 2), st.booleans())
def test_depth_is_counted_exactly(depth: int, is_list: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    """Brackets in texts do not count, whatever they add up to."""
    opening, closing = (b"[", b"]") if is_list else (b'{"a[[{":', b"}")
    value = opening * depth + b'"[{"' + closing * depth
    try:
        decode._refuse_excess(value)  # noqa: SLF001
    except decode.UnreadableClaimError:
        assert depth > decode.MAX_DEPTH
    else:
        assert depth <= decode.MAX_DEPTH
