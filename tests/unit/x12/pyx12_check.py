"""What pyx12, which knows the implementation guides as maps, says about a file."""

import io
import logging
import re
from functools import cache
from typing import Final

import pytest
import pyx12.map_if
import pyx12.params
import pyx12.x12n_document

_PARAMETERS: Final = pyx12.params.params()
_loaded_map = cache(pyx12.map_if.load_map_file)
"""Loading a map takes 30 times as long as using it; where pyx12 is in a file, its walker knows and not the map."""


def objections(text: str) -> list[str]:
    """The errors that pyx12 reports; it has maps of X222A1 and X223A2 only, of the same segments as later errata."""
    known = text.replace("005010X222A2", "005010X222A1").replace("005010X223A3", "005010X223A2")
    answer = io.StringIO()
    logging.disable(logging.CRITICAL)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pyx12.map_if.load_map_file", _loaded_map)
            is_valid = pyx12.x12n_document.x12n_document(_PARAMETERS, io.StringIO(known), answer, None)
    except (AttributeError, IndexError):
        # So it fails at an error outside of a transaction, and at more components than its map has.
        return ["refused by a failure"]
    finally:
        logging.disable(logging.NOTSET)
    if is_valid:
        return []
    return [each.strip() for each in answer.getvalue().split("~") if re.match(r"\s*(IK[345]|AK9)", each)] or ["refused"]
