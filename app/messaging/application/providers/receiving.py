"""Reports of email providers. Only what an account's provider has signed counts, and only for the account's
emails. Reports may come twice, and in any order."""

import hmac
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from app.messaging.application.providers.addresses import address_of
from app.messaging.application.reports import SECONDS_A_REQUEST, Result, receive_report
from app.messaging.domain.providers.reading import Provider, reports_in
from app.messaging.domain.providers.signing import MAX_AGE, is_recent, signature_of_mailgun
from app.messaging.domain.reactions.feedback import Report
from app.messaging.infrastructure.providers import store
from app.messaging.infrastructure.providers.verifying import (
    confirm_subscription,
    is_signed_by_sendgrid,
    is_signed_by_sns,
)
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.database.pieces import delete_in_pieces
from app.platform.errors import Invalid, NotFound, Unavailable
from app.platform.logs import log
from app.platform.tenancy import acting_for

Headers = Mapping[str, str]

_SENDGRID: Final = "X-Twilio-Email-Event-Webhook"


def take(provider_name: str, address_key: str, headers: Headers, body: bytes) -> None:
    """Record what a provider reports. Raises NotFound if it has not signed the request, Invalid for what is
    not JSON, and Unavailable if there was no time for all reports, so that the provider sends them again."""
    account_id, provider, key = connection_of(provider_name, address_key)
    with acting_for(account_id):
        forget_snapshot()  # certificates may have to be fetched
        document = _DOCUMENTS[provider](account_id, key, headers, body)
        _record(account_id, provider, reports_in(provider, document))


def discard_used_signatures() -> None:
    """Forget, in short transactions, signatures that are too old to be used again. They may have been made up
    to MAX_AGE after they came in, by the clock of the provider."""
    before = now() - 2 * MAX_AGE
    delete_in_pieces(lambda at_most: store.discard_used_before(before, at_most), most_pieces=100)


def connection_of(provider_name: str, address_key: str) -> tuple[int, Provider, str]:
    """Return the account, the provider, and its key that an address stands for. Raises NotFound."""
    account_id = store.account_with(address_key[: store.KEY_LENGTH])
    if account_id is None or provider_name not in list(Provider):
        raise _nothing_here()
    provider = Provider(provider_name)
    with acting_for(account_id):
        known = store.provider_of(account_id, provider.value)
        key = store.decrypted(known.key) if known else None
    if key is None or not hmac.compare_digest(
        address_key.encode(), address_of(account_id, provider, key).encode()
    ):
        raise _nothing_here()
    return account_id, provider, key


def _record(account_id: int, provider: Provider, reports: Sequence[Report]) -> None:
    """Begin with any report, so that repeated requests get to all of them even if none has enough time."""
    first = random.randrange(len(reports) or 1)  # nosec B311 # an order
    end = time.monotonic() + SECONDS_A_REQUEST
    results: list[Result] = []
    for report in (*reports[first:], *reports[:first]):
        if time.monotonic() > end:
            break
        results.append(receive_report(account_id, report))
    recorded = results.count(Result.RECORDED)
    if recorded:
        with transaction():
            store.heard(account_id, provider.value, now())
    log.info(
        "reports_received",
        extra={
            "account": account_id,
            "provider": provider.value,
            "reports": len(reports),
            "recorded": recorded,
        },
    )
    if len(results) < len(reports):
        raise Unavailable("BUSY", "There were too many reports for one request. Send them again.")


def _postmark(_account_id: int, _key: str, _headers: Headers, body: bytes) -> Any:
    return _json(body)


def _sendgrid(_account_id: int, key: str, headers: Headers, body: bytes) -> Any:
    stamp, signature = headers.get(f"{_SENDGRID}-Timestamp", ""), headers.get(f"{_SENDGRID}-Signature", "")
    if not is_signed_by_sendgrid(key, stamp, body, signature) or not is_recent(stamp, now()):
        raise _nothing_here()
    return _json(body)


def _mailgun(account_id: int, key: str, _headers: Headers, body: bytes) -> Any:
    """The signature does not cover the event, so it counts for one only. A request that is repeated as it was
    is taken, because the answer may have been lost; nothing is recorded twice."""
    document = _json(body)
    signature = signature_of_mailgun(key, document, now())
    if signature is None:
        raise _nothing_here()
    with transaction():
        is_first = store.use_signature(account_id, signature, body, now())
    if not is_first:
        raise _nothing_here()
    return document


def _ses(_account_id: int, topic: str, _headers: Headers, body: bytes) -> Any:
    """Return the message in a notification of the account's topic; a new subscription is confirmed."""
    envelope = _json(body)
    if (
        not isinstance(envelope, dict)
        or envelope.get("TopicArn") != topic
        or not is_signed_by_sns(envelope, now())
    ):
        raise _nothing_here()
    if not is_recent(str(envelope.get("Timestamp", "")), now()):
        raise _nothing_here()
    if envelope.get("Type") == "SubscriptionConfirmation":
        if not confirm_subscription(str(envelope.get("SubscribeURL", ""))):
            raise Unavailable("NOT_CONFIRMED", "The subscription couldn’t be confirmed.")
        return None
    if envelope.get("Type") != "Notification":
        return None
    return _json(str(envelope.get("Message", "")))


_DOCUMENTS: Final[Mapping[Provider, Callable[[int, str, Headers, bytes], Any]]] = {
    Provider.POSTMARK: _postmark,
    Provider.SENDGRID: _sendgrid,
    Provider.MAILGUN: _mailgun,
    Provider.SES: _ses,
}


def _json(body: bytes | str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("VALIDATION_ERROR", "This isn’t JSON.") from None


def _nothing_here() -> NotFound:
    return NotFound("NOT_FOUND", "This address doesn’t exist.")
