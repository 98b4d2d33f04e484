"""The event stream of a job's progress for its page."""

from functools import partial

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.report.live_progress import follow_job, live_state
from app.platform import web
from app.platform.web.event_streams import Subscription, answer, event_stream

blueprint = Blueprint("job_events", __name__, url_prefix="/enrollments")


@blueprint.get("/<public_id>/events")
@event_stream
def of_page(public_id: str) -> ResponseReturnValue:
    return stream_of(public_id, is_page=True)


def stream_of(public_id: str, is_page: bool) -> Response:
    """Return the stream of a job's progress. Raises NotAllowed, NotFound, and Unavailable."""
    actor = web.actor()
    job = follow_job(actor, public_id)
    read = partial(live_state, actor.account_id, job.public_id)
    return answer(Subscription(actor.account_id, job.subject, actor.user_id, read, is_page), job.is_over)
