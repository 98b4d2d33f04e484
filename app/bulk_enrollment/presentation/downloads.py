"""A job's rows as a CSV file, made while it is sent."""

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
    """`outcome`: codes, several allowed; `failed` for everything that a person can mend or try again; all
    rows without it."""
    actor = web.actor()
    asked = [code for given in request.args.getlist("outcome") for code in given.split(",") if code]
    wanted, part = _wanted(asked)
    download = download_rows(actor, report.show_job(actor, public_id), wanted, part)
    answer = Response(stream_with_context(download.chunks), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", **_names(download.name))
    return answer


def _names(name: str) -> dict[str, str]:
    """The file's name for every browser: in ASCII, and whole for those that read that."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return {"filename": plain} if plain == name else {"filename": plain, "filename*": "UTF-8''" + quote(name)}


def _wanted(asked: list[str]) -> tuple[frozenset[Outcome] | None, str]:
    """(outcomes or None for all, what the file's name says of them)."""
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
