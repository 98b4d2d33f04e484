"""The account's provider of text messages: connecting and testing it, and pausing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.integrations import application as integrations
from app.messaging.application.servers.saved_logins import changed_names
from app.messaging.application.servers.server_tests import MOST_TESTS, ServerAnswer, count_attempt
from app.messaging.application.sms.addresses import inbound_url
from app.messaging.application.sms.provider import chosen_sms, quiet_hours_of
from app.messaging.domain.reasons import Delay
from app.messaging.domain.sms.settings import SmsSettings, read_number, read_sms_settings, token_problem
from app.messaging.infrastructure.pace import holding
from app.messaging.infrastructure.servers.smtp import Doubtful, Refused
from app.messaging.infrastructure.sms import store
from app.messaging.infrastructure.sms.tables import SmsProviderRow
from app.messaging.infrastructure.sms.tokens import decrypted, encrypted
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.errors import Conflict, Invalid

SMS: Final = "sms"
TESTS: Final = "sms_tests"


@dataclass(frozen=True)
class ShownSms:
    """The provider as pages show it: without its token. `token_lost`: it can't be read anymore. `inbound_url`
    is what the provider has to call when somebody answers; empty without a public address of this
    installation, and nothing is sent then, because nobody could opt out."""

    settings: SmsSettings
    token_lost: bool
    sending_paused: bool
    inbound_url: str


def has_sms_provider(account_id: int) -> bool:
    """Return whether an account's text messages are sent, instead of being kept in the outbox."""
    return chosen_sms(account_id) is not None


def shown_sms(actor: Actor) -> ShownSms | None:
    """Return the account's provider; None without one."""
    accounts.require(actor, Permission.ACCOUNT)
    row = store.provider_of(actor.account_id)
    if row is None:
        return None
    return ShownSms(
        _settings_of(row), decrypted(row.token) is None, row.sending_paused, inbound_url(actor.account_id)
    )


def save_sms_settings(actor: Actor, typed: Mapping[str, str]) -> None:
    """Connect a provider, or change it: the fields of SmsSettings, and `token`, which stays if it is empty
    and the account SID is the same. Messages that wait for the end of quiet hours are looked at again if
    those change. Raises Invalid with `fields`."""
    accounts.require(actor, Permission.ACCOUNT)
    wanted, token = read_sms_settings(typed, actor.country), typed.get("token", "").strip()
    problem = token_problem(token) if token else None
    if problem or isinstance(wanted, dict):
        wrong = wanted if isinstance(wanted, dict) else {}
        raise Invalid.in_fields(wrong | ({"token": problem} if problem else {}))
    assert isinstance(wanted, SmsSettings)
    with transaction():
        accounts.lock(actor.account_id)
        row = store.provider_of(actor.account_id)
        values = {**_columns(wanted), "token": _token(row, wanted, token)}
        before, changed = row and quiet_hours_of(row), changed_names(row, values)
        if changed:
            store.save_provider(actor.account_id, values, actor.user_id)
            if row is None:
                integrations.connect(actor, SMS)
            elif wanted.quiet_hours != before:
                holding.end_delay(actor.account_id, Delay.QUIET_HOURS, now())
            activity.record(
                actor,
                "sms_changed" if row else "sms_connected",
                "sms_provider",
                actor.account_id,
                name=wanted.sender,
                **({"changed": changed} if row else {}),
            )


def disconnect_sms(actor: Actor) -> None:
    """Forget the provider. Text messages are kept in the outbox from now on. Idempotent."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        row = store.provider_of(actor.account_id)
        if row is not None:
            sender = row.sender
            store.delete_provider(actor.account_id)
            holding.end_delay(actor.account_id, Delay.QUIET_HOURS, now())
            integrations.disconnect(actor, SMS)
            activity.record(actor, "sms_disconnected", "sms_provider", actor.account_id, name=sender)


def pause_sms(actor: Actor, sending_paused: bool) -> None:
    """Pause or resume sending. Raises Conflict without a provider."""
    accounts.require(actor, Permission.ACCOUNT)
    with transaction():
        accounts.lock(actor.account_id)
        row = store.provider_of(actor.account_id)
        if row is None:
            raise Conflict("CONFLICT", "Connect a provider first.")
        if row.sending_paused != sending_paused:
            store.save_provider(actor.account_id, {"sending_paused": sending_paused}, actor.user_id)
            activity.record(
                actor, "sms_paused" if sending_paused else "sms_resumed", "sms_sending", actor.account_id
            )


def send_test_sms(actor: Actor, to: str) -> ServerAnswer:
    """Send a test message, also while sending is paused; return what the provider answered. Raises Invalid
    with `fields`, Conflict without a provider, and LimitReached."""
    accounts.require(actor, Permission.ACCOUNT)
    found = chosen_sms(actor.account_id)
    if found is None:
        raise Conflict("CONFLICT", "Connect a provider first.")
    number = read_number(to, actor.country)
    if number is None:
        raise Invalid.in_fields(
            {"to": "Enter a phone number with its country code, such as +49 170 1234567."}
        )
    count_attempt(actor, TESTS, f"sent {MOST_TESTS} test messages")
    with transaction():
        activity.record(actor, "sms_tested", "sms_provider", actor.account_id, name=number[-4:])
    forget_snapshot()
    try:
        found.provider.send(number, f"Test message from {actor.account_name}.")
        answer = ServerAnswer(True, f"Twilio accepted the message to {number}.")
    except (Refused, Doubtful) as failure:
        answer = ServerAnswer(False, str(failure))
    integrations.note_test(actor, SMS, answer.is_accepted)
    return answer


def _token(row: SmsProviderRow | None, wanted: SmsSettings, typed: str) -> str:
    """Return the encrypted token. The saved one is kept if nothing is typed; it belongs to its account."""
    if typed:
        is_same = row is not None and decrypted(row.token) == typed
        return row.token if row is not None and is_same else encrypted(typed)
    if row is None:
        raise Invalid.in_fields({"token": "Enter the auth token from your Twilio console."})
    if row.account_sid != wanted.account_sid or decrypted(row.token) is None:
        raise Invalid.in_fields({"token": "Enter the auth token of this account."})
    return row.token


def _columns(settings: SmsSettings) -> dict[str, Any]:
    quiet = settings.quiet_hours
    return {
        "account_sid": settings.account_sid,
        "sender": settings.sender,
        "per_second": settings.per_second,
        "asks_consent": settings.asks_consent,
        "quiet_from": quiet.begins if quiet else None,
        "quiet_until": quiet.ends if quiet else None,
    }


def _settings_of(row: SmsProviderRow) -> SmsSettings:
    return SmsSettings(row.account_sid, row.sender, row.per_second, row.asks_consent, quiet_hours_of(row))
