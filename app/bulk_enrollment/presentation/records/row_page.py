"""The page of one row of a job, and the consent ledger on a contact's page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.accounts.domain import Actor
from app.bulk_enrollment.application.records.consent_ledger import consent_ledger, show_row
from app.bulk_enrollment.infrastructure.problem_rows import MOST
from app.bulk_enrollment.presentation.report.figures import tone_of
from app.contacts import application as contacts
from app.contacts.domain import consent_words
from app.platform import web

blueprint = Blueprint("job_rows", __name__, url_prefix="/enrollments")


@blueprint.get(f"/<public_id>/rows/<int(max={MOST}):row_number>")
def show(public_id: str, row_number: int) -> ResponseReturnValue:
    row = show_row(web.actor(), public_id, row_number)
    return render_template(
        "bulk_enrollment/row.html",
        row=row,
        shown=row.shown,
        consent=consent_words(row.consent_basis),
        tone=tone_of(row.outcome),
        nav_active="contacts" if row.shown.job.kind == "import" else "enrollments",
    )


def register() -> None:
    contacts.register_panel("consent ledger", _ledger)


def _ledger(actor: Actor, contact_id: int) -> Markup | None:
    entries = consent_ledger(actor, contact_id)
    if not entries:
        return None
    return Markup(
        render_template(
            "bulk_enrollment/_ledger_card.html", entries=entries, label=consent_words, tone_of=tone_of
        )
    )
