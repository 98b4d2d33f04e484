"""A filter as a form: groups of rows, each with a field, an operator, and text values.

It holds what the user entered, complete or not, and converts from and to criteria documents of up to two
levels. Inputs are named `join`, `g0-join`, `g0-1-field`, `g0-1-op`, `g0-1-value`, and `g0-1-to`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from app.contacts.domain.criteria.document import MAX_RULES, group_of
from app.contacts.domain.criteria.fields import KINDS, LISTS, NO_VALUE, Field, field_named
from app.contacts.domain.criteria.parsed import Condition, Group
from app.platform.text.numbers import whole_number

Join = Literal["all", "any"]
Widget = Literal["none", "text", "number", "days", "date", "tags", "lines", "choice", "choices"]

MAX_GROUPS = 10
FIRST_FIELD = "contact.tags"
_ROW = re.compile(r"g([0-9])-([0-9]{1,2})-field")
_ACT = re.compile(r"(add|remove)-([0-9])(?:-([0-9]{1,2}))?")


@dataclass(frozen=True)
class Row:
    """One condition as entered. `values` are the texts of its input, `to` the end of a range."""

    field: str = FIRST_FIELD
    op: str = ""
    values: tuple[str, ...] = ()
    to: str = ""

    @property
    def known(self) -> Field:
        """The field, or FIRST_FIELD in place of one that does not exist."""
        return field_named(self.field) or field_named(FIRST_FIELD)  # type: ignore[return-value]

    @property
    def operators(self) -> tuple[str, ...]:
        return KINDS[self.known.kind].operators

    @property
    def operator_labels(self) -> dict[str, str]:
        """{operator: label} of the field’s operators."""
        return {op: KINDS[self.known.kind].label(op) for op in self.operators}

    @property
    def operator(self) -> str:
        """The operator, or the field's first one in place of one that does not fit it."""
        return self.op if self.op in self.operators else self.operators[0]

    @property
    def widget(self) -> Widget:
        """The kind of input for the values."""
        return _widget(self.known.kind, self.operator)

    @property
    def is_range(self) -> bool:
        return self.operator == "between"

    @property
    def rule(self) -> dict[str, Any]:
        """The rule of a criteria document; without a valid value it is one that `criteria_problems`
        rejects."""
        rule = {"field": self.known.name, "op": self.operator}
        return rule if self.operator in NO_VALUE else rule | {"value": self._value()}

    def _value(self) -> Any:
        text = self.values[0].strip() if self.values else ""
        if self.is_range:
            return [text, self.to.strip()]
        if self.operator in LISTS:
            separator = r"[,\n]" if self.widget == "tags" else r"\n"
            return [part.strip() for one in self.values for part in re.split(separator, one) if part.strip()]
        days = whole_number(text, 99_999) if self.widget == "days" else None
        return text if days is None else days


@dataclass(frozen=True)
class RowGroup:
    join: Join = "all"
    rows: tuple[Row, ...] = (Row(),)


@dataclass(frozen=True)
class FilterForm:
    """Groups that are joined by `join`."""

    join: Join = "all"
    groups: tuple[RowGroup, ...] = field(default=(RowGroup(),))

    @property
    def document(self) -> dict[str, Any]:
        """The criteria document, which is only valid if the form is complete."""
        groups: list[dict[str, Any]] = [
            {group.join: [row.rule for row in group.rows]} for group in self.groups if group.rows
        ]
        return groups[0] if len(groups) == 1 else {self.join: groups}

    @property
    def has_room(self) -> bool:
        """Whether another condition may be added."""
        return sum(len(group.rows) for group in self.groups) < MAX_RULES

    def after(self, act: str) -> "FilterForm":
        """Return the form after a button: `add-0` (a condition to the first group), `remove-0-1`, or
        `add-group`. Any other act changes nothing."""
        if act == "add-group":
            is_full = len(self.groups) >= MAX_GROUPS or not self.has_room
            return self if is_full else replace(self, groups=(*self.groups, RowGroup()))
        found = _ACT.fullmatch(act)
        if found is None or int(found[2]) >= len(self.groups):
            return self
        groups = list(self.groups)
        place = int(found[2])
        rows = groups[place].rows
        if found[1] == "add":
            rows = (*rows, Row()) if self.has_room else rows
        elif found[3] is not None:
            rows = (*rows[: int(found[3])], *rows[int(found[3]) + 1 :])
        groups[place] = replace(groups[place], rows=rows)
        return replace(self, groups=tuple(group for group in groups if group.rows) or (RowGroup(),))


