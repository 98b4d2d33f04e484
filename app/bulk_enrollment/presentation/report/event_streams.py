"""Event streams of a job's progress: one address for pages and one for programs."""

from functools import partial

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.report.live_progress import follow_job, live_state
from app.platform import web
from app.platform.event_streams import Subscription, answer, event_stream

blueprint = Blueprint("job_events", __name__, url_prefix="/enrollments")
api = Blueprint("job_events_api", __name__, url_prefix="/api/v1/bulk-enrollment/jobs")


@blueprint.get("/<public_id>/events")
@event_stream
def of_page(public_id: str) -> ResponseReturnValue:
    return _events(public_id, is_page=True)


@api.get("/<job_id>/events")
@event_stream
def of_program(job_id: str) -> ResponseReturnValue:
    return _events(job_id, is_page=False)


def _events(public_id: str, is_page: bool) -> ResponseReturnValue:
    actor = web.actor()
    job = follow_job(actor, public_id)
    read = partial(live_state, actor.account_id, job.public_id)
    return answer(Subscription(actor.account_id, job.subject, actor.user_id, read, is_page), job.is_over)
