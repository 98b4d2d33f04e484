"""Jobs in the search over everything: by the name of their file or workflow."""

from collections.abc import Sequence

from flask import url_for

from app.accounts.domain import Actor
from app.bulk_enrollment.application.report.finding import matching_jobs
from app.platform.finding import Found, Provider, register
from app.platform.text.formats import short_date


def register_provider() -> None:
    register(Provider("jobs", "Enrollments and imports", "enrollments", place=40, find=_find))


def _find(actor: Actor, text: str, limit: int) -> Sequence[Found]:
    return [
        Found(
            one.title,
            url_for("jobs.show", public_id=one.public_id),
            ", ".join(part for part in (one.file_name, short_date(one.created_at)) if part),
        )
        for one in matching_jobs(actor, text, limit)
    ]
