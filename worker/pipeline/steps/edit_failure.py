"""How an edit failed, for whoever has to mend it."""

from pathlib import PurePath
from traceback import extract_tb
from typing import NamedTuple


class EditFailure(NamedTuple):
    """The error of an edit: its class, its message, which may quote the claim, and where in the edit's own file."""

    edit: str
    exception: str
    message: str
    file: str
    line: int

    @classmethod
    def of(cls, edit: str, error: BaseException) -> "EditFailure":
        """What an error says of the edit that raised it, called by whoever catches it.

        The first frame is that of the caller; behind the frames of its file are those of the edit, and the innermost
        of the edit's file is the place.
        """
        frames = extract_tb(error.__traceback__)
        below = [frame for frame in frames if frame.filename != frames[0].filename]
        own = [frame for frame in below if frame.filename == below[0].filename]
        file, line = (PurePath(own[-1].filename).name, own[-1].lineno or 0) if own else ("", 0)
        return cls(edit, type(error).__name__, str(error), file, line)

    def in_words(self) -> str:
        """One sentence for whoever may see the claim."""
        where = f" in {self.file}, line {self.line}" if self.file else ""
        return f"{self.edit} failed{where}: {self.exception}: {self.message}"
