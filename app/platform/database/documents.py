"""JSON columns that are converted to and from domain objects when rows are loaded and saved."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

_READ_LAST = 512


class Document(TypeDecorator[Any]):
    """JSON column type (JSONB on PostgreSQL). `read` converts JSON to an object, `write` an object to JSON.

    In-place changes of an object are not detected, so use immutable objects.
    """

    impl = sa.JSON
    cache_ok = True

    def __init__(self, read: Callable[[Any], Any], write: Callable[[Any], Any]) -> None:
        super().__init__()
        self.read = read
        self.write = write

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        is_postgresql = dialect.name == "postgresql"
        kind: TypeEngine[Any] = JSONB() if is_postgresql else sa.JSON()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else self.write(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else self.read(value)


def read_once(column: Any, read: Callable[[Any], Any]) -> sa.ColumnElement[Any]:
    """Return a JSON column whose documents `read` converts to immutable objects, each once for the same text:
    for lists that are read again and again."""
    return sa.type_coerce(sa.cast(column, sa.Text), _ReadOnce(read))


class _ReadOnce(TypeDecorator[Any]):
    """JSON as text. The objects of the texts that were read last are kept."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self.read = read
        self._of_text = lru_cache(_READ_LAST)(lambda text: read(json.loads(text)))

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Any:
        return None if value is None else self._of_text(value)
