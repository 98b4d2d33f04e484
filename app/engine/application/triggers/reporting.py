"""Events that calendars, shops, and other software report to addresses of the account, which the integrations
room reads."""

from collections.abc import Sequence

from app.accounts.application import worker_actor
from app.contacts.domain import CONSENT_LABELS, ConsentBasis
from app.engine.application.triggers.receiving import GivenEvent, NewContacts, receive_events
from app.integrations import application as integrations
from app.integrations.application import ReportedEvent


def register_receiver() -> None:
    bases = {basis.value: label for basis, label in CONSENT_LABELS.items()}
    integrations.register_receiver(integrations.Receiver(_record, bases))


def _record(
    account_id: int, events: Sequence[ReportedEvent], basis: str | None, source: str
) -> Sequence[str]:
    """Record events; return what became of each: a status of `receiving`."""
    creation = NewContacts(ConsentBasis(basis), source) if basis else None
    given = [
        GivenEvent(
            type=one.type,
            id=one.key,
            email=one.email,
            occurred_at=one.occurred_at,
            data=one.data,
            first_name=one.first_name,
            last_name=one.last_name,
        )
        for one in events
    ]
    return [answer.status for answer in receive_events(worker_actor(account_id), given, creation)]
