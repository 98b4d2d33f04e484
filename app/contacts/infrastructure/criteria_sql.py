"""Criteria compiled to a SQL condition on contacts, for both databases; equivalent to
`domain.criteria.matches`.

Each test of `domain.criteria.parsed` has one translation. Conditions are only joined by AND and OR, so that
NULL counts as not met. Fields without a translation raise Unanswerable.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.contacts.domain.consent import SmsConsentStatus
from app.contacts.domain.criteria import (
    LAST_WITHOUT_YEAR,
    Clock,
    Condition,
    DayIs,
    Group,
    HasKeys,
    InLanes,
    IsEmpty,
    NumberIs,
    TextIs,
    Unanswerable,
    days_of,
    moments_of,
)
from app.contacts.infrastructure.conditions import in_lane
from app.contacts.infrastructure.tables import Contact, ContactTag, SmsConsent, Tag
from app.platform.database import is_sqlite
from app.platform.text.comparing import DAY, MICRO, NUMBER, SCRIPTS, Script

Bool: TypeAlias = sa.ColumnElement[bool]
OwnTest: TypeAlias = Callable[[int, IsEmpty | HasKeys], Bool]
"""(account id, test) -> condition on `contacts` for a field that another room registered."""


@dataclass(frozen=True)
class Scope:
    """Context of a compilation: account, clock, the account's custom field keys, and the tests of other rooms
    by field name."""

    account_id: int
    clock: Clock
    custom_fields: frozenset[str] = frozenset()
    own_tests: Mapping[str, OwnTest] | None = None


def compiled(criteria: Group, scope: Scope) -> Bool:
    """Return the condition that a contact meets the criteria. Raises Unanswerable."""
    parts = [
        compiled(member, scope) if isinstance(member, Group) else _condition(member, scope)
        for member in criteria.members
    ]
    return sa.or_(sa.false(), *parts) if criteria.join == "any" else sa.and_(sa.true(), *parts)


def _condition(condition: Condition, scope: Scope) -> Bool:
    name, test = condition.field.name, condition.test
    if key := condition.custom:
        if key not in scope.custom_fields:
            return sa.false()
        return _text(test, sa.func.coalesce(Contact.custom[key].as_string(), ""), scope.clock)
    if isinstance(test, InLanes):
        return sa.or_(sa.false(), *(in_lane(lane) for lane in test.lanes))
    if name == "contact.tags":
        return _tags(test, scope.account_id)
    if name == "contact.sms_consent":
        return _sms_consent(test, scope.account_id)
    if own := (scope.own_tests or {}).get(name):
        assert isinstance(test, IsEmpty | HasKeys)
        return own(scope.account_id, test)
    if name == "contact.birthday":
        return _date(test, scope.clock)
    if name in _MOMENTS:
        return _moment(test, _MOMENTS[name](scope.account_id), scope.clock)
    if name in _KEYS:
        return _text(test, _KEYS[name], scope.clock, is_key=True)
    if name in _TEXTS:
        return _text(test, _TEXTS[name](), scope.clock)
    raise Unanswerable(condition.field)


def _text(test: Any, text: Any, clock: Clock, is_key: bool = False) -> Bool:
    """Condition for a test on text. A key may be NULL and is compared unfolded, so that its index can be
    used."""
    if isinstance(test, IsEmpty):
        filled: Bool = text.is_not(None) if is_key else text != ""
        return filled if test.no else sa.not_(filled)
    if isinstance(test, TextIs):
        return _text_is(test, text if is_key else _folded(text), is_key)
    if isinstance(test, NumberIs):
        inside: Bool = _number(test, _micro(text))
        return sa.or_(text == "", inside) if test.no else inside
    first, last = days_of(test, clock)
    return _between(_day(text), first and first.isoformat(), last and last.isoformat())


def _text_is(test: TextIs, text: Any, may_be_null: bool) -> Bool:
    if test.how != "is":
        return sa.or_(sa.false(), *(_fits(text, test.how, wanted) for wanted in test.texts))
    if not test.no:
        return cast(Bool, text.in_(test.texts))
    other = cast(Bool, text.not_in(test.texts))
    return sa.or_(text.is_(None), other) if may_be_null else other


def _fits(text: Any, how: str, wanted: str) -> Any:
    """Substring test without LIKE, whose wildcards would need escaping and whose case rules differ by
    database."""
    size = len(wanted)
    if how == "contains":
        return (sa.func.instr if is_sqlite() else sa.func.strpos)(text, wanted) > 0
    if how == "starts_with":
        return sa.func.substr(text, 1, size) == wanted
    return (sa.func.substr(text, -size) if is_sqlite() else sa.func.right(text, size)) == wanted


def _folded(text: Any) -> Any:
    """SQL form of `comparing.fold_case`. ASCII text, nearly all of it, is folded by the database itself.

    `translate` compares each letter with each pair, so it only gets the pairs of the text's script.
    """
    if is_sqlite():
        is_ascii = sa.func.length(text) == sa.func.length(sa.cast(text, sa.LargeBinary))
        plain = sa.func.lower(text, type_=sa.String)
        return sa.case((is_ascii, plain), else_=sa.func.fold_case(text, type_=sa.String))
    plain = sa.func.lower(sa.collate(text, "C"), type_=sa.String)
    is_ascii = sa.func.octet_length(text) == sa.func.char_length(text)
    whens = [
        (sa.not_(text.regexp_match(f"[^{script.ranges}]")), _translated(plain, script)) for script in SCRIPTS
    ]
    return sa.case((is_ascii, plain), *whens[:-1], else_=whens[-1][1])


def _translated(text: Any, script: Script) -> Any:
    return sa.func.translate(text, script.folded_from, script.folded_to, type_=sa.String)


def _micro(text: Any) -> Any:
    """SQL form of `comparing.micro_number`."""
    if is_sqlite():
        return sa.func.micro_number(text, type_=sa.BigInteger)
    number = sa.cast(sa.cast(text, sa.Numeric) * sa.literal(MICRO, sa.Numeric), sa.BigInteger)
    return sa.case((text.regexp_match(f"^{NUMBER}$"), number), else_=None)


def _day(text: Any) -> Any:
    """SQL form of `comparing.day_text`."""
    if is_sqlite():
        return sa.func.day_text(text, type_=sa.String)
    day = sa.collate(sa.func.substr(text, 1, 10, type_=sa.String), "C")
    return sa.case((text.regexp_match(f"^{DAY}([T ]|$)"), day), else_=None)


def _number(test: NumberIs, number: Any) -> Any:
    if test.numbers:
        return number.not_in(test.numbers) if test.no else number.in_(test.numbers)
    return _between(number, test.low, test.high)


def _between(value: Any, low: Any, high: Any) -> Bool:
    """Condition `low <= value <= high`; None leaves a side open. NULL if the value is NULL."""
    parts = [value >= low] if low is not None else []
    parts += [value <= high] if high is not None else []
    return sa.and_(*(parts or [value.is_not(None)]))


def _date(test: Any, clock: Clock) -> Bool:
    column = Contact.birthday
    if isinstance(test, IsEmpty):
        return column.is_not(None) if test.no else column.is_(None)
    inside = _between(column, *days_of(test, clock))
    has_year = column > LAST_WITHOUT_YEAR
    if isinstance(test, DayIs) and test.no:
        return sa.or_(column.is_(None), sa.and_(has_year, sa.not_(inside)))
    return sa.and_(has_year, inside)


def _moment(test: Any, at: Any, clock: Clock) -> Bool:
    if isinstance(test, IsEmpty):
        empty: Bool = at.is_(None)
        return sa.not_(empty) if test.no else empty
    start, end = moments_of(test, clock)
    parts = [at >= start] if start is not None else []
    parts += [at < end] if end is not None else []
    inside = sa.and_(sa.true(), *parts)
    return sa.not_(inside) if isinstance(test, DayIs) and test.no else inside


def _last_activity(account_id: int) -> Any:
    """Time of the newest timeline event, or the creation time if there is none."""
    newest = sa.select(sa.func.max(ContactEvent.at)).where(
        ContactEvent.account_id == account_id, ContactEvent.contact_id == Contact.id
    )
    return sa.func.coalesce(newest.correlate(Contact).scalar_subquery(), Contact.created_at)


def _tags(test: Any, account_id: int) -> Bool:
    if isinstance(test, IsEmpty):
        any_tag = _has_tag(account_id)
        return any_tag if test.no else sa.not_(any_tag)
    if test.how == "all":
        return sa.and_(sa.true(), *(_has_tag(account_id, (key,)) for key in test.keys))
    found = _has_tag(account_id, test.keys)
    return sa.not_(found) if test.how == "none" else found


def _has_tag(account_id: int, keys: tuple[str, ...] | None = None) -> Bool:
    """Condition that the contact has one of the tags with these keys (None: any tag).

    EXISTS lets the database start from contacts or from tags. Correlated to contacts only, because the
    enclosing statement may read tags too.
    """
    found = sa.exists().where(ContactTag.account_id == account_id, ContactTag.contact_id == Contact.id)
    if keys is not None:
        wanted = sa.select(Tag.id).where(Tag.account_id == account_id, Tag.name_key.in_(keys))
        found = found.where(ContactTag.tag_id.in_(wanted))
    return found.correlate(Contact)


def _sms_consent(test: Any, account_id: int) -> Bool:
    wanted = set(SmsConsentStatus) - set(test.texts) if test.no else set(test.texts)
    parts = [
        _has_said(account_id, is_given)
        for is_given in (True, False)
        if SmsConsentStatus.of(is_given) in wanted
    ]
    if SmsConsentStatus.UNKNOWN in wanted:
        parts.append(sa.not_(_has_said(account_id)))
    return sa.or_(sa.false(), *parts)


def _has_said(account_id: int, is_given: bool | None = None) -> Bool:
    """Condition that the contact's number has agreed to text messages, or has not, or (None) either."""
    said = sa.exists().where(SmsConsent.account_id == account_id, SmsConsent.phone_key == Contact.phone_key)
    if is_given is not None:
        said = said.where(SmsConsent.is_given if is_given else sa.not_(SmsConsent.is_given))
    return said.correlate(Contact)


