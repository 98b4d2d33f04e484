"""Applying criteria to contacts: validation, a select of ids for whole sets, and facts for evaluating a few
contacts.

Other rooms register the fields that only they can answer with `register_term`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.accounts.domain.regions import countries
from app.contacts.application.custom_fields.listing import custom_labels, own_field_list
from app.contacts.domain import Status
from app.contacts.domain.consent import SmsConsentStatus
from app.contacts.domain.criteria import (
    FIELDS,
    Clock,
    Facts,
    Field,
    FilterForm,
    Group,
    HasKeys,
    IsEmpty,
    Outline,
    Unanswerable,
    criteria_outline,
    criteria_problems,
    criteria_words,
    field_named,
    filter_form_of,
    have_same_meaning,
    parse,
    register_fields,
    rules,
)
from app.contacts.domain.criteria.fields import custom_key
from app.contacts.domain.own_fields import OwnField, kind_problems, typed_rule
from app.contacts.infrastructure import criteria_sql, facts
from app.contacts.infrastructure.tables import Contact
from app.platform.clock import now as current_time
from app.platform.database import session
from app.platform.database.many_rows import id_list
from app.platform.errors import Invalid

MAX_PROBLEMS = 20


@dataclass(frozen=True)
class Term:
    """A filter field of another room that relates contacts to its records, such as workflows.

    `condition(account_id, test)` is a condition on the contacts table, `read(account_id, contact_ids)`
    returns the record ids of each contact, `names(account_id, ids)` the names of the records that exist,
    `choices(account_id)` (id, name) of those to choose from, and `gone` is the sentence shown for one that
    does not exist. `needs_keys`: rules must name records, because “any” has no meaning outside a workflow.
    """

    field: Field
    condition: Callable[[int, IsEmpty | HasKeys], sa.ColumnElement[bool]]
    read: Callable[[int, Sequence[int]], Mapping[int, frozenset[str]]]
    names: Callable[[int, Collection[str]], Mapping[str, str]]
    choices: Callable[[int], Sequence[tuple[str, str]]]
    gone: str
    needs_keys: bool = False


_terms: dict[str, Term] = {}


def register_term(term: Term) -> None:
    """Allow criteria to use a field of another room. The kind of the field must be registered."""
    register_fields(term.field)
    _terms[term.field.name] = term


def criteria_for(
    account_id: int, document: Any, *, of_event: bool = False, new_fields: Collection[str] = ()
) -> Group:
    """Parse a criteria document for the contacts of an account, or for an event of theirs. `new_fields` are
    keys of custom fields that the account doesn’t have yet, but that may be named.

    Raises Invalid with every problem (at most MAX_PROBLEMS) in `problems`.
    """
    problems = list(criteria_problems(document))[:MAX_PROBLEMS]
    if problems:
        raise _invalid(problems)
    document = _typed(account_id, document)
    criteria = parse(document, accounts.worker_actor(account_id).country)
    problems = list(dict.fromkeys(_unknown(account_id, criteria, of_event, new_fields)))
    if problems:
        raise _invalid(problems)
    return criteria


def _typed(account_id: int, document: Any) -> Any:
    """Return a valid document whose rules on custom fields have values as the kinds of the fields are stored.

    Raises Invalid for rules that don't fit the kinds.
    """
    if not any(custom_key(rule.field) for rule in rules(document)):
        return document
    own = {field.key: field for field in own_field_list(account_id)}
    found = [(own.get(custom_key(rule.field)), rule.op, rule.value) for rule in rules(document)]
    problems = kind_problems([(field, op, value) for field, op, value in found if field is not None])
    if problems:
        raise _invalid(problems[:MAX_PROBLEMS])
    return _typed_group(document, own)


def _typed_group(group: Any, own: Mapping[str, OwnField]) -> Any:
    typed = {}
    for join, members in group.items():
        typed[join] = [
            _typed_group(member, own)
            if "field" not in member
            else typed_rule(member, own[key])
            if (key := custom_key(member["field"])) in own
            else member
            for member in members
        ]
    return typed


def condition_of(account_id: int, criteria: Group, now: datetime) -> sa.ColumnElement[bool]:
    """Return the criteria as a condition on the contacts table. Raises Invalid for a field that contacts do
    not have."""
    scope = criteria_sql.Scope(
        account_id,
        _clock(account_id, now),
        facts.custom_keys(account_id),
        {name: term.condition for name, term in _terms.items()},
    )
    try:
        return criteria_sql.compiled(criteria, scope)
    except Unanswerable as rule:
        raise _invalid([rule.sentence]) from None


def resolve_filter(account_id: int, document: Any, now: datetime) -> sa.Select[int]:
    """Return a select of the ids of contacts that meet the criteria at `now` (UTC).

    Only looks up what the criteria refer to; the select is not executed. Raises Invalid.
    """
    criteria = criteria_for(account_id, document)
    return sa.select(Contact.id).where(
        Contact.account_id == account_id, condition_of(account_id, criteria, now)
    )


def check_filter(actor: Actor, document: Any) -> None:
    """Check that a criteria document can filter the actor's contacts. Raises Invalid."""
    accounts.require(actor, Permission.REPORTS)
    resolve_filter(actor.account_id, document, current_time())


class EditableFilter(NamedTuple):
    """A criteria document as a form, None if the form would lose or change a part of it, and its problems."""

    form: FilterForm | None
    problems: Sequence[str]


