"""JSON columns that hold a value of a room's domain: read when a row is loaded, written when it is saved."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine


class Document(TypeDecorator[Any]):
    """`read` makes a value of the JSON, `write` JSON of a value. Values are compared as they are, so they
    should not be changed in place."""

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
