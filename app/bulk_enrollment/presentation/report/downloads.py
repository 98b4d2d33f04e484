"""Download of a job's rows as a streamed CSV file."""

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from app.accounts.domain import Actor
from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.application.report.download import download_rows
from app.bulk_enrollment.domain.outcomes import FAILED, FIRST_PROBLEM, Outcome
from app.platform import web
from app.platform.errors import Invalid

blueprint = Blueprint("job_downloads", __name__, url_prefix="/enrollments")

GROUPS: Final = {
    "failed": FAILED,
    "skipped": frozenset(one for one in Outcome if one >= FIRST_PROBLEM) - FAILED,
}
_UNKNOWN: Final = "This outcome doesn’t exist."


@blueprint.get("/<public_id>/rows.csv")
def rows(public_id: str) -> ResponseReturnValue:
    """Stream rows as CSV.

    `outcome` may be repeated: outcome codes, or `failed` for all rows that failed. Without it, all rows.
    """
    asked = [code for given in request.args.getlist("outcome") for code in given.split(",") if code]
    return rows_as_csv(web.actor(), public_id, [] if asked == ["all"] else asked)


def rows_as_csv(actor: Actor, public_id: str, asked: Sequence[str]) -> Response:
    """Return a streamed file of the rows with one of these outcomes or groups of them; all rows without any.

    Raises Invalid for an unknown outcome, and like `download_rows`.
    """
    wanted = outcomes_named(asked)
    part = "all" if not asked else asked[0].lower().replace("_", "-") if len(asked) == 1 else "some"
    download = download_rows(actor, report.show_job(actor, public_id), wanted or None, part)
    return web.csv_file(download.chunks, download.name)


def outcomes_named(asked: Sequence[str]) -> frozenset[Outcome]:
    """Return the outcomes with these codes or in these GROUPS. Raises Invalid for any other name."""
    wanted: set[Outcome] = set()
    for code in asked:
        if code in GROUPS:
            wanted |= GROUPS[code]
        elif code in Outcome.__members__:
            wanted.add(Outcome[code])
        else:
            raise Invalid.in_fields({"outcome": _UNKNOWN})
    return frozenset(wanted)
