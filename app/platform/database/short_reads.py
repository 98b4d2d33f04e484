"""Small selects that every request of the API runs, with as little as possible between them and the driver.

SQLAlchemy takes several times as long to run a select by a key as the database does. These statements are
compiled once; what remains for each execution are the guard of tenancy, the driver, and the conversion of
values.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.platform.database import session

Convert = Callable[[Any], Any]


@dataclass
class _Form:
    """A compiled select. `names` is the order of its parameters, if the driver takes them by position;
    `given` converts parameters by name, `found` columns by position, known after the first execution."""

    text: str
    names: Sequence[str] | None
    constants: Mapping[str, Any]
    given: Mapping[str, Convert]
    found: Sequence[tuple[int, Convert]] | None = None

    def parameters(self, values: Mapping[str, Any]) -> Any:
        merged = {**self.constants, **values}
        for name, convert in self.given.items():
            merged[name] = convert(merged[name])
        return merged if self.names is None else tuple(merged[name] for name in self.names)

    def converted(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, convert in self.found or ():
            values[place] = convert(values[place])
        return values


class _Context:
    """What listeners look at in an execution context of SQLAlchemy."""

    compiled = None

    def __init__(self, **options: bool) -> None:
        self.execution_options = options


_IN_ACCOUNT, _ACROSS, _LENT = _Context(), _Context(cross_account=True), _Context(reads_lent=True)


def read_built(
    statement: sa.Select[Any],
    values: Mapping[str, Any],
    *,
    cross_account: bool = False,
    reads_lent: bool = False,
) -> list[Sequence[Any]]:
    """Return the rows of a prebuilt select (see `execute_built`) in the transaction of the session.

    PostgreSQL plans it once per connection, so its best plan must not depend on the values. A list of ids is
    given with `in_ids`; it has no other parameters that are lists.
    """
    connection = session().connection()
    form = _form(statement, connection.dialect)
    text, parameters = form.text, form.parameters(values)
    context = _ACROSS if cross_account else _LENT if reads_lent else _IN_ACCOUNT
    cursor = cast(Any, connection.connection.cursor())
    try:
        for listen in connection.dispatch.before_cursor_execute:
            text, parameters = listen(connection, cursor, text, parameters, context, False)
        if form.names is None:
            _execute_prepared(cursor, text, parameters, alone=cross_account)
        else:
            cursor.execute(text, parameters)
        if form.found is None:
            form.found = _found(statement, connection.dialect, cursor.description)
        rows = cursor.fetchall()
    except cast(Any, connection.dialect).dbapi.Error as failure:
        raise _reported(connection, cursor, form.text, failure) from failure
    finally:
        cursor.close()
    return [form.converted(row) for row in rows] if form.found else rows


def in_ids(column: Any, name: str, on_sqlite: bool) -> sa.ColumnElement[bool]:
    """SQL condition: the column is in the list of ids that is given as the parameter `name`, which is sent as
    one value, so that the statement is the same for any number of them."""
    ids: Any = sa.bindparam(name, type_=_IdList())
    listed = sa.select(sa.func.json_each(ids).table_valued("value").c.value)
    found: sa.ColumnElement[bool] = column.in_(listed) if on_sqlite else column == sa.any_(ids)
    return found


class _IdList(sa.types.TypeDecorator[Any]):
    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else ARRAY(sa.BigInteger()))

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return json.dumps(list(value)) if dialect.name == "sqlite" else list(value)


def _execute_prepared(cursor: Any, text: str, parameters: Any, alone: bool) -> None:
    """Execute on PostgreSQL. `alone`: if no transaction has begun, none is begun for this statement; the next
    one begins it, in one message with its account (see `row_security`)."""
    cursor.connection.is_alone = alone
    try:
        cursor.execute(text, parameters, prepare=True)
    finally:
        cursor.connection.is_alone = False


@lru_cache(maxsize=256)
def _form(statement: sa.Select[Any], dialect: sa.Dialect) -> _Form:
    compiled = cast(Any, statement.compile(dialect=dialect))
    if compiled.post_compile_params or compiled.literal_execute_params:
        raise TypeError(f"a parameter is a list: {compiled}")
    given = {
        name: convert
        for parameter, name in compiled.bind_names.items()
        if (convert := parameter.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    return _Form(compiled.string, compiled.positiontup, compiled.params, given)


def _found(
    statement: sa.Select[Any], dialect: sa.Dialect, described: Sequence[Sequence[Any]]
) -> list[tuple[int, Convert]]:
    """Return the conversions of columns, whose types the driver has described, by position."""
    kinds = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
    made = [kind.result_processor(dialect, column[1]) for kind, column in zip(kinds, described, strict=True)]
    return [(place, convert) for place, convert in enumerate(made) if convert is not None]


def _reported(connection: sa.Connection, cursor: Any, text: str, failure: Exception) -> Exception:
    """Return the driver's error as SQLAlchemy reports it; a lost connection leaves the pool."""
    dialect = cast(Any, connection.dialect)
    is_lost = dialect.is_disconnect(failure, connection.connection, cursor)
    reported = sa.exc.DBAPIError.instance(
        text,
        None,
        failure,
        dialect.dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_lost,
        dialect=dialect,
    )
    if is_lost:
        connection.invalidate(failure)
    return cast(Exception, reported)
