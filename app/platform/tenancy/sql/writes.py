"""Analysis of statements: queries, INSERT, UPDATE, DELETE and temporary tables."""

from sqlglot import exp

from app.platform.tenancy.sql.parts import NotUnderstood, names_of_assigned, only
from app.platform.tenancy.sql.queries import QueryReader
from app.platform.tenancy.sql.scopes import OWNER, Conditions, Scope


class StatementReader(QueryReader):
    def read(self, node: exp.Expr, outer: Scope | None = None, ctes: frozenset[str] = frozenset()) -> None:
        if isinstance(node, exp.Query):
            self._query(node, outer, ctes)
        elif isinstance(node, exp.Insert):
            self._insert(node, outer, self._with(node, outer, ctes))
        elif isinstance(node, exp.Update):
            self._update(node, outer, self._with(node, outer, ctes))
        elif isinstance(node, exp.Delete):
            self._delete(node, outer, self._with(node, outer, ctes))
        elif isinstance(node, exp.Create) and outer is None and not ctes:
            self._create(node)
        else:
            raise NotUnderstood(f"is a statement of an unusual kind ({type(node).__name__})")

    def _insert(self, node: exp.Insert, outer: Scope | None, ctes: frozenset[str]) -> None:
        only(node, "this", "expression", "conflict", "returning", "with_", "default")
        scope, columns, target = Scope(outer, ctes), list[str](), node.this
        if isinstance(target, exp.Schema):
            only(target, "this", "expressions")
            columns, target = [self._name(column) for column in target.expressions], target.this
        only(target, "this", "db", "alias")
        name = self._table(target, scope, is_written=True)
        table = scope.sources[name]
        if table is not None and columns.count(OWNER) != 1:
            raise NotUnderstood(f"puts rows into {table} without {OWNER}")
        place = columns.index(OWNER) if table is not None else None
        source = node.expression
        if isinstance(source, exp.Values):
            only(source, "expressions")
            for row in source.expressions:
                self._refuse_foreign_row(row.expressions, len(columns), place, Scope(outer, ctes))
            self._visit(source.expressions, Scope(outer, ctes))
        elif isinstance(source, exp.Query):
            for select, inner in self._query(source, outer, ctes):
                self._refuse_foreign_row(select.expressions, len(columns), place, inner)
        elif table is not None or not node.args.get("default"):
            raise NotUnderstood("puts in rows of an unusual kind")
        scope.bound.add(name)
        if node.args.get("conflict"):
            self._conflict(node.args["conflict"], scope, name)
        self._visit(node.args.get("returning"), scope)

    def _refuse_foreign_row(self, row: list[exp.Expr], width: int, place: int | None, scope: Scope) -> None:
        if place is None:
            return
        if len(row) != width or any(one.is_star for one in row):
            raise NotUnderstood("puts in rows that aren’t literal values")
        account = row[place].unalias().unnest()
        if self._owner(account, scope) is None and not self._is_account(account):
            raise NotUnderstood(f"puts in rows with an {OWNER} that isn’t a value")

    def _conflict(self, node: exp.Expr, scope: Scope, name: str) -> None:
        """Check that ON CONFLICT only updates rows of the same account as the inserted row."""
        only(
            node, "conflict_keys", "constraint", "index_predicate", "action", "expressions", "where",
        )  # fmt: skip
        if not node.expressions and node.args["action"].name == "DO NOTHING":
            return
        if name == "excluded":
            raise NotUnderstood("calls the rows that are there like those that were to go in")
        keys = [
            key.this if isinstance(key, exp.Ordered) else key for key in node.args.get("conflict_keys") or ()
        ]
        inner = Scope(
            scope.outer, scope.ctes, {**scope.sources, "excluded": scope.sources[name]}, {"excluded"}
        )
        names = {self._name(key.this) for key in keys if isinstance(key, exp.Column)}
        if OWNER in names:
            inner.bound.add(name)
        self._refuse_new_owner(node.expressions, scope.sources[name])
        self._settle(inner, [], node.args.get("where"))
        self._visit(node.expressions, inner)

    def _update(self, node: exp.Update, outer: Scope | None, ctes: frozenset[str]) -> None:
        only(node, "this", "expressions", "from_", "where", "returning", "with_")
        scope, conditions = Scope(outer, ctes), Conditions()
        only(node.this, "this", "db", "alias")
        name = self._table(node.this, scope, is_written=True)
        if node.args.get("from_"):
            self._sources(node.args["from_"].this, None, scope, conditions)
        self._refuse_new_owner(node.expressions, scope.sources[name])
        self._settle(scope, conditions, node.args.get("where"))
        self._visit(node.expressions, scope)
        self._visit(node.args.get("returning"), scope)

    def _refuse_new_owner(self, assignments: list[exp.Expr], table: str | None) -> None:
        if table is not None and OWNER in map(self._name, names_of_assigned(assignments)):
            raise NotUnderstood(f"gives rows of {table} another {OWNER}")

    def _delete(self, node: exp.Delete, outer: Scope | None, ctes: frozenset[str]) -> None:
        only(node, "this", "using", "where", "returning", "with_")
        scope, conditions = Scope(outer, ctes), Conditions()
        only(node.this, "this", "db", "alias")
        self._table(node.this, scope, is_written=True)
        for source in node.args.get("using") or ():
            self._sources(source, None, scope, conditions)
        self._settle(scope, conditions, node.args.get("where"))
        self._visit(node.args.get("returning"), scope)

    def _create(self, node: exp.Create) -> None:
        """Check that CREATE makes a temporary table of columns, without the name of an owned table."""
        only(node, "this", "kind", "exists", "properties")
        properties = node.args.get("properties")
        is_temporary = properties is not None and [type(one) for one in properties.expressions] == [
            exp.TemporaryProperty
        ]
        schema = node.this
        if node.args.get("kind") != "TABLE" or not is_temporary or not isinstance(schema, exp.Schema):
            raise NotUnderstood("makes something other than a temporary table")
        only(schema.this, "this")
        if self._name(schema.this.this) in self._tables.owned:
            raise NotUnderstood("hides a table behind a temporary one")
        if not all(isinstance(column, exp.ColumnDef) for column in schema.expressions):
            raise NotUnderstood("makes a table of an unusual kind")
