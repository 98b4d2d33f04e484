"""What enrollments know about a contact that is erased: they stay for the figures, and active ones end."""

from collections.abc import Sequence

from app.contacts import application as contacts
from app.contacts.application import ErasedPerson, Trace
from app.engine.application.moving.telling import about_contact
from app.engine.domain import UNDER_WAY, EndReason
from app.engine.infrastructure import queries, store
from app.notifications import application as notifications
from app.platform.clock import now
from app.platform.text.words import counted


def register_eraser() -> None:
    contacts.register_eraser("enrollments", contacts.Eraser(preview=_preview, at_once=_withdraw))


def _preview(person: ErasedPerson) -> Sequence[Trace]:
    found = queries.enrollments_of_contact(person.account_id, person.contact_id)
    active = sum(enrollment.status in UNDER_WAY for enrollment, _, _ in found)
    return [Trace(f"Removed from {counted(active, 'active workflow')}.")] if active else []


def _withdraw(person: ErasedPerson) -> None:
    notifications.forget(person.account_id, [about_contact(person.contact_id)])
    store.withdraw_contact(person.account_id, person.contact_id, EndReason.ERASED, now())
