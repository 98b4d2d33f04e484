"""Limits that the operator sets for every account of an installation (P-08)."""

from dataclasses import dataclass

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.files import application as files
from app.gallery import application as gallery
from app.platform.settings import Settings
from app.platform.text.formats import number, size
from app.platform.text.words import counted

NONE = "no limit"


@dataclass(frozen=True)
class InstallationLimit:
    """A limit that accounts can't change. `limit` is in words; `used` too, empty if nothing is counted."""

    title: str
    text: str
    limit: str
    used: str = ""
    percent: float | None = None


def installation_limits(actor: Actor, settings: Settings) -> list[InstallationLimit]:
    """Return the limits and how much of each is used. Raises NotAllowed."""
    require(actor, Permission.REPORTS)
    templates = gallery.own_templates(actor)
    kept, most = sum(files.kept_bytes(actor.account_id).values()), files.storage_limit(actor.account_id)
    a_minute = settings.api_requests_per_minute
    return [
        InstallationLimit(
            "Storage",
            "Uploads, jobs and dry runs, selected contacts, and the activity log. Uploads that no job uses"
            " are deleted after a day.",
            size(most),
            size(kept),
            _percent(kept, most),
        ),
        InstallationLimit(
            "Custom templates",
            "Agencies have no limit." if templates.limit is not None else "Your account is an agency.",
            NONE if templates.limit is None else number(templates.limit),
            "" if templates.limit is None else number(templates.total),
            None if templates.limit is None else _percent(templates.total, templates.limit),
        ),
        InstallationLimit("File size", "CSV, TSV, and Excel files.", size(settings.max_upload_bytes)),
        InstallationLimit(
            "Rows per Excel file",
            "Larger files can be saved as CSV.",
            number(settings.max_workbook_rows),
        ),
        InstallationLimit(
            "Open dry runs",
            "A new one replaces the oldest.",
            number(settings.max_dry_runs),
        ),
        InstallationLimit(
            "API requests per minute",
            "For each API token. Responses say how many are left.",
            number(a_minute) if a_minute else NONE,
        ),
        InstallationLimit(
            "Job history",
            "Finished jobs, their rows and uploads, and notifications are deleted after that.",
            counted(settings.job_retention_days, "day"),
        ),
    ]


def _percent(used: int, most: int) -> float:
    return 100.0 if used >= most else round(100 * used / most, 1)
