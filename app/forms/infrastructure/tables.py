"""Tables of forms, and of what was entered in them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.forms.domain.details import MAX_BUTTON, MAX_FORM_NAME, MAX_TITLE
from app.forms.domain.submissions import SubmissionState
from app.platform.database import IDS_NOT_REUSED, Authored, BigInt, Json, db, key_text
from app.platform.ids import new_public_id
from app.platform.tenancy import AccountOwned

WAITING = sa.text(f"state = '{SubmissionState.WAITING.value}'")
HAS_EMAIL = sa.text("letter_due_at IS NOT NULL")


class HostedForm(AccountOwned, Authored, db.Model):
    """A form with a page of its own at /f/<public_id>. `fields` are pairs of a key and whether it is
    required; see `domain.details`. `button` and `thanks` are empty for the default texts. Workflows know it
    by `name`, which therefore never changes."""

    __tablename__ = "forms"
    __table_args__ = (sa.UniqueConstraint("account_id", "name_key"), IDS_NOT_REUSED)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(36), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(sa.String(MAX_FORM_NAME))
    name_key: Mapped[str] = mapped_column(sa.String(2 * MAX_FORM_NAME))
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    introduction: Mapped[str] = mapped_column(sa.Text)
    fields: Mapped[list[Any]] = mapped_column(Json)
    consent_text: Mapped[str] = mapped_column(sa.Text)
    button: Mapped[str] = mapped_column(sa.String(MAX_BUTTON))
    thanks: Mapped[str] = mapped_column(sa.Text)
    double_opt_in: Mapped[bool]
    archived_at: Mapped[datetime | None]


class FormSubmission(AccountOwned, db.Model):
    """What was entered in a form: `answers` are column values of a contact, `consent_text` is what the person
    agreed to, as it was shown. `key` is made of that of the page that was sent and of what it said (see
    `domain.submissions`), so that a page that is sent twice counts once.

    `contact_id` is set once the submission is received. From `letter_due_at` on, an email that asks for
    confirmation may be sent; a sender that claims it postpones it, so that another one tries again if this
    one dies.
    """

    __tablename__ = "form_submissions"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "form_id", "key"),
        sa.Index(None, "account_id", "form_id", "state"),
        sa.Index(None, "account_id", "contact_id"),
        sa.Index(None, "account_id", "email_key", "submitted_at"),
        sa.Index(
            "ix_form_submissions_letters",
            "account_id",
            "letter_due_at",
            sqlite_where=HAS_EMAIL,
            postgresql_where=HAS_EMAIL,
        ),
        sa.Index(
            "ix_form_submissions_waiting", "submitted_at", sqlite_where=WAITING, postgresql_where=WAITING
        ),
        IDS_NOT_REUSED,
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    form_id: Mapped[int] = mapped_column(BigInt, sa.ForeignKey("forms.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(sa.String(36))
    state: Mapped[str] = mapped_column(sa.String(10))
    email_key: Mapped[str] = mapped_column(key_text(254))
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    consent_text: Mapped[str] = mapped_column(sa.Text)
    submitted_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    contact_id: Mapped[int | None] = mapped_column(BigInt)
    letter_due_at: Mapped[datetime | None]
    letter_attempt: Mapped[int] = mapped_column(default=0)
