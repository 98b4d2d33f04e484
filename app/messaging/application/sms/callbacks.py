"""Requests of the provider: delivery reports, and messages that people send.

They are signed with the auth token of the account that their address names, and change nothing of other
accounts. They may come twice, and in any order.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from app.contacts import application as contacts
from app.messaging.application.composing import message_with_id
from app.messaging.application.sms.addresses import inbound_url, report_url
from app.messaging.application.sms.provider import chosen_sms
from app.messaging.application.sms.transport import AT_PROVIDER
from app.messaging.application.sources import Settled, source
from app.messaging.application.time_line import note_down
from app.messaging.application.tracking import settle_first
from app.messaging.domain.reactions.machines import Fetch
from app.messaging.domain.sms.reports import OPTED_OUT, Outcome, SmsReport, report_of, sentence_of
from app.messaging.domain.sms.settings import read_number
from app.messaging.domain.sms.signatures import is_signed
from app.messaging.domain.sms.wishes import Wish, wish_in
from app.messaging.domain.states import State
from app.messaging.infrastructure import message_counts
from app.messaging.infrastructure.reactions import store as reactions
from app.messaging.infrastructure.reactions.store import Tracked
from app.messaging.infrastructure.sms import store
from app.messaging.infrastructure.sms.store import KeptReport
from app.messaging.infrastructure.sms.tokens import account_with
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.database.many_rows import id_list
from app.platform.errors import NotFound
from app.platform.logs import log
from app.platform.tenancy import acting_for
from app.platform.text.headers import one_line

MOST_REPLIES: Final = 50
"""How many replies to one message are kept."""
TRIED_FOR: Final = timedelta(hours=1)
"""How long recording an early report is tried again if it fails."""
SOURCES: Final = {Wish.STOP: "Replied “{}” to a text message", Wish.START: "Texted “{}”"}

Fields = Sequence[tuple[str, str]]


def receive_report(key: str, message_key: str, fields: Fields, signature: str) -> None:
    """Record what became of a message; a report that comes before the message is recorded as sent is kept
    until then, but an opt-out counts at once. Raises NotFound for what is not signed by the account's
    provider."""
    account_id = _account(key)
    message_id = message_with_id(message_key)
    if message_id is None:
        raise NotFound("NOT_FOUND", "This address doesn’t exist.")
    said = _signed(account_id, report_url(account_id, message_id), fields, signature)
    report = report_of(said.get("MessageStatus", ""), said.get("ErrorCode", ""))
    if report is None:
        return
    number = read_number(said.get("To", ""), None)
    with acting_for(account_id):
        found = reactions.tracked(message_id, account_id)
        if found is None:
            return
        if found.state != State.SENDING:
            _record(found, report, number)
            return
        with transaction():
            store.keep_report(account_id, message_id, report)
        despite_deadlocks(lambda: _note_opt_out(found, report, number, now()))


def record_early_reports() -> None:
    """Record the reports that came early once their messages are recorded as sent. Called once a second by
    the clock. Idempotent."""
    for kept in store.kept_reports():
        with acting_for(kept.account_id):
            is_over = _is_recorded(kept) or _is_given_up(kept)
            with transaction():
                if is_over:
                    store.forget_report(kept)
                else:
                    store.count_failure(kept)


def _is_recorded(kept: KeptReport) -> bool:
    """Record a report that came early; return whether that has succeeded. The first failure is logged, those
    that follow are counted."""
    try:
        found = reactions.tracked(kept.message_id, kept.account_id)
        if found is not None:
            _record(found, kept.report)
    except Exception:  # those of others must not wait for it
        if not kept.failures:
            log.exception("sms_report_not_recorded", extra={"message_id": kept.message_id})
        return False
    return True


def _is_given_up(kept: KeptReport) -> bool:
    """Return whether a report that could not be recorded is not tried again."""
    if kept.at >= now() - TRIED_FOR:
        return False
    facts = {"message_id": kept.message_id, "attempts": kept.failures + 1}
    log.error("sms_report_given_up", extra=facts)
    return True


def receive_text(key: str, fields: Fields, signature: str) -> None:
    """Record a message that somebody sent: an opt-out or opt-in counts for the number; anything else is a
    reply to the latest message. Raises NotFound for what is not signed by the account's provider."""
    account_id = _account(key)
    said = _signed(account_id, inbound_url(account_id), fields, signature)
    number, text = read_number(said.get("From", ""), None), said.get("Body", "")
    if number is None:
        return
    wish = wish_in(text, said.get("OptOutType", ""))
    with acting_for(account_id):
        if wish in SOURCES:
            words = SOURCES[wish].format(one_line(text.strip())[:20])
            despite_deadlocks(
                lambda: contacts.note_sms_wish(account_id, number, wish == Wish.START, words, now())
            )
        elif wish is None:
            despite_deadlocks(lambda: _reply(account_id, number, text.strip()))
    log.info("sms_received", extra={"account": account_id, "kind": wish.value if wish else "reply"})


