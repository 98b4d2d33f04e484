"""Expansion of rows with a JSON `fields` column into one column per field.

The database parses each row once, so that batches of thousands of rows do not pass through Python.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from app.contacts.domain import STAGED
from app.contacts.infrastructure.tables import Contact

_ON_POSTGRES: dict[str, TypeEngine[Any]] = {"birthday": sa.Date(), "custom": JSONB()}


@lru_cache(maxsize=64)
def unpacked(rows: sa.Select[Any], on_sqlite: bool, names: Sequence[str] = STAGED) -> sa.Select[Any]:
    """Replace the column `fields` of `rows` with one column for each of `names` (some of STAGED); other
    columns are kept."""
    # SQLite would look the fields up again for each of the columns.
    staged = (
        rows.cte("staged", nesting=True).prefix_with("MATERIALIZED") if on_sqlite else rows.subquery("staged")
    )
    others = [column for column in staged.c if column.name != "fields"]
    if on_sqlite:
        return sa.select(*others, *(_extracted(staged.c.fields, name) for name in names))
    columns = [sa.column(name, _ON_POSTGRES.get(name, sa.Text())) for name in names]
    given = sa.func.json_to_record(sa.cast(staged.c.fields, sa.JSON())).table_valued(*columns, name="given")
    given = given.render_derived(with_types=True)
    return sa.select(*others, *given.c).select_from(staged).join(given, sa.true())


def _extracted(text: sa.ColumnElement[str], name: str) -> sa.Label[Any]:
    value = sa.func.json_extract(text, f"$.{name}", type_=Contact.__table__.c[name].type)
    return value.label(name)
