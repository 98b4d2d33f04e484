"""What other rooms' pages show of jobs: a workflow's page its latest ones."""

from typing import Any

from flask import render_template
from markupsafe import Markup

from app.accounts.domain import Actor
from app.bulk_enrollment.application.report import recent_jobs
from app.workflows import application as workflows


def register() -> None:
    workflows.register_panel("jobs", _latest_jobs)


def _latest_jobs(actor: Actor, workflow: Any) -> Markup | None:
    jobs = recent_jobs(actor, workflow.id)
    return Markup(render_template("bulk_enrollment/_workflow_jobs.html", jobs=jobs)) if jobs else None
