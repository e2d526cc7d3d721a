"""Keeps Python's garbage collector out of work whose results stay in memory."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting() -> Iterator[None]:
    """Collect nothing in the block, and never look through what it left behind.

    Modules and tables live as long as the process, and there are hundreds of thousands of objects in them. Looking
    through those for garbage again and again took a sixth of the start, and later holds up claims.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
