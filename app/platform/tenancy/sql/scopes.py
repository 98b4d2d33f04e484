"""The scope of a query, and which of its tables its conditions bind to one account."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from app.platform.tenancy.sql.parts import NotUnderstood, Tables, only, parts_of_and, parts_of_or, value

OWNER = "account_id"


@dataclass
class Scope:
    """The scope of one query.

    `sources` is {name in the query: owned table, or None for any other source}; `ctes` are the common table
    expressions that it can refer to; `bound` are the sources that are bound to one account.
    """

    outer: "Scope | None" = None
    ctes: frozenset[str] = frozenset()
    sources: dict[str, str | None] = field(default_factory=dict)
    bound: set[str] = field(default_factory=set)

    def add(self, name: str, table: str | None) -> str:
        around = self.outer.find(name) if self.outer else None
        if name in self.sources or (around and around.sources[name] != table):
            raise NotUnderstood(f"calls two sources {name}")
        self.sources[name] = table
        return name

    def find(self, name: str) -> "Scope | None":
        """Return the innermost scope that defines `name`: this one or one around it; else None."""
        if name in self.sources:
            return self
        return self.outer.find(name) if self.outer else None


@dataclass(frozen=True)
class Condition:
    """A condition that rows of the `narrowed` sources must meet.

    It can refer to the sources in `visible`; databases look up any other name outside the query.
    """

    said: exp.Expr
    narrowed: frozenset[str]
    visible: frozenset[str]


Conditions = list[Condition]


class Binder:
    """Reader of names and conditions. `accounts` are the numbers and parameters that tables are bound to."""

    def __init__(self, tables: Tables, folds_quoted_names: bool) -> None:
        self.accounts: list[int | str] = []
        self._tables = tables
        self._folds = folds_quoted_names

    def _alias(self, node: exp.Expr, may_rename_columns: bool) -> str | None:
        alias = node.args.get("alias")
        if alias is None:
            return None
        only(alias, "this", "columns")
        if not isinstance(alias, exp.TableAlias) or not isinstance(alias.this, exp.Identifier):
            raise NotUnderstood("has an unusual name for a source")
        if alias.args.get("columns") and not may_rename_columns:
            raise NotUnderstood("gives a table’s columns other names")
        return self._name(alias.this)

    def _name(self, identifier: exp.Expr) -> str:
        """Return a name as the database compares it."""
        if not isinstance(identifier, exp.Identifier):
            raise NotUnderstood("has an unusual name")
        is_exact = identifier.args.get("quoted") and not self._folds
        return str(identifier.this) if is_exact else str(identifier.this).lower()

    def _bind(self, scope: Scope, conditions: Conditions) -> None:
        links: list[tuple[str, str]] = []  # (source, the one whose binding it shares)
        for condition in conditions:
            for part in parts_of_and(condition.said):
                for name, other in self._said(part, scope):
                    if name not in condition.narrowed or other not in condition.visible | {None}:
                        continue
                    if other is None:
                        scope.bound.add(name)
                    else:
                        links.append((name, other))
        while fresh := {one for one, other in links if other in scope.bound} - scope.bound:
            scope.bound |= fresh

    def _said(self, part: exp.Expr, scope: Scope) -> Iterator[tuple[str, str | None]]:
        """Yield (source that a condition binds, None or the source of this scope whose account it shares)."""
        if isinstance(part, exp.EQ):
            only(part, "this", "expression")
            left, right = part.this.unnest(), part.expression.unnest()
            for one, other in ((left, right), (right, left)):
                name = self._owner(one, scope)
                if name is None or name[0] is not scope:
                    continue
                there = self._owner(other, scope)
                if there is not None:
                    yield name[1], there[1] if there[0] is scope else None
                elif self._is_account(other):
                    yield name[1], None
        elif isinstance(part, exp.In) and len(part.expressions) == 1:
            only(part, "this", "expressions")
            name = self._owner(part.this, scope)
            if name is not None and name[0] is scope and self._is_account(part.expressions[0]):
                yield name[1], None
        elif isinstance(part, exp.Or | exp.Is):
            yield from ((name, None) for name in self._said_of_shared(part, scope))

    def _said_of_shared(self, part: exp.Expr, scope: Scope) -> set[str]:
        """Return the shared tables bound by `t.account_id IS NULL`, or by that OR `t.account_id = ?`."""
        names, others = set[str](), list[exp.Expr]()
        for branch in parts_of_or(part):
            if isinstance(branch, exp.Is) and isinstance(branch.expression, exp.Null):
                found = None if branch.args.get("negate") else self._owner(branch.this, scope)
            elif isinstance(branch, exp.EQ):
                others.append(branch.expression)
                found = self._owner(branch.this, scope)
            else:
                return set()
            if found is None or found[0] is not scope or scope.sources[found[1]] not in self._tables.shared:
                return set()
            names.add(found[1])
        if len(names) != 1 or len(others) > 1 or not all(map(self._is_account, others)):
            return set()
        return names

    def _owner(self, node: exp.Expr, scope: Scope) -> tuple[Scope, str] | None:
        """If `node` is the `account_id` of an owned table, return the table's scope and its name there."""
        if not isinstance(node, exp.Column) or not isinstance(node.this, exp.Identifier):
            return None
        if self._name(node.this) != OWNER or node.args.get("db") or node.args.get("catalog"):
            return None
        if node.args.get("table") is None:
            there, name = scope, next(iter(scope.sources)) if len(scope.sources) == 1 else ""
        else:
            name = self._name(node.args["table"])
            found = scope.find(name)
            if found is None:
                return None
            there = found
        return (there, name) if there.sources.get(name) is not None else None

    def _is_account(self, node: exp.Expr) -> bool:
        """Return whether a node is a value, and if so record it as an account of the statement."""
        found = value(node)
        if found is None:
            return False
        self.accounts.append(found)
        return True
