"""Analysis of queries: where their rows come from.

Every query has a scope: the tables it reads, with their names in the query. An owned table must be bound in
its own scope, by a condition that every row must meet: in WHERE, in an inner join, or in the outer join that
adds the table. Any part of the syntax tree that is of an unknown kind is refused.
"""

from abc import ABC, abstractmethod

from sqlglot import exp

from app.platform.tenancy.sql.parts import EXPANDERS, NotUnderstood, only, refuse_unknown_part
from app.platform.tenancy.sql.scopes import OWNER, Binder, Condition, Conditions, Scope


class QueryReader(Binder, ABC):
    """Reader of queries. Raises NotUnderstood unless every owned table is bound to one account."""

    @abstractmethod
    def read(self, node: exp.Expr, outer: Scope | None, ctes: frozenset[str]) -> None:
        """Read a statement or query; `ctes` are the common table expressions that it can refer to."""

    def _with(self, node: exp.Expr, outer: Scope | None, ctes: frozenset[str]) -> frozenset[str]:
        clause = node.args.get("with_")
        if clause is None:
            return ctes
        only(clause, "expressions", "recursive")
        for one in clause.expressions:
            only(one, "this", "alias", "materialized")
            name = self._alias(one, may_rename_columns=True)
            if name is None or name in self._tables.owned | self._tables.common:
                raise NotUnderstood("hides a table behind a common table expression")
            self.read(one.this, outer, ctes | {name} if clause.args.get("recursive") else ctes)
            ctes |= {name}
        return ctes

    def _query(
        self, node: exp.Expr, outer: Scope | None, ctes: frozenset[str]
    ) -> list[tuple[exp.Select, Scope]]:
        """Read a query. Return the SELECTs that its rows come from."""
        ctes = self._with(node, outer, ctes)
        if isinstance(node, exp.Select):
            return [(node, self._select(node, outer, ctes))]
        if isinstance(node, exp.SetOperation):
            only(node, "this", "expression", "distinct", "with_", "order", "limit", "offset")
            branches = self._query(node.this, outer, ctes) + self._query(node.expression, outer, ctes)
        elif isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
            only(node, "this", "with_", "order", "limit", "offset")
            branches = self._query(node.this, outer, ctes)
        else:
            raise NotUnderstood(f"has a query of an unusual kind ({type(node).__name__})")
        for name in ("order", "limit", "offset"):
            self._visit(node.args.get(name), Scope(outer, ctes))
        return branches

    def _select(self, node: exp.Select, outer: Scope | None, ctes: frozenset[str]) -> Scope:
        only(
            node, "with_", "expressions", "distinct", "from_", "joins", "where", "group", "having", "windows",
            "order", "limit", "offset", "locks",
        )  # fmt: skip
        scope = Scope(outer, ctes)
        conditions: Conditions = []
        if node.args.get("from_"):
            self._sources(node.args["from_"].this, node.args.get("joins"), scope, conditions)
        self._settle(scope, conditions, node.args.get("where"))
        for lock in node.args.get("locks") or ():
            only(lock, "update", "expressions", "wait", "key")
        for name in ("expressions", "distinct", "group", "having", "windows", "order", "limit", "offset"):
            self._visit(node.args.get(name), scope)
        return scope

    def _settle(self, scope: Scope, conditions: Conditions, where: exp.Expr | None) -> None:
        """Bind the sources of a scope by its conditions; refuse it if an owned one remains unbound."""
        if where is not None:
            only(where, "this")
            names = frozenset(scope.sources)
            conditions.append(Condition(where.this, names, names))
        self._bind(scope, conditions)
        for name, table in scope.sources.items():
            if table is not None and name not in scope.bound:
                raise NotUnderstood(f"has no {OWNER} condition on {table}")
        for condition in conditions:
            self._visit(condition.said, scope)

    def _sources(
        self, first: exp.Expr, joins: list[exp.Join] | None, scope: Scope, conditions: Conditions
    ) -> frozenset[str]:
        """Add `a JOIN b ON …, c` to the scope. Return the names of its sources."""
        tree = everything = self._source(first, scope, conditions)
        for join in joins or ():
            only(join, "this", "side", "kind", "on")
            if join.side not in ("", "LEFT") or join.kind not in ("", "INNER", "CROSS", "OUTER"):
                raise NotUnderstood("has a join of an unusual kind")
            names = self._source(join.this, scope, conditions)
            everything |= names
            condition = join.args.get("on")
            tree = names if condition is None else tree | names
            if condition is not None:
                conditions.append(Condition(condition, names if join.side == "LEFT" else tree, tree))
        return everything

    def _source(self, node: exp.Expr, scope: Scope, conditions: Conditions) -> frozenset[str]:
        """Add one source, or several in parentheses, to the scope. Return their names."""
        joins = node.args.get("joins")
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table):
            only(node, "this")
            return self._source(node.this, scope, conditions)
        if joins:
            alone = node.copy()
            alone.set("joins", None)
            return self._sources(alone, joins, scope, conditions)
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            only(node, "this", "db", "alias", "indexed")
            return frozenset({self._table(node, scope)})
        if isinstance(node, exp.Table):
            return frozenset({self._expander(node, scope)})
        name = self._alias(node, may_rename_columns=True)
        if isinstance(node, exp.Values):
            only(node, "expressions", "alias")
            self._visit(node.expressions, Scope(scope.outer, scope.ctes))
        elif isinstance(node, exp.Subquery):
            only(node, "this", "alias")
            self._query(node.this, scope.outer, scope.ctes)
        elif isinstance(node, exp.Lateral) and isinstance(node.this, exp.Subquery):
            only(node, "this", "alias")
            only(node.this, "this")
            self._query(node.this.this, scope, scope.ctes)  # a lateral query sees the sources before it
        else:
            raise NotUnderstood(f"has a source of an unusual kind ({type(node).__name__})")
        return frozenset() if name is None else frozenset({scope.add(name, None)})

    def _table(self, node: exp.Expr, scope: Scope, is_written: bool = False) -> str:
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            raise NotUnderstood("has a table of an unusual kind")
        table, schema = self._name(node.this), node.args.get("db")
        alias = self._alias(node, may_rename_columns=False)
        if schema is None and table in scope.ctes and not is_written:
            return scope.add(alias or table, None)
        return scope.add(alias or table, self._tables.owner_of(table, schema and self._name(schema)))

    def _expander(self, node: exp.Table, scope: Scope) -> str:
        """Add a function that expands a value to rows, and reads nothing else. Return its name."""
        only(node, "this", "alias")
        name = self._alias(node, may_rename_columns=True)
        function = node.this.name.lower() if isinstance(node.this, exp.Anonymous) else None
        if name is None or function not in EXPANDERS:
            raise NotUnderstood("has a function for a source")
        self._visit(node.this.expressions, scope)
        return scope.add(name, None)

    def _visit(self, part: exp.Expr | list[exp.Expr] | None, scope: Scope) -> None:
        """Read the queries inside an expression, and refuse nodes of an unknown kind."""
        waiting = [] if part is None else list(part) if isinstance(part, list) else [part]
        while waiting:
            node = waiting.pop()
            if isinstance(node, exp.Query):
                self._query(node, scope, scope.ctes)
                continue
            refuse_unknown_part(node)
            waiting.extend(node.iter_expressions())
