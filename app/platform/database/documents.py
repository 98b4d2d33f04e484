"""JSON columns that are converted to and from domain objects when rows are loaded and saved."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine


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
