"""The event stream of a job's progress for programs."""

from flask import Blueprint, Response

from app.accounts.domain import Permission
from app.bulk_enrollment.presentation.report.event_streams import stream_of
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.web.event_streams import event_stream

blueprint: Blueprint = api_blueprint("job_events")


@blueprint.get("/bulk-enrollment/jobs/<public_id>/events")
@event_stream
@operation(
    "Bulk enrollment",
    media_type="text/event-stream",
    permission=Permission.REPORTS,
    says={
        200: "The events, until the job is over.",
        204: "Nothing follows the event that `Last-Event-ID` names.",
        503: "Too many streams are open. Poll the progress instead.",
    },
)
def follow_job_events(public_id: str) -> Response:
    """Follow the progress of a job

    Server-sent events: `progress` with the progress object, first as it is now and then after every change,
    and `end` when the job is over. Every event is complete, so a client that reconnects misses nothing. With
    `Last-Event-ID: end`, the response is 204. If too many streams are open, it is 503; poll instead.
    """
    return stream_of(public_id, is_page=False)
