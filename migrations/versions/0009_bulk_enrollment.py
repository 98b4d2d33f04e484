"""bulk_enrollment"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_bulk_enrollment"
down_revision = "0008_templates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrollment_batches",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_row", sa.Integer(), nullable=False),
        sa.Column("last_row", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("outcomes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("failure", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment_batches")),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_enrollment_batches_job_id_number")),
    )
    with op.batch_alter_table("enrollment_batches", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_enrollment_batches_job_id_status"), ["job_id", "status"], unique=False
        )
        batch_op.create_index(
            "ix_enrollment_batches_open",
            ["job_id", "number"],
            unique=False,
            sqlite_where=sa.text("status IN ('pending', 'processing')"),
            postgresql_where=sa.text("status IN ('pending', 'processing')"),
        )

    op.create_table(
        "enrollment_jobs",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("workflow_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("selection_type", sa.String(length=10), nullable=False),
        sa.Column("upload_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("options", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("parent_job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("once_key", sa.String(length=80), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("batches", sa.Integer(), nullable=False),
        sa.Column("totals", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("failure", sa.String(length=500), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_rows", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment_jobs")),
        sa.UniqueConstraint("account_id", "once_key", name=op.f("uq_enrollment_jobs_account_id_once_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_enrollment_jobs_public_id")),
    )
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_enrollment_jobs_account_id_status_id"),
            ["account_id", "status", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_enrollment_jobs_unfinished",
            ["id"],
            unique=False,
            sqlite_where=sa.text(
                "status IN ('scheduled','pending','validating','queued','processing','cancelling','paused')"
            ),
            postgresql_where=sa.text(
                "status IN ('scheduled','pending','validating','queued','processing','cancelling','paused')"
            ),
        )
        batch_op.create_index(batch_op.f("ix_enrollment_jobs_workflow_id"), ["workflow_id"], unique=False)

    op.create_table(
        "enrollment_rows",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "job_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.String(length=320), nullable=True),
        sa.Column("key", sa.String(length=254), nullable=True),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("verdict", sa.SmallInteger(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=True),
        sa.Column("detail", sa.String(length=200), nullable=True),
        sa.Column("note", sa.String(length=40), nullable=True),
        sa.Column("withheld", sa.String(length=12), nullable=True),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "row_number", name=op.f("pk_enrollment_rows")),
        postgresql_with={"fillfactor": "70"},
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("enrollment_rows", schema=None) as batch_op:
        batch_op.create_index(
            "uq_enrollment_rows_counting",
            ["job_id", "key"],
            unique=True,
            sqlite_where=sa.text("verdict NOT IN (10, 11)"),
            postgresql_where=sa.text("verdict NOT IN (10, 11)"),
        )
        batch_op.create_index(
            "ix_enrollment_rows_problems",
            ["job_id", "outcome", "row_number"],
            unique=False,
            sqlite_where=sa.text("outcome >= 10"),
            postgresql_where=sa.text("outcome >= 10"),
        )


def downgrade() -> None:
    with op.batch_alter_table("enrollment_rows", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_enrollment_rows_counting",
            sqlite_where=sa.text("verdict NOT IN (10, 11)"),
            postgresql_where=sa.text("verdict NOT IN (10, 11)"),
        )
        batch_op.drop_index(
            "ix_enrollment_rows_problems",
            sqlite_where=sa.text("outcome >= 10"),
            postgresql_where=sa.text("outcome >= 10"),
        )

    op.drop_table("enrollment_rows")
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrollment_jobs_workflow_id"))
        batch_op.drop_index(
            "ix_enrollment_jobs_unfinished",
            sqlite_where=sa.text(
                "status IN ('scheduled','pending','validating','queued','processing','cancelling','paused')"
            ),
            postgresql_where=sa.text(
                "status IN ('scheduled','pending','validating','queued','processing','cancelling','paused')"
            ),
        )
        batch_op.drop_index(batch_op.f("ix_enrollment_jobs_account_id_status_id"))

    op.drop_table("enrollment_jobs")
    with op.batch_alter_table("enrollment_batches", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_enrollment_batches_open",
            sqlite_where=sa.text("status IN ('pending', 'processing')"),
            postgresql_where=sa.text("status IN ('pending', 'processing')"),
        )
        batch_op.drop_index(batch_op.f("ix_enrollment_batches_job_id_status"))

    op.drop_table("enrollment_batches")