def read_filter_form(given: Mapping[str, Sequence[str]]) -> FilterForm:
    """Read the inputs {name: values}; unknown names are ignored."""
    places = sorted({(int(found[1]), int(found[2])) for name in given if (found := _ROW.fullmatch(name))})
    groups: dict[int, list[Row]] = {}
    for group, row in places[:MAX_RULES]:
        start = f"g{group}-{row}"
        values = tuple(given.get(f"{start}-value", ()))
        name, op, to = (_first(given, f"{start}-{part}") for part in ("field", "op", "to"))
        groups.setdefault(group, []).append(Row(name, op, values, to))
    if not groups:
        return FilterForm()
    return FilterForm(
        _join(_first(given, "join")),
        tuple(RowGroup(_join(_first(given, f"g{at}-join")), tuple(rows)) for at, rows in groups.items()),
    )


def filter_form_of(document: Any) -> FilterForm | None:
    """Return a valid criteria document as a form; None if it has more levels or groups than a form.

    Values become texts, so the caller has to compare the meanings (`have_same_meaning`).
    """
    join, members = group_of(document)
    bare = [member for member in members if "field" in member]
    nested = [member for member in members if "field" not in member]
    groups = [RowGroup(_join(join), tuple(map(_row, bare)))] if bare else []
    for inner in nested:
        inner_join, rows = group_of(inner)
        if any("field" not in row for row in rows):
            return None
        groups.append(RowGroup(_join(inner_join), tuple(map(_row, rows))))
    if len(groups) > MAX_GROUPS:
        return None
    return FilterForm(_join(join), tuple(groups)) if groups else FilterForm()


def have_same_meaning(criteria: Group, others: Group) -> bool:
    """Return whether criteria are the same apart from how their groups are nested."""
    return _flat(criteria) == _flat(others)


def _flat(criteria: Group) -> Group:
    """Merge nested groups that are joined in the same way, or have one member."""
    members: list[Condition | Group] = []
    for member in criteria.members:
        inner = _flat(member) if isinstance(member, Group) else member
        is_merged = isinstance(inner, Group) and (
            len(inner.members) == 1 or (inner.join == criteria.join and bool(inner.members))
        )
        members += inner.members if isinstance(inner, Group) and is_merged else [inner]
    return Group(criteria.join if len(members) != 1 else "all", tuple(members))


def _row(rule: Mapping[str, Any]) -> Row:
    name, op, value = str(rule["field"]), str(rule["op"]), rule.get("value")
    if op == "between" and isinstance(value, list):
        return Row(name, op, (str(value[0]),), str(value[1]))
    if isinstance(value, list):
        return Row(name, op, tuple(_texts(name, value)))
    return Row(name, op, () if value is None else (str(value),))


def _texts(name: str, values: Sequence[Any]) -> Iterator[str]:
    """Yield the texts of a list: one for inputs that take several choices, otherwise one for all."""
    widget = _widget(Row(name).known.kind, "in_list")
    if widget == "choices":
        yield from map(str, values)
    else:
        yield (", " if widget == "tags" else "\n").join(map(str, values))


def _widget(kind: str, op: str) -> Widget:
    if op in NO_VALUE:
        return "none"
    if op == "in_last_days":
        return "days"
    if kind == "tags":
        return "tags"
    if kind in ("text", "custom", "number"):
        if op in LISTS:
            return "lines"
        if kind == "number" or op in ("greater", "less"):
            return "number"
        return "date" if op in ("before", "after") else "text"
    if kind in ("date", "moment"):
        return "date"
    if kind == "search":
        return "text"
    return "choices" if op in LISTS else "choice"


def _first(given: Mapping[str, Sequence[str]], name: str) -> str:
    values = given.get(name) or ("",)
    return values[0]


def _join(text: str) -> Join:
    return "any" if text == "any" else "all"
