"""The values of a part's settings as given in the document, with typed access."""

from collections.abc import Iterator, Mapping
from typing import Any


class Config(Mapping[str, Any]):
    """Read-only mapping of setting name to JSON value; the values belong to the document."""

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
        """Return the value, or `default`."""
        return self._values.get(name, default)

    def text(self, name: str) -> str:
        """Return the value if it is a string, else an empty string."""
        value = self._values.get(name)
        return value if isinstance(value, str) else ""

    def whole(self, name: str) -> int | None:
        """Return the value if it is an integer, else None."""
        value = self._values.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None
