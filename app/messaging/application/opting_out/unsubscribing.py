"""Unsubscribing with the link in a message. Whoever has the link may unsubscribe its contact. Only whoever
has just done so may undo it, and not for long."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

from app.accounts import application as accounts
from app.contacts import application as contacts
from app.contacts.application import topics
from app.contacts.domain import Status, may_be_contacted
from app.messaging.application.opting_out.workflows import leaving
from app.messaging.domain.masking import masked
from app.messaging.infrastructure import recipients
from app.messaging.infrastructure.message_counts import counting
from app.messaging.infrastructure.recipients import Addressee
from app.platform import tenancy
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.database.many_rows import id_list
from app.platform.errors import NotFound
from app.platform.settings import current

UNDO_SECONDS: Final = 60 * 60
LINK: Final = "Unsubscribe link"
UNDONE: Final = "Undo on the unsubscribe page"
_TOKEN = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Recipient:
    """What the unsubscribe page of a message says about its contact: `address` is masked, `sender_lines` are
    the account's postal address. `is_in_workflow`: more messages of the same workflow would follow.
    `topics` are {key: name} of those that the contact can stop, `topic` is the key of the message's own one,
    `stopped` are the names of those that it has stopped."""

    token: str
    account_name: str
    has_logo: bool
    sender_lines: tuple[str, ...]
    address: str
    subject: str
    is_subscribed: bool
    is_in_workflow: bool
    topics: Mapping[str, str]
    topic: str
    stopped: tuple[str, ...]


def recipient_of(token: str) -> Recipient:
    """Return whom the page of a message's link is about. Raises NotFound for an unknown token."""
    with _addressee(token) as one:
        details = accounts.business_details(one.account_id)
        status = contacts.status_of(one.account_id, one.contact_id)
        is_subscribed = may_be_contacted(status)
        return Recipient(
            token=token,
            account_name=accounts.worker_actor(one.account_id).account_name,
            has_logo=bool(details.logo),
            sender_lines=tuple(details.postal_address.splitlines()),
            address=masked(one.address) if one.address else "",
            subject=one.subject or "",
            is_subscribed=is_subscribed,
            is_in_workflow=is_subscribed and bool(_places(one, one.workflow_id)),
            topics=topics.open_topics(one.account_id, one.contact_id),
            topic=one.topic or "",
            stopped=tuple(it.name for it in topics.stopped_topics(one.account_id, one.contact_id)),
        )


def logo_for(token: str) -> tuple[bytes, str]:
    """Return (content, media type) of the logo of the account that sent a message. Raises NotFound."""
    with _addressee(token) as one:
        return accounts.logo_of(accounts.worker_actor(one.account_id))


def unsubscribe(token: str) -> str:
    """Unsubscribe the contact of a message from everything. Returns what undoes it; empty if the contact was
    unsubscribed already. Raises NotFound."""
    return despite_deadlocks(lambda: _unsubscribe(token))


def unsubscribe_by_email(account_id: int, token: str, asked_at: datetime | None) -> bool:
    """Unsubscribe the contact of a message of an account, for an email that asks for it and came at
    `asked_at`; return whether there is such a message. The same email changes nothing when it is read again,
    even if the contact was resubscribed."""
    found = recipients.addressee_of(token, account_id)
    if found is None:
        return False
    is_known = (
        asked_at is not None and found.unsubscribed_at is not None and asked_at <= found.unsubscribed_at
    )
    if not is_known:
        despite_deadlocks(lambda: _unsubscribe(token, "Email from the link"))
    return True


def leave_workflow(token: str) -> str:
    """Take the contact of a message out of the message's workflow. Returns what undoes it; empty if the
    contact was not in it. Raises NotFound."""
    return despite_deadlocks(lambda: _leave_workflow(token))


def stop_topics(token: str, keys: Sequence[str]) -> str:
    """Stop topics for the contact of a message. Returns what undoes it; empty if there is nothing to undo.
    Raises NotFound."""
    return despite_deadlocks(lambda: _stop_topics(token, keys))


