"""What lasts is kept out of the garbage collector's way."""

import gc

import pytest

from worker.collector import lasting


def test_nothing_is_collected_in_the_block_and_the_collector_goes_on_after_it() -> None:
    """What the block left is among the objects that are never looked through."""
    gc.unfreeze()
    with lasting():
        assert not gc.isenabled()
    frozen = gc.get_freeze_count()
    gc.unfreeze()

    assert gc.isenabled()
    assert frozen > 0


def test_a_block_that_fails_leaves_the_collector_on() -> None:
    """Tables that are broken end the worker, but not before it has said so."""
    with pytest.raises(KeyError), lasting():
        raise KeyError

    assert gc.isenabled()