def _full_name() -> Any:
    first, last = (sa.func.coalesce(one, "") for one in (Contact.first_name, Contact.last_name))
    return sa.func.trim(first.concat(" ").concat(last))


def _email_domain() -> Any:
    """The part of the email key after the @; a key contains exactly one."""
    key = sa.func.coalesce(Contact.email_key, "")
    place = (sa.func.instr if is_sqlite() else sa.func.strpos)(key, "@", type_=sa.Integer)
    return sa.case((place > 0, sa.func.substr(key, place + 1, type_=sa.String)), else_="")


_KEYS: dict[str, Any] = {
    "contact.email": Contact.email_key,
    "contact.phone": Contact.phone_key,
    "contact.status": Contact.status,
}
_TEXTS: dict[str, Callable[[], Any]] = {
    "contact.first_name": lambda: sa.func.coalesce(Contact.first_name, ""),
    "contact.last_name": lambda: sa.func.coalesce(Contact.last_name, ""),
    "contact.company": lambda: sa.func.coalesce(Contact.company, ""),
    "contact.city": lambda: sa.func.coalesce(Contact.city, ""),
    "contact.country": lambda: sa.func.coalesce(Contact.country, ""),
    "contact.time_zone": lambda: sa.func.coalesce(Contact.time_zone, ""),
    "contact.full_name": _full_name,
    "contact.email_domain": _email_domain,
}
_MOMENTS: dict[str, Callable[[int], Any]] = {
    "contact.created_at": lambda _account_id: Contact.created_at,
    "contact.updated_at": lambda _account_id: Contact.updated_at,
    "contact.last_activity_at": _last_activity,
}
