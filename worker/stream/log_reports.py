"""Reports what happened to the log of a partition behind the back of the worker."""

from faust.types import TP

from worker.observe.recorder import Recorder
from worker.stream.runtime import Log


class LogReports:
    """Says in the log and the metrics which offsets expired unread, and which logs are others than before."""

    def __init__(self, log: Log, recorder: Recorder) -> None:
        self._log = log
        self._recorder = recorder
        self._reported: dict[TP, int] = {}

    def expired(self, tp: TP, first: int, end: int) -> None:
        """Report offsets that the broker deleted unread, each of them once: the first, and the one after the last."""
        first = max(first, self._reported.get(tp, 0))
        if first >= end:
            return
        self._reported[tp] = end
        self._recorder.count("expired_unread_total", tp.topic, str(tp.partition), amount=end - first)
        place = {"topic": tp.topic, "partition": tp.partition, "offset": first}
        self._log.error("expired-unread", audit=True, last_offset=end - 1, count=end - first, **place)

    def replaced(self, tp: TP, offset: int, beginning: int, end: int) -> None:
        """Report that the offset to go on from is none of this log, which is read from its beginning up to its end."""
        self._reported.pop(tp, None)
        self._recorder.count("logs_replaced_total", tp.topic, str(tp.partition))
        place = {"topic": tp.topic, "partition": tp.partition, "offset": beginning}
        problem = f"offset {offset} is of another log than this one, which is read from its beginning"
        self._log.error(
            "log-replaced", audit=True, problem=problem, last_offset=end - 1, count=end - beginning, **place
        )
