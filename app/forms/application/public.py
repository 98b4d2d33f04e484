"""The page of a form, and what people enter there. All of it is open to everyone, so nothing that is answered
depends on whether an address is known.

A form with double opt-in does nothing until its email was answered, at most `MOST_EMAILS` a day for an
address. Addresses that are blocked, or whose emails are returned, get none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from app.accounts import application as accounts
from app.contacts import application as contacts
from app.contacts.application import NewEvent, consent
from app.contacts.domain import FIELDS, Status, read_fields
from app.contacts.domain.own_fields import OwnField
from app.forms.application.editing import details_of
from app.forms.domain.details import OWN, AskedField, FormDetails
from app.forms.domain.submissions import (
    CONFIRM_WITHIN,
    EMAILS_WITHIN,
    MOST_EMAILS,
    SubmissionState,
    answers_in,
    is_expired,
    key_of,
)
from app.forms.infrastructure import queries, store
from app.forms.infrastructure.tables import FormSubmission, HostedForm
from app.forms.infrastructure.tokens import submission_with
from app.messaging import application as messaging
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.errors import Invalid, NotFound, Unavailable
from app.platform.ids import is_public_id, new_public_id
from app.platform.tenancy import acting_for

EVENT: Final = "form_submitted"
"""The type of the event, as triggers and goals of workflows know it."""
EMAIL: Final = AskedField("email", True)
WHOLE_LINK: Final = "Make sure you have the complete link."
_PHONE: Final = ("phone", "phone_key")


@dataclass(frozen=True)
class PublicForm:
    """A form as its page shows it. `own` are the custom fields that it asks for and that exist, by key;
    `color` is the account's, empty without one."""

    id: int
    public_id: str
    account_id: int
    account_name: str
    country: str
    sender_lines: tuple[str, ...]
    color: str
    has_logo: bool
    name: str
    details: FormDetails
    own: Mapping[str, OwnField]

    @property
    def fields(self) -> list[AskedField]:
        """The fields to show: the names, the email address, and the others."""
        asked = [
            one
            for one in self.details.fields
            if not one.key.startswith(OWN) or one.key.removeprefix(OWN) in self.own
        ]
        names = [one for one in asked if one.key in ("first_name", "last_name")]
        return [*names, EMAIL, *(one for one in asked if one not in names)]

    @property
    def consent_mark(self) -> str:
        """What tells whether the consent text is still the one that somebody read."""
        return sha256(self.details.consent_text.encode()).hexdigest()[:16]

    def label_of(self, key: str) -> str:
        """Return the label of one of the fields."""
        return self.own[key.removeprefix(OWN)].label if key.startswith(OWN) else FIELDS[key].label


def open_form(public_id: str) -> PublicForm:
    """Return a form that accepts submissions. Raises NotFound, also for one that is archived, and Unavailable
    while its account is suspended. Like the other functions here, it tells in the fact `advice` what may
    help."""
    row = _form_at(public_id)
    if row.archived_at is not None:
        raise NotFound("NOT_FOUND", "This form is closed.")
    if accounts.is_suspended(row.account_id):
        raise Unavailable("UNAVAILABLE", "This form isn’t available right now.")
    return _shown(row)


def color_of_form(public_id: str) -> str:
    """Return the color of a form's account, empty without one. Raises NotFound."""
    row = _form_at(public_id)
    with acting_for(row.account_id):
        return accounts.business_details(row.account_id).color


def logo_of_form(public_id: str) -> tuple[bytes, str]:
    """Return (content, media type) of the logo of a form's account. Raises NotFound."""
    row = _form_at(public_id)
    with acting_for(row.account_id):
        return accounts.logo_of(accounts.worker_actor(row.account_id))


def submit(form: PublicForm, given: Mapping[str, str], agrees: bool, key: str, read: str = "") -> None:
    """Take what was entered: `given` are texts by the keys of fields, `key` is that of the page, with which
    the same texts count once, `read` the `consent_mark` of the consent text that it showed. Raises Invalid
    with `fields`."""
    with acting_for(form.account_id):
        if agrees and read and read != form.consent_mark:
            problem = "This text has changed. Read it and check the box again."
            raise Invalid.in_fields({"agrees": problem})
        values = _read(form, given, agrees)
        page = key if is_public_id(key) else new_public_id()
        own_key = key_of(page, values, form.details.consent_text)
        despite_deadlocks(lambda: _take(form, values, own_key, now()))


@dataclass(frozen=True)
class Confirmation:
    """The page behind the link of an email. `entered` are (label, text) of what may have been entered by
    somebody else; `is_done`: it was confirmed before."""

    form: PublicForm
    consent_text: str
    entered: list[tuple[str, str]]
    is_done: bool


def confirmation_of(public_id: str, token: str) -> Confirmation:
    """Return what a link confirms. Raises NotFound, also if it is too old."""
    form = _shown(_form_at(public_id))
    with acting_for(form.account_id):
        return _shown_confirmation(form, _submission(form, token))


def confirm(public_id: str, token: str) -> Confirmation:
    """Do what was submitted. Confirming it again changes nothing. Raises NotFound."""
    form = _shown(_form_at(public_id))
    with acting_for(form.account_id):
        despite_deadlocks(lambda: _confirm(form, token, now()))
        return _shown_confirmation(form, _submission(form, token))