def _account(key: str) -> int:
    account_id = account_with(key)
    if account_id is None:
        raise NotFound("NOT_FOUND", "This address doesn’t exist.")
    return account_id


def _signed(account_id: int, url: str, fields: Fields, given: str) -> Mapping[str, str]:
    """Return the fields of a request that the account's provider has signed."""
    with acting_for(account_id):
        by = chosen_sms(account_id)
    if by is None or not by.token or not url or not is_signed(by.token, url, fields, given):
        raise NotFound("NOT_FOUND", "This address doesn’t exist.")
    return dict(fields)


def _record(found: Tracked, report: SmsReport, number: str | None = None) -> None:
    """Record a report about a message to a number, if the report says which. The opt-out comes first: the
    report may not come again."""
    at = now()

    def record() -> None:
        _note_opt_out(found, report, number, at)
        _settle(found, report, at)

    despite_deadlocks(record)


def _note_opt_out(found: Tracked, report: SmsReport, number: str | None, at: datetime) -> None:
    """Let an opt-out count for the number that the message went to, whoever has it now."""
    if report.code != OPTED_OUT:
        return
    number = number or store.number_texted(found.account_id, found.id)
    if number:
        contacts.note_sms_wish(found.account_id, number, False, AT_PROVIDER, at)


_STATES: Final = {
    Outcome.SENT: State.SENT,
    Outcome.DELIVERED: State.DELIVERED,
    Outcome.UNDELIVERED: State.BOUNCED,
}
_BEFORE: Final = {
    Outcome.SENT: {State.UNCERTAIN.value},
    Outcome.DELIVERED: {State.UNCERTAIN.value, State.SENT.value},
    Outcome.UNDELIVERED: {State.UNCERTAIN.value, State.SENT.value},
}
"""The states in which a report counts: what is delivered stays so, whatever comes late."""


def _settle(found: Tracked, report: SmsReport, at: datetime) -> None:
    """Give a message the state that was reported. If it was uncertain, its enrollment waits."""
    state = _STATES[report.what]
    with transaction():
        contacts.hold_many(found.account_id, id_list([found.contact_id]))
        reactions.hold(found)
        before = reactions.tracked(found.id, found.account_id)
        if before is None or before.state not in _BEFORE[report.what]:
            return
        answer = sentence_of(report.code) if report.what == Outcome.UNDELIVERED else None
        with message_counts.counting(found.account_id, [found.id]):
            if not store.settle(found.account_id, found.id, before.state, state, answer, at):
                return
        was_uncertain = before.state == State.UNCERTAIN.value
        if was_uncertain or state == State.BOUNCED:
            noted = State.BOUNCED if state == State.BOUNCED else State.SENT
            note_down(found.account_id, {found.id: noted}, at)
        if was_uncertain:
            visit = store.visit_of(found.account_id, found.id)
            its_end = State.FAILED if state == State.BOUNCED else State.SENT  # the step says what then
            settled = Settled(found.enrollment_id, found.step_id, visit, its_end)
            source().settled(found.account_id, [settled], at)


def _reply(account_id: int, number: str, text: str) -> None:
    """Keep a reply to the latest text message to a number. The same words again are the same reply."""
    at = now()
    with transaction():
        theirs = store.contacts_with(account_id, number)
        contacts.hold_many(account_id, theirs)
        latest = store.latest_to(account_id, theirs)
        found = reactions.tracked(latest, account_id) if latest is not None else None
        if found is None:
            return
        reactions.hold(found)
        known = reactions.replies_to(account_id, found.id)
        words = text[: reactions.MAX_LINK]
        if words in {one.link for one in known} or len(known) >= MOST_REPLIES:
            return
        with message_counts.counting(account_id, [found.id]):
            reactions.add(found, "replied", Fetch(at, words), by_machine=False)
            settle_first(found, "replied", at)
