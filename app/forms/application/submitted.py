"""What was entered in a form, as users see it, with the consent text that people agreed to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.forms.domain.submissions import SubmissionState, answers_in
from app.forms.infrastructure import queries
from app.platform.errors import NotFound
from app.platform.ids import is_public_id

PAGE: Final = 50


@dataclass(frozen=True)
class ListedSubmission:
    """A submission as lists show it. `contact_id` is None while it waits for confirmation, and once its
    contact no longer exists. `answers` is {field key: text}."""

    id: int
    email: str
    answers: Mapping[str, str]
    contact_id: int | None
    submitted_at: datetime
    is_waiting: bool
    confirmed_at: datetime | None
    consent_text: str


@dataclass(frozen=True)
class SubmissionPage:
    """A page of submissions, newest first, and the keys after and before which the next pages begin."""

    shown: Sequence[ListedSubmission]
    newer: str | None
    older: str | None


def submissions_of_form(
    actor: Actor, form_id: int, *, before: str = "", after: str = "", limit: int | None = None
) -> SubmissionPage:
    """Return the page of up to `limit` (PAGE) submissions before or after a key; the first one without, or
    with a wrong key. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    if queries.form(actor.account_id, form_id) is None:
        raise NotFound("NOT_FOUND", "This form doesn’t exist.")
    before, after = (one if is_public_id(one) else "" for one in (before, after))
    most = limit or PAGE
    found = queries.submissions_page(actor.account_id, form_id, before=before, after=after, limit=most + 1)
    has_more = len(found) > most
    rows = found[1:] if has_more and after else found[:most]
    has_newer, has_older = (has_more, True) if after else (bool(before), has_more)
    return SubmissionPage(
        [_listed(row) for row in rows],
        newer=rows[0].key if rows and has_newer else None,
        older=rows[-1].key if rows and has_older else None,
    )


def _listed(row: Any) -> ListedSubmission:
    return ListedSubmission(
        id=row.id,
        answers=answers_in(row.answers),
        email=row.answers["email"],
        contact_id=row.contact_id,
        submitted_at=row.submitted_at,
        is_waiting=row.state == SubmissionState.WAITING,
        confirmed_at=row.confirmed_at,
        consent_text=row.consent_text,
    )
