"""What was worked out once and may be asked for again."""

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Kept(dict[Key, Value], Generic[Key, Value]):
    """Answers by what they follow from; of more than `most` the oldest is forgotten."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def keep(self, key: Key, value: Value) -> Value:
        """Keep an answer, and return it."""
        if len(self) >= self._most:
            del self[next(iter(self))]
        self[key] = value
        return value
