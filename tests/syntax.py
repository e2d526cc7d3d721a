"""The syntax trees of our own files, for the tests that look at how the code is written."""

import ast
import gc
from functools import cache
from pathlib import Path


@cache
def syntax_of(file: Path) -> ast.Module:
    """Return the tree of a Python file, which nobody may change.

    Nothing is collected meanwhile. What a test left open is reported when it is collected, with a traceback, and to
    point at a part of a line `traceback` parses it: amid another parse that ends in "SystemError: AST constructor
    recursion depth mismatch" (CPython issue 106905; Python 3.11 up to 3.11.7).
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(file.read_bytes())
    finally:
        if was_enabled:
            gc.enable()
