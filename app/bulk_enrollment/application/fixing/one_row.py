"""Fixing one row of a finished job, named by its number in the file."""

from collections.abc import Mapping, Sequence

from app.accounts import application as accounts
from app.accounts.domain import Actor
from app.bulk_enrollment.application.fixing.checking import Column, columns_of
from app.bulk_enrollment.application.fixing.editing import EditedRow, save_edits
from app.bulk_enrollment.application.fixing.sheet import open_sheet
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.infrastructure.fixing import sheets
from app.bulk_enrollment.infrastructure.fixing.tables import LEFT_OUT
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotFound, Unavailable


def fix_row(
    actor: Actor, public_id: str, row: int, values: Mapping[str, str], leave_out: bool | None = None
) -> EditedRow:
    """Correct a row, or leave it out, and return it. What is still wrong is kept, too.

    `values` are texts by name or position of the column; `leave_out` None changes nothing about that. The
    row runs with the next retry once nothing is wrong with it. Raises NotAllowed, NotFound, Conflict for a
    job without rows to fix, Invalid (`fields`), and Unavailable while the rows are made ready.
    """
    open_sheet(actor, public_id)
    with transaction():
        accounts.lock(actor.account_id)
        job = find_job(actor, public_id)
        sheet = sheets.sheet_of(job.account_id, job.id)
        if sheet is not None and sheet.failure:
            raise Conflict("CONFLICT", sheet.failure)
        if sheet is None or sheet.filled_at is None:
            raise Unavailable(
                "UNAVAILABLE", "The rows are being made ready. Repeat the request in a few seconds."
            )
        found = sheets.row_in_file(job.account_id, job.id, row)
        if found is None:
            raise NotFound("NOT_FOUND", f"Row {row:,} of this job can’t be fixed, or a retry has taken it.")
        is_out = found.state == LEFT_OUT if leave_out is None else leave_out
        edits = {found.row_number: _by_position(values, columns_of(job))}
        [edited] = save_edits(actor, public_id, edits, {found.row_number} if is_out else ())
        return edited


def _by_position(values: Mapping[str, str], columns: Sequence[Column]) -> dict[str, str]:
    known = {str(one.position): str(one.position) for one in columns}
    known |= {one.name: str(one.position) for one in reversed(columns) if one.name}
    unknown = [name for name in values if name not in known]
    if unknown:
        names = ", ".join(one.name or str(one.position) for one in columns)
        sentence = f"There’s no such column to fix. The columns are: {names}."
        fields = {f"values.{name[:100]}": sentence for name in unknown[:20]}
        raise Invalid("VALIDATION_ERROR", f"values.{unknown[0][:100]}: {sentence}", fields=fields)
    return {known[name]: text for name, text in values.items()}
