"""Every page that a scrubbing process makes, by the name under which the server asks for it."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

from worker.server.answers import Desk
from worker.server.frames import DeskQuestion, Reply
from worker.server.workbench.bench import workbench
from worker.server.workbench.lookups import codes, edits, profiles

VIEWS: Final = MappingProxyType[str, Callable[[Desk, DeskQuestion], Reply]](
    {"workbench": workbench, "codes-page": codes, "edits-page": edits, "profiles-page": profiles}
)
