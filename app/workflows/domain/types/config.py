"""The settings of a trigger, step or goal as they were written, read as what is wanted or as nothing."""

from collections.abc import Iterator, Mapping
from typing import Any


class Config(Mapping[str, Any]):
    """Setting name -> JSON value. The values are those of the document and are never changed."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        self._values = values or {}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or `default`."""
        return self._values.get(name, default)

    def text(self, name: str) -> str:
        """The value if it is text, else an empty text."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def whole(self, name: str) -> int | None:
        """The value if it is a whole number."""
        value = self._values.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None
