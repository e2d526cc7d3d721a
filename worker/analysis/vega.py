"""The charts' library as one script: Vega, Vega-Lite and Vega-Embed out of vl-convert, which carries them in its wheel.

The page has the charts' expressions interpreted instead of compiled, so that its policy need not allow `eval`.
"""

import re
from functools import lru_cache
from typing import Final

import vl_convert

_NOTICE: Final = (
    "Vega {vega}, Vega-Lite {lite} and Vega-Embed {embed}, copyright University of Washington Interactive Data Lab and "
    "contributors, BSD 3-Clause License, https://vega.github.io"
)
_ENDS_A_SCRIPT: Final = re.compile(r"<(?=/script|!--)", re.IGNORECASE)


@lru_cache(maxsize=1)
def vega_script() -> str:
    """Return the library as the text of a script that sets `window.vegaEmbed`; making it takes some seconds, once.

    Raises `ValueError` for a library that cannot be in a page as it is.
    """
    made: str = vl_convert.javascript_bundle(None)  # type: ignore[arg-type]  # its default, which its stub does not know
    if _ENDS_A_SCRIPT.search(made):
        raise ValueError("the charts' library has text in it that would end its script")
    return f"/* {_notice()} */\n(() => {{{made}}})();"


def _notice() -> str:
    return _NOTICE.format(
        vega=vl_convert.get_vega_version(),
        lite=vl_convert.get_vegalite_versions()[-1],
        embed=vl_convert.get_vega_embed_version(),
    )
