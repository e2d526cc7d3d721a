"""Turns what a page shows into HTML: every text is escaped, and characters that are not to be seen show as escapes."""

from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import escape

from worker.server.frames import Reply
from worker.wording.escapes import printable_lines

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

PAGE_HEADERS = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
"""Under `no-referrer` a browser would not say from which page a form is posted, and the post would be refused."""


@lru_cache(maxsize=1)
def _templates() -> Environment:
    made = Environment(
        loader=PackageLoader("worker.server.workbench"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    # What is sent back with a form has to come back as it was; `Markup` is not looked at again.
    made.filters["as_is"] = escape
    return made


def _shown(value: Any) -> Any:  # any: what a template shows
    # Marked-up pieces are the templates' own; every other text may be a stranger's.
    return printable_lines(value) if type(value) is str else value


def page(template: str, status: int = 200, **shown: Any) -> Reply:  # any: what the template names
    """Return a page."""
    body = _templates().get_template(template).render(**shown).encode("utf-8", "replace")
    return Reply(body, "text/html; charset=utf-8", status, PAGE_HEADERS)
