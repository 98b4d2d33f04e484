"""The supported parts of SQL: expressions, functions, tables, and splitting of conditions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp


class NotUnderstood(Exception):
    """The statement is not bound to an account, or not in a supported way. The message says why."""


@dataclass(frozen=True)
class Tables:
    """Names of tables.

    `owned` tables have an `account_id`; in those that are also `shared`, rows without one are for everybody;
    `common` tables belong to no account. Any other table, and any view, is unknown.
    """

    owned: frozenset[str]
    common: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()

    def owner_of(self, table: str, schema: str | None) -> str | None:
        """Return the name of an owned table, None for a common one. Raises NotUnderstood for unknown ones."""
        if schema in (None, "public", "main"):
            if table in self.owned:
                return table
            if table in self.common:
                return None
        if schema in (None, "pg_catalog", "information_schema", "main") and table in CATALOG:
            return None
        raise NotUnderstood(f"has an unknown table {table}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CATALOG = _words(
    """
    columns pg_am pg_attrdef pg_attribute pg_class pg_collation pg_constraint pg_description pg_enum
    pg_index pg_locks pg_namespace pg_opclass pg_sequence pg_stat_activity pg_type sqlite_master
    sqlite_schema sqlite_temp_master tables
    """
)
"""Tables of the databases themselves, which hold nobody's data."""

EXPANDERS = _words(
    """
    json_array_elements json_array_elements_text json_each json_each_text json_object_keys
    json_to_record json_to_recordset jsonb_array_elements jsonb_array_elements_text jsonb_each
    jsonb_each_text jsonb_object_keys jsonb_to_record jsonb_to_recordset
    """
)
"""Functions that make rows of the one value that they are given."""

FUNCTIONS = _words(
    """
    char_length clock_timestamp current_database current_schema day_text fold_case format_type json
    json_array_length json_group_array json_group_object json_patch json_type json_valid
    jsonb_agg jsonb_array_length jsonb_build_array jsonb_build_object jsonb_object_agg jsonb_set
    jsonb_typeof julianday last_insert_rowid lastval likely make_interval octet_length
    micro_number pg_advisory_unlock pg_advisory_xact_lock pg_advisory_xact_lock_shared
    pg_backend_pid pg_column_size pg_get_constraintdef pg_get_expr pg_get_indexdef
    pg_is_in_recovery pg_table_is_visible pg_try_advisory_lock pg_try_advisory_xact_lock printf random
    sqlite_version statement_timestamp strftime to_jsonb total_changes transaction_timestamp
    txid_current typeof unlikely version
    """
)
"""Functions that the parser has no class for and that read no table."""

_PLAIN = (
    exp.Alias, exp.Binary, exp.Boolean, exp.Bracket, exp.Collate, exp.Column, exp.DataType, exp.DataTypeParam,
    exp.Distinct, exp.Fetch, exp.Filter, exp.Func, exp.Group, exp.Having, exp.Identifier, exp.Interval,
    exp.IntervalSpan, exp.JSONPath, exp.JSONPathPart, exp.Limit, exp.Literal, exp.Null, exp.Offset, exp.Order,
    exp.Ordered, exp.Placeholder, exp.Predicate, exp.Returning, exp.Slice, exp.Star, exp.Tuple, exp.Unary,
    exp.Var, exp.Where, exp.Window, exp.WindowSpec, exp.WithinGroup, exp.Any, exp.All, exp.AtTimeZone,
    exp.Escape, exp.Between, exp.Explode,
)  # fmt: skip
_GIVEN = re.compile(r"q\d+")
_INTEGERS = (exp.DType.BIGINT, exp.DType.INT, exp.DType.SMALLINT)


def refuse_unknown_part(node: exp.Expr) -> None:
    """Raise NotUnderstood if `node` itself, without its children, may read more than its arguments."""
    if not isinstance(node, _PLAIN) or (isinstance(node, exp.UDTF) and not isinstance(node, exp.Explode)):
        raise NotUnderstood(f"has a part of an unusual kind ({type(node).__name__})")
    if isinstance(node, exp.Anonymous) and str(node.this).lower() not in FUNCTIONS:
        raise NotUnderstood(f"calls an unknown function {node.this}")
    if isinstance(node, exp.In):
        only(node, "this", "expressions", "query")
    if isinstance(node, exp.Returning) and node.args.get("into"):
        raise NotUnderstood("returns rows into a table")


def only(node: exp.Expr, *names: str) -> None:
    """Raise NotUnderstood if a node has other parts than these."""
    for name, part in node.args.items():
        if part and name not in names:
            raise NotUnderstood(f"has an unusual {type(node).__name__.upper()} ({name.strip('_')})")


def parts_of_and(condition: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the operands of AND."""
    yield from _parts(condition, exp.And)


def parts_of_or(condition: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the operands of OR."""
    yield from _parts(condition, exp.Or)


def _parts(condition: exp.Expr, kind: type[exp.Expr]) -> Iterator[exp.Expr]:
    waiting = [condition]
    while waiting:
        node = waiting.pop().unnest()
        if type(node) is kind:
            waiting += [node.args["expression"], node.args["this"]]
        else:
            yield node


def value(node: exp.Expr) -> int | str | None:
    """Return the number of a literal, or the name of a parameter; None for anything else."""
    node = node.unnest()
    if type(node) is exp.Cast:
        only(node, "this", "to")
        return value(node.this) if node.args["to"].this in _INTEGERS and not node.to.expressions else None
    if type(node) is exp.Placeholder and _GIVEN.fullmatch(str(node.this)):
        return str(node.this)
    if type(node) is exp.Literal and not node.is_string and str(node.this).isdecimal():
        return int(node.this)
    return None


def names_of_assigned(assignments: list[exp.Expr]) -> Iterator[exp.Expr]:
    """Yield the names of the columns that SET assigns."""
    for one in assignments:
        if not isinstance(one, exp.EQ) or not isinstance(one.this, exp.Column | exp.Tuple):
            raise NotUnderstood("sets something of an unusual kind")
        for column in one.this.expressions if isinstance(one.this, exp.Tuple) else (one.this,):
            if not isinstance(column, exp.Column):
                raise NotUnderstood("sets something of an unusual kind")
            yield column.this
