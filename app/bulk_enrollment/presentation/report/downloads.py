"""Download of a job's rows as a streamed CSV file."""

import unicodedata
from urllib.parse import quote

from flask import Blueprint, Response, request, stream_with_context
from flask.typing import ResponseReturnValue

from app.bulk_enrollment.application.report import shown_jobs as report
from app.bulk_enrollment.application.report.download import download_rows
from app.bulk_enrollment.domain.outcomes import FAILED, Outcome
from app.platform import web
from app.platform.errors import Invalid

blueprint = Blueprint("job_downloads", __name__, url_prefix="/enrollments")


@blueprint.get("/<public_id>/rows.csv")
def rows(public_id: str) -> ResponseReturnValue:
    """Stream rows as CSV.

    `outcome` may be repeated: outcome codes, or `failed` for all rows that failed. Without it, all rows.
    """
    actor = web.actor()
    asked = [code for given in request.args.getlist("outcome") for code in given.split(",") if code]
    wanted, part = _wanted(asked)
    download = download_rows(actor, report.show_job(actor, public_id), wanted, part)
    answer = Response(stream_with_context(download.chunks), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", **_names(download.name))
    return answer


def _names(name: str) -> dict[str, str]:
    """Return the parameters of Content-Disposition: the file name in ASCII, and in UTF-8."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return {"filename": plain} if plain == name else {"filename": plain, "filename*": "UTF-8''" + quote(name)}


def _wanted(asked: list[str]) -> tuple[frozenset[Outcome] | None, str]:
    """Return (outcomes, or None for all; their description in the file name). Raises Invalid."""
    if not asked or asked == ["all"]:
        return None, "all"
    wanted: set[Outcome] = set()
    for code in asked:
        if code == "failed":
            wanted |= FAILED
        elif code in Outcome.__members__:
            wanted.add(Outcome[code])
        else:
            raise Invalid("VALIDATION_ERROR", "This outcome doesn’t exist.")
    name = asked[0].lower().replace("_", "-") if len(asked) == 1 else "some"
    return frozenset(wanted), name
