"""The contact fields that a template uses, and the account's fields that can be used instead.

Fields are named as in conditions: `contact.birthday`, `contact.custom.dob`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from rapidfuzz import fuzz

from app.contacts.domain import ValueStyle
from app.contacts.domain.criteria import custom_key, field_label, rules
from app.contacts.domain.own_fields import (
    KIND_LABELS,
    OwnField,
    OwnKind,
    kind_problems,
    own_problem,
    read_own,
)
from app.files.domain.headers.words import meaning_of, normalised
from app.workflows.domain import Definition
from app.workflows.domain.definition.custom_fields import criteria_of
from app.workflows.domain.definition.parts import Part, Step

CUSTOM: Final = "contact.custom."
BUILT_IN: Final[dict[str, OwnKind]] = {
    "contact.birthday": OwnKind.DATE,
    "contact.company": OwnKind.TEXT,
    "contact.city": OwnKind.TEXT,
}
"""Fields that every account has and that can be used for a custom field. Not the other way around: on
birthdays, triggers start people every year, on the dates of custom fields once."""

_OF_DATES: Final = frozenset({"before", "after", "in_last_days"})
_OF_NUMBERS: Final = frozenset({"greater", "less"})
_ALIKE: Final = 70.0
_MOST_SUGGESTED: Final = 3


@dataclass(frozen=True, slots=True)
class UsedField:
    """A custom field that a template uses: the kind that it needs, the names of the parts that use it, the
    (operator, value) of the conditions on it, and the values that steps give it."""

    name: str
    kind: OwnKind
    parts: tuple[str, ...] = ()
    rules: tuple[tuple[Any, Any], ...] = ()
    values: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return field_label(self.name)

    @property
    def key(self) -> str:
        return custom_key(self.name)


@dataclass(frozen=True, slots=True)
class OwnTarget:
    """A field of the account that can be used for one of a template."""

    name: str
    field: OwnField

    @property
    def label(self) -> str:
        return self.field.label


def used_fields(definition: Definition) -> list[UsedField]:
    """Return the custom fields that a template uses, in reading order."""
    found: dict[str, _Use] = {}
    for part in definition.parts:
        for name, use in _uses(part):
            found.setdefault(name, _Use()).add(part, use)
    return [use.field(name) for name, use in found.items()]


def targets(own: Sequence[OwnField]) -> list[OwnTarget]:
    """Return the fields of an account that can stand for others: custom fields, then built-in ones."""
    built_in = [OwnTarget(name, OwnField(name, field_label(name), kind)) for name, kind in BUILT_IN.items()]
    return [*(OwnTarget(CUSTOM + one.key, one) for one in own), *built_in]


def misfit(used: UsedField, target: OwnTarget, country: str = "") -> str:
    """Return why a field can't be used for one of the template, as a sentence; empty if it can."""
    field = target.field
    if field.kind not in (used.kind, OwnKind.TEXT) and (
        used.kind is not OwnKind.TEXT or target.name in BUILT_IN
    ):
        kind, needed = KIND_LABELS[field.kind].lower(), KIND_LABELS[used.kind].lower()
        return f"{field.label} is a field of the type {kind}. The template needs the type {needed}."
    if problems := kind_problems([(field, op, value) for op, value in used.rules]):
        return problems[0]
    style = ValueStyle(country)
    wrong = (text for text in used.values if "{" not in text and read_own(field, text, style) is None)
    text = next(wrong, None)
    return "" if text is None else f"The template sets this field: {own_problem(field, text)}"


def suggested(used: UsedField, fitting: Sequence[OwnTarget]) -> list[OwnTarget]:
    """Return those of the fields that look like the one that is needed, the most alike first."""
    alike = {one.name: _likeness(used, one) for one in fitting}
    best = sorted((one for one in fitting if alike[one.name] >= _ALIKE), key=lambda one: -alike[one.name])
    return best[:_MOST_SUGGESTED]


def _likeness(used: UsedField, target: OwnTarget) -> float:
    """Return how likely a field is meant: up to 100 for names that read alike or mean the same, and 10
    more for the same kind."""
    wanted = _words(used.label)
    names = {_words(one) for one in (target.label, *target.field.aliases)}
    likeness = max(fuzz.token_sort_ratio(wanted, name) for name in names)
    if (meant := _meaning(used.label)) and any(_meaning(name) == meant for name in names):
        likeness = 100.0
    is_same = used.kind is target.field.kind and used.kind is not OwnKind.TEXT
    return likeness + 10 if is_same else likeness


_words = lru_cache(maxsize=4096)(normalised)


@lru_cache(maxsize=4096)
def _meaning(name: str) -> str:
    """Return the contact field that a column with this name would be; empty if none."""
    found = meaning_of(name)
    return found[0] if found else ""


class _Use:
    """What is known of a field while the parts are read."""

    def __init__(self) -> None:
        self._parts: dict[str, None] = {}
        self._rules: list[tuple[Any, Any]] = []
        self._values: dict[str, None] = {}
        self._is_date = False

    def add(self, part: Part, use: Any) -> None:
        self._parts[part.name] = None
        if use is _DATE:
            self._is_date = True
        elif isinstance(use, tuple):
            self._rules.append(use)
        elif use:
            self._values[use] = None

    def field(self, name: str) -> UsedField:
        return UsedField(name, self._kind(), tuple(self._parts), tuple(self._rules), tuple(self._values))

    def _kind(self) -> OwnKind:
        operators = {op for op, _ in self._rules if isinstance(op, str)}
        if self._is_date or operators & _OF_DATES:
            return OwnKind.DATE
        return OwnKind.NUMBER if operators & _OF_NUMBERS else OwnKind.TEXT


_DATE: Final = object()


def _uses(part: Part) -> Iterator[tuple[str, Any]]:
    """Yield (name of a field, how a part uses it): as a date, a rule, a value that it gives it, or None."""
    for setting, value in part.settings:
        if setting.kind == "date_field" and custom_key(value):
            yield value, _DATE
    written = part.kind.changes(part.config) if isinstance(part, Step) and part.kind else None
    for name in (*part.contact_fields, *part.merge_tags):
        if custom_key(name):
            yield name, written.value if written and written.what == name else None
    for _, criteria in criteria_of(part):
        for rule in rules(criteria):
            if custom_key(rule.field):
                yield rule.field, (rule.op, rule.value)
