"""The page at `/`: plain HTML with its style and script in it, and a policy that allows nothing else."""

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).with_name("status.html").read_bytes()


def _sources(tag: str) -> str:
    """Return the digests by which a browser knows the page's own scripts or styles."""
    found = re.split(rf"</?{tag}>".encode(), PAGE)[1::2]
    return " ".join(f"'sha256-{b64encode(sha256(each).digest()).decode()}'" for each in found)


POLICY: Final = (
    f"default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    f"frame-ancestors 'none'; script-src {_sources('script')}; style-src {_sources('style')}"
)
