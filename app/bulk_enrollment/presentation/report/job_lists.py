"""The lists of jobs, of enrollments and of imports, with their filters."""

from datetime import timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.domain.job import DRY_RUN, JobStatus, statuses_named
from app.bulk_enrollment.infrastructure.job_list import JobFilter
from app.bulk_enrollment.presentation.report import figures
from app.platform import web
from app.platform.settings import current
from app.platform.text import formats

STATUSES = [status for status in JobStatus if status not in DRY_RUN]


def job_list(kind: str) -> ResponseReturnValue:
    """List jobs of one kind, newest first. A poll gets only the part that changes."""
    actor = web.actor()
    wanted = _job_filter(kind)
    older, newer = request.args.get("older", ""), request.args.get("newer", "")
    page = report.show_jobs(actor, wanted, older, newer)
    place = {"older": older} if older else {"newer": newer} if newer else {}
    facts = {
        "page": page,
        "bars": {shown.job.id: figures.figures_of(shown) for shown in page.jobs},
        "wanted": wanted,
        "here": _list_url(wanted, **place),
        "newer_url": page.newer and _list_url(wanted, newer=page.newer),
        "older_url": page.older and _list_url(wanted, older=page.older),
    }
    if web.is_htmx() and web.is_for("job-list"):
        return render_template("bulk_enrollment/_job_list.html", **facts)
    choices = report.workflows_to_choose(actor)
    return render_template(
        "bulk_enrollment/jobs.html",
        workflows=choices,
        statuses=STATUSES,
        days=_days(wanted),
        days_kept=current().job_retention_days,
        nav_active=_place(kind),
        **facts,
    )


def _place(kind: str) -> str:
    """Return the navigation entry for a kind of job."""
    return "contacts" if kind == "import" else "enrollments"


def _job_filter(kind: str) -> JobFilter:
    status = request.args.get("status", "")
    known = not statuses_named(status).isdisjoint(STATUSES)
    workflow = request.args.get("workflow", "")[:36] if kind == "enroll" else ""
    since, until = (formats.midnight(request.args.get(name)) for name in ("from", "to"))
    return JobFilter(
        status if known else "",
        workflow,
        kind,
        since,
        formats.midnight(request.args.get("to"), days_later=1) if until else None,
    )


def _list_url(wanted: JobFilter, **place: Any) -> str:
    page = "imports.index" if wanted.kind == "import" else "jobs.index"
    days: dict[str, Any] = {name: day for name, day in _days(wanted).items() if day}
    return url_for(page, status=wanted.status or None, workflow=wanted.workflow_id or None, **days, **place)


def _days(wanted: JobFilter) -> dict[str, str]:
    """Return the first and the last day of the filter as ISO dates, or empty strings."""
    last = formats.in_zone(wanted.until - timedelta(seconds=1)).date() if wanted.until else None
    first = formats.in_zone(wanted.since).date() if wanted.since else None
    return {"from": first.isoformat() if first else "", "to": last.isoformat() if last else ""}