def _take(form: PublicForm, values: Mapping[str, Any], key: str, at: datetime) -> None:
    has_to_confirm = form.details.double_opt_in
    with transaction():
        if has_to_confirm:
            store.lock_address(form.account_id, values["email_key"])  # so that emails are counted one by one
        if has_to_confirm and not _may_get_email(form.account_id, values["email_key"], at):
            return
        state = SubmissionState.WAITING if has_to_confirm else SubmissionState.RECEIVED
        submission_id = store.add_submission(
            {
                "account_id": form.account_id,
                "form_id": form.id,
                "key": key,
                "state": state.value,
                "email_key": values["email_key"],
                "answers": dict(values),
                "consent_text": form.details.consent_text,
                "submitted_at": at,
                "letter_due_at": at if has_to_confirm else None,
            }
        )
        if submission_id is None:
            return
        if has_to_confirm:
            after_commit(lambda: messaging.wake_emails(form.account_id))
        else:
            _receive(form, submission_id, values, False, at)


def _confirm(form: PublicForm, token: str, at: datetime) -> None:
    with transaction():
        found = _submission(form, token)
        submission_id, answers = found.id, dict(found.answers)
        if store.confirm(form.account_id, submission_id, at):
            _receive(form, submission_id, answers, True, at)


def _receive(
    form: PublicForm, submission_id: int, values: Mapping[str, Any], is_confirmed: bool, at: datetime
) -> None:
    """Create or update the contact, and tell workflows, in the caller's transaction.

    If numbers that have said nothing get text messages, no unknown person may have them sent to one.
    """
    account_id = form.account_id
    if not is_confirmed and messaging.texts_unknown_numbers(account_id):
        values = {name: value for name, value in values.items() if name not in _PHONE}
    contact_id = consent.sign_up(account_id, consent.SignUp(values, f"Form “{form.name}”", is_confirmed), at)
    store.receive(account_id, submission_id, contact_id)
    event = NewEvent(
        key=f"form-submission:{submission_id}",
        type=EVENT,
        contact_id=contact_id,
        occurred_at=at,
        text=f"Form submitted: {form.name}",
        data={"form": form.name},
    )
    contacts.record_events(account_id, [event], at)


def _shown_confirmation(form: PublicForm, found: FormSubmission) -> Confirmation:
    texts = answers_in(found.answers)
    entered = [(form.label_of(one.key), texts[one.key]) for one in form.fields if texts.get(one.key)]
    return Confirmation(form, found.consent_text, entered, found.state == SubmissionState.RECEIVED)


def _may_get_email(account_id: int, email_key: str, at: datetime) -> bool:
    contact_id = contacts.contacts_by_email(account_id, [email_key]).get(email_key)
    status = contacts.status_of(account_id, contact_id) if contact_id else None
    if status in (Status.BLOCKED, Status.BOUNCED):
        return False
    return queries.submissions_since(account_id, email_key, at - EMAILS_WITHIN) < MOST_EMAILS


def _read(form: PublicForm, given: Mapping[str, str], agrees: bool) -> Mapping[str, Any]:
    """Return the column values of what was entered. Raises Invalid with `fields`."""
    asked = {one.key for one in form.fields}
    standard = {key: given.get(key, "") for key in asked if not key.startswith(OWN)}
    custom = {key: given.get(f"{OWN}{key}", "") for key in form.own if f"{OWN}{key}" in asked}
    reading = read_fields(standard, form.country, custom, own=form.own)
    problems = {f"{OWN}{key}" if key in form.own else key: text for key, text in reading.problems.items()}
    for one in form.fields:
        if one.is_required and not given.get(one.key, "").strip():
            problems[one.key] = "This field is required."
    if not agrees:
        problems["agrees"] = "Check this box to agree."
    if not problems and "email_key" not in reading.values:
        problems["email"] = "Enter an email address."
    if problems:
        raise Invalid.in_fields(problems)
    return reading.values


def _form_at(public_id: str) -> HostedForm:
    row = queries.form_at(public_id) if is_public_id(public_id) else None
    if row is None:
        raise NotFound("NOT_FOUND", "This form doesn’t exist.", advice=WHOLE_LINK)
    return row


def _shown(row: HostedForm) -> PublicForm:
    account_id, details = row.account_id, details_of(row)
    form_id, public_id, name = row.id, row.public_id, row.name
    with acting_for(account_id):
        owner, business = accounts.worker_actor(account_id), accounts.business_details(account_id)
        wanted = {one.key.removeprefix(OWN) for one in details.fields if one.key.startswith(OWN)}
        own = {field.key: field for field in contacts.own_field_list(account_id) if field.key in wanted}
    return PublicForm(
        id=form_id,
        public_id=public_id,
        account_id=account_id,
        account_name=owner.account_name,
        country=owner.country,
        sender_lines=tuple(business.postal_address.splitlines()),
        color=business.color,
        has_logo=bool(business.logo),
        name=name,
        details=details,
        own=own,
    )


def _submission(form: PublicForm, token: str) -> FormSubmission:
    submission_id = submission_with(token)
    found = queries.submission(form.account_id, submission_id) if submission_id else None
    if found is None or found.form_id != form.id or is_expired(found.state, found.submitted_at, now()):
        raise NotFound(
            "NOT_FOUND",
            "This link doesn’t work.",
            advice=f"{WHOLE_LINK} Confirmation links expire after {CONFIRM_WITHIN.days} days.",
        )
    return found