def undo(token: str, given: str) -> bool:
    """Undo what was done with the link of a message, and let the contact go on in its workflows; `given` is
    what was returned then. Returns False if it is too late. Raises NotFound."""
    return despite_deadlocks(lambda: _undo(token, given))


def _unsubscribe(token: str, way: str = LINK) -> str:
    with _addressee(token) as one, transaction():
        _hold(one)
        at, places = now(), _places(one, None)
        before = contacts.opt_out(one.account_id, one.contact_id, _source(one, way), at)
        if before is None:
            return ""
        _count(one, at)
        return _signed(_done(one, token, at, before.value, places))


def _leave_workflow(token: str) -> str:
    with _addressee(token) as one, transaction():
        _hold(one)
        at, places = now(), _places(one, one.workflow_id)
        if not places:
            return ""
        leaving().leave(one.account_id, one.contact_id, one.workflow_id, _source(one), at)
        _count(one, at)
        return _signed(_done(one, token, at, "", places))


def _stop_topics(token: str, keys: Sequence[str]) -> str:
    with _addressee(token) as one, transaction():
        _hold(one)
        at, who = now(), (one.account_id, one.contact_id)
        if contacts.status_of(*who) is None:
            return ""
        stopped = topics.stop_topics(*who, keys, _source(one), at)
        if not stopped:
            return ""
        return _signed(_done(one, token, at, "", []) | {"topics": stopped})


def _undo(token: str, given: str) -> bool:
    with _addressee(token) as one, transaction():
        done = _opened(given)
        if done is None or done["token"] != token:
            return False
        done_at, at = datetime.fromisoformat(done["at"]), now()
        _hold(one)
        if done["status"]:
            before = Status(done["status"])
            who = (one.account_id, one.contact_id)
            if not contacts.take_back_opt_out(*who, before, done_at, UNDONE, at):
                return False
        elif not may_be_contacted(contacts.status_of(one.account_id, one.contact_id)):
            return False
        elif stopped := done.get("topics"):
            who = (one.account_id, one.contact_id)
            return topics.take_back_stops(*who, stopped, done_at, UNDONE, at)
        _count(one, datetime.fromisoformat(earlier) if (earlier := done.get("before")) else None)
        reopened = leaving().put_back(one.account_id, one.contact_id, done["places"], UNDONE, done_at, at)
        recipients.plan_again(one.account_id, reopened, done_at)
        leaving().go_on(one.account_id, recipients.without_message(one.account_id, reopened), at)
        return True


@contextmanager
def _addressee(token: str) -> Iterator[Addressee]:
    """Act for the account of a message."""
    found = recipients.addressee_of(token) if _TOKEN.fullmatch(token) else None
    if found is None:
        raise NotFound("NOT_FOUND", "This link doesn’t work.")
    with tenancy.acting_for(found.account_id):
        yield found


def _hold(one: Addressee) -> None:
    """Keep the contact from being changed by others, and from going on in its workflows."""
    contacts.hold_many(one.account_id, id_list([one.contact_id]), to_change=True)


def _done(
    one: Addressee, token: str, at: datetime, status: str, places: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return what an undo has to know, also when the contact had unsubscribed with this message before."""
    before = one.unsubscribed_at.isoformat() if one.unsubscribed_at else ""
    return {"token": token, "at": at.isoformat(), "status": status, "places": places, "before": before}


def _count(one: Addressee, at: datetime | None) -> None:
    """Count that the contact unsubscribed because of this message at a time; with None, that it did not."""
    with counting(one.account_id, [one.id]):
        recipients.set_unsubscribed(one, at)


def _places(one: Addressee, workflow_id: int | None) -> list[dict[str, Any]]:
    return list(leaving().places(one.account_id, one.contact_id, workflow_id))


def _source(one: Addressee, way: str = LINK) -> str:
    return f"{way} in “{one.subject}”" if one.subject else way


def _signed(done: dict[str, Any]) -> str:
    return str(_signer().dumps(done))


def _opened(given: str) -> dict[str, Any] | None:
    try:
        done: dict[str, Any] = _signer().loads(given, max_age=UNDO_SECONDS)
    except BadSignature:
        return None
    return done


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current().secret_key, salt="undo unsubscribing")
