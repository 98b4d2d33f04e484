"""Rows for all tables of a database, made from the tables themselves, whatever migration they are at."""

import warnings
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

ROWS = 3
FIRST_ID = 7_000_000
MORNING = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)

Rows = list[tuple[Any, ...]]


def reflected(engine: sa.Engine) -> list[sa.Table]:
    """Return the tables as the database has them, without that of migrations, in the order of their keys."""
    found = sa.MetaData()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*expression-based index", sa.exc.SAWarning)
        found.reflect(engine, only=lambda name, _: name != "alembic_version")
    return found.sorted_tables


def fill(engine: sa.Engine, tables: list[sa.Table]) -> None:
    """Add ROWS rows to each table, in all columns, those of foreign keys with what the other table got."""
    with engine.begin() as connection:
        for table in tables:
            connection.execute(sa.insert(table), [_row(table, number) for number in range(ROWS)])


def contents(engine: sa.Engine, columns: dict[str, list[str]]) -> dict[str, Rows]:
    """Return {table: rows} in a fixed order, with these columns only, as the driver returns them."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return {table: _rows(connection, table, names) for table, names in columns.items()}


def _rows(connection: sa.Connection, table: str, names: list[str]) -> Rows:
    listed = ", ".join(f'"{name}"' for name in names)
    found = connection.exec_driver_sql(f'SELECT {listed} FROM "{table}"')
    return sorted((tuple(row) for row in found), key=repr)


def _row(table: sa.Table, number: int) -> dict[str, Any]:
    values = {column.name: _value(column, number) for column in table.columns if column.computed is None}
    for constraint in table.foreign_key_constraints:
        for one in constraint.elements:
            if one.column.table is table:  # a row of the same table: the first has none
                values[one.parent.name] = None if number == 0 else _value(one.column, number - 1)
            else:
                values[one.parent.name] = _row(one.column.table, number)[one.column.name]
    return values


def _value(column: sa.Column[Any], number: int) -> Any:
    kind = column.type
    match kind:
        case sa.Boolean():
            return number % 2 == 0
        case sa.JSON():
            return {"number": number, "text": "Żółć “quoted” \U0001f600"}
        case sa.DateTime():
            return MORNING + timedelta(days=number, microseconds=123)
        case sa.Date():
            return date(2024, 2, 27 + number)
        case sa.Integer():
            return (
                FIRST_ID + number if column.primary_key or not isinstance(kind, sa.SmallInteger) else number
            )
        case sa.Float():
            return number + 0.25
        case sa.Numeric():
            return Decimal(number) + Decimal("0.25")
        case sa.LargeBinary():
            return b"\x00\xff" + bytes([number])
        case sa.ARRAY():
            return []
    text = f"{number} {column.name} Żółć ’"
    return text if getattr(kind, "length", None) is None else text[: kind.length]  # type: ignore[attr-defined]
