"""a job's selection apart from its options

What a job takes its rows from gets a column of its own, and so does what planning expected. Columns that
nothing reads go.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_typed_jobs"
down_revision = "0018_withheld_keys"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AT_ONCE = 500

OF_SELECTION = ("mapping", "identifier", "dates", "phones", "not_consent", "consent_words")
OF_JOB = (
    "missing",
    "existing",
    "consent_basis",
    "tags",
    "batch_size",
    "source_name",
    "tag_ids",
    "first_step",
)
OF_JOB += ("again",)
OVER = ("completed", "completed_with_errors", "cancelled", "failed")

jobs = sa.table(
    "enrollment_jobs",
    sa.column("id", BIG),
    sa.column("status", sa.String),
    sa.column("upload_id", BIG),
    sa.column("options", _JSON),
    sa.column("selection", _JSON),
    sa.column("expected", _JSON),
    sa.column("totals", _JSON),
)
uploads = sa.table("uploads", sa.column("id", BIG), sa.column("public_id", sa.String))


def upgrade() -> None:
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        for name in ("selection", "expected"):
            batch_op.add_column(sa.Column(name, _JSON, nullable=False, server_default=sa.text("'{}'")))
    _each(_apart)
    _rename_key("once_key", "idempotency_key")
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.drop_column("selection_type")
        batch_op.drop_column("dismissed_by")
        for name in ("selection", "expected"):
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dismissed_by", BIG, nullable=True))
        batch_op.add_column(
            sa.Column("selection_type", sa.String(length=10), nullable=False, server_default="csv")
        )
    _rename_key("idempotency_key", "once_key")
    _each(_together)
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.alter_column("selection_type", server_default=None)
        batch_op.drop_column("expected")
        batch_op.drop_column("selection")


def _rename_key(old: str, new: str) -> None:
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.drop_constraint(f"uq_enrollment_jobs_account_id_{old}", type_="unique")
        batch_op.alter_column(old, new_column_name=new, existing_type=sa.String(length=80))
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.create_unique_constraint(f"uq_enrollment_jobs_account_id_{new}", ["account_id", new])


def _each(changed: Any) -> None:
    """Write for each job what `changed` returns of its row."""
    connection = op.get_bind()
    after = 0
    query = sa.select(jobs, uploads.c.public_id.label("upload")).outerjoin(
        uploads, uploads.c.id == jobs.c.upload_id
    )
    while rows := connection.execute(query.where(jobs.c.id > after).order_by(jobs.c.id).limit(AT_ONCE)).all():
        for row in rows:
            connection.execute(sa.update(jobs).where(jobs.c.id == row.id).values(changed(row)))
        after = rows[-1].id


def _apart(row: Any) -> dict[str, Any]:
    options = row.options or {}
    selection = {"type": "file", "upload_id": row.upload or ""}
    selection |= {name: options[name] for name in OF_SELECTION if name in options}
    is_over = row.status in OVER
    return {
        "selection": selection,
        "options": {name: options[name] for name in OF_JOB if name in options},
        "expected": options.get("expected", {}) if is_over else row.totals or {},
        "totals": row.totals or {} if is_over else {},
    }


def _together(row: Any) -> dict[str, Any]:
    selection = {name: value for name, value in row.selection.items() if name in OF_SELECTION}
    withholds = any(
        field in ("consent", "opt_out", "bounced", "consent_note", "channel_consent", "channel_opt_out")
        for field in selection.get("mapping", {}).values()
    )
    is_over = row.status in OVER
    expected = {"expected": row.expected} if is_over and row.expected else {}
    return {
        "options": row.options | selection | expected | {"withholds": withholds},
        "totals": row.totals if is_over else row.expected,
    }