def editable_filter(actor: Actor, document: Any) -> EditableFilter:
    """Return a criteria document as a form, if it can be edited in one without changing its meaning."""
    accounts.require(actor, Permission.REPORTS)
    problems = list(criteria_problems(document))[:MAX_PROBLEMS]
    if problems:
        return EditableFilter(None, problems)
    form = filter_form_of(document)
    read: Callable[[Any], Group] = partial(criteria_for, actor.account_id)
    try:
        meant = read(document)
    except Invalid as wrong:  # it refers to something that is gone, which can be replaced in the form
        problems, read = list(wrong.facts["problems"]), parse
        meant = parse(document)
    try:
        is_kept = form is not None and have_same_meaning(meant, read(form.document))
    except (Invalid, KeyError, ValueError):
        is_kept = False
    return EditableFilter(form if is_kept else None, problems)


def filter_outline(account_id: int, document: Any) -> Outline:
    """Describe a criteria document as a nested list, with the names of the records it refers to."""
    return criteria_outline(document, _names_in(account_id, document))


def which_of(account_id: int, contact_ids: Sequence[int], document: Any, now: datetime) -> set[int]:
    """Return the ids of those contacts that meet the criteria. Raises Invalid."""
    found = resolve_filter(account_id, document, now).where(Contact.id.in_(id_list(contact_ids)))
    return set(session().scalars(found))


def tagged_among(account_id: int, contact_ids: Sequence[int], tag: str) -> set[int]:
    """Return the ids of those contacts that have a tag; none for an empty name."""
    rule = {"field": "contact.tags", "op": "has_any", "value": [tag]}
    return which_of(account_id, contact_ids, {"all": [rule]}, current_time()) if tag else set()


def facts_of(account_id: int, contact_ids: Sequence[int], criteria: Group | None = None) -> dict[int, Facts]:
    """Return {contact id: facts that criteria can use} for contacts of the account. Of the fields of other
    rooms, only those that given criteria name are read, which may take a while for many contacts."""
    found = facts.facts_of(account_id, contact_ids)
    named = {condition.field.name for condition in criteria.conditions()} if criteria else _terms.keys()
    held = {name: term.read(account_id, contact_ids) for name, term in _terms.items() if name in named}
    return {
        contact_id: Facts(
            {**known.values, **{name: read.get(contact_id, frozenset()) for name, read in held.items()}},
            known.custom,
            known.custom_fields,
        )
        for contact_id, known in found.items()
    }


def filter_fields(actor: Actor) -> dict[str, str]:
    """Return {name: label} of the fields that contacts can be filtered by, custom ones last."""
    accounts.require(actor, Permission.REPORTS)
    own = {f"contact.custom.{key}": label for key, label in custom_labels(actor.account_id).items()}
    fields = {name: field.label for name, field in FIELDS.items() if name.startswith("contact.")}
    return fields | {name: label for name, label in own.items() if field_named(name)}


def filter_choices(actor: Actor, field: Field) -> Sequence[tuple[str, str]]:
    """Return (value, label) of what a filter on the field can choose from; empty if it takes any value."""
    accounts.require(actor, Permission.REPORTS)
    if term := _terms.get(field.name):
        return term.choices(actor.account_id)
    if field.kind == "status":
        return [(status.value, status.value.capitalize()) for status in Status]
    if field.kind == "sms_consent":
        return [(one.value, one.value.capitalize()) for one in SmsConsentStatus]
    return list(countries().items()) if field.kind == "country" else ()


def filter_words(account_id: int, document: Any) -> str:
    """Describe a criteria document in one sentence, with the names of the records it refers to."""
    [words] = filters_in_words(account_id, [document])
    return words


def filters_in_words(account_id: int, documents: Sequence[Any]) -> list[str]:
    """Describe criteria documents like `filter_words`, with a few queries for all of them."""
    names = _names_in(account_id, *documents)
    return [criteria_words(document, names) for document in documents]


def _names_in(account_id: int, *documents: Any) -> dict[str, str]:
    """Return {id: name} of the records of other rooms in documents."""
    given: dict[str, set[str]] = {}
    for rule in (rule for document in documents for rule in rules(document)):
        if rule.field in _terms:
            values = rule.value if isinstance(rule.value, list) else [rule.value]
            given.setdefault(rule.field, set()).update(one for one in values if isinstance(one, str))
    names: dict[str, str] = {}
    for field, ids in given.items():
        names |= _terms[field].names(account_id, sorted(ids))
    return names


def _unknown(account_id: int, criteria: Group, of_event: bool, new_fields: Collection[str]) -> list[str]:
    """Return problems with references that the account does not have and fields that contacts do not have."""
    problems = []
    answered = ("contact.", "event.") if of_event else ("contact.",)
    conditions = criteria.conditions()
    if custom := {condition.custom for condition in conditions} - {""}:
        missing = custom - facts.custom_keys(account_id) - set(new_fields)
        problems += [f"The custom field “{key}” doesn’t exist." for key in sorted(missing)]
    for condition in conditions:
        if term := _terms.get(condition.field.name):
            keys = condition.test.keys if isinstance(condition.test, HasKeys) else ()
            if term.needs_keys and not keys:
                problems.append(Unanswerable(condition.field).sentence)
            elif set(keys) - set(term.names(account_id, keys)):
                problems.append(term.gone)
        elif not condition.field.name.startswith(answered):
            problems.append(Unanswerable(condition.field).sentence)
    return problems


def zone_of(account_id: int) -> ZoneInfo:
    """Return the account's time zone, in which the days of its criteria begin."""
    return ZoneInfo(accounts.worker_actor(account_id).time_zone)


def _clock(account_id: int, now: datetime) -> Clock:
    return Clock(now, zone_of(account_id))


def _invalid(problems: Sequence[str]) -> Invalid:
    return Invalid("VALIDATION_ERROR", problems[0], fields={"filter": problems[0]}, problems=list(problems))
