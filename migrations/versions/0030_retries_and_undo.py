"""Retries of rows, rows that users fix, undone enrollments, stored verifications"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030_retries_and_undo"
down_revision = "0029_api_tokens"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
TABLES = ("fixing_sheets", "fixing_rows", "row_edits", "job_verifications")


def upgrade() -> None:
    op.add_column("enrollment_jobs", sa.Column("retries", sa.String(length=200), nullable=True))
    op.add_column("enrollment_jobs", sa.Column("resolved_at", TIME, nullable=True))
    op.create_index(op.f("ix_enrollment_jobs_parent_job_id"), "enrollment_jobs", ["parent_job_id"])
    op.add_column("enrollment_rows", sa.Column("source_row", sa.Integer(), nullable=True))
    op.add_column("enrollments", sa.Column("undone_job_id", BIG, nullable=True))
    op.create_table(
        "fixing_sheets",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("job_id", BIG, autoincrement=False, nullable=False),
        sa.Column("filled_to", sa.Integer(), nullable=False),
        sa.Column("filled_at", TIME, nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("failure", sa.String(length=500), nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_fixing_sheets")),
    )
    op.create_table(
        "fixing_rows",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("job_id", BIG, autoincrement=False, nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_row", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=True),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("edits", sa.Text(), nullable=True),
        sa.Column("suggestion", sa.Text(), nullable=True),
        sa.Column("repair", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("retry_job_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("job_id", "row_number", name=op.f("pk_fixing_rows")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_fixing_rows_job_id_state_row_number_outcome"),
        "fixing_rows",
        ["job_id", "state", "row_number", "outcome"],
    )
    op.create_table(
        "row_edits",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("job_id", BIG, autoincrement=False, nullable=False),
        sa.Column("source_row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edits", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "source_row", name=op.f("pk_row_edits")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "job_verifications",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("job_id", BIG, autoincrement=False, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("document", JSON, nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_verifications")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(
                f"CREATE POLICY account ON {table} USING (account_id = {ACCOUNT})"
                f" WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_column("enrollments", "undone_job_id")
    op.drop_column("enrollment_rows", "source_row")
    op.drop_index(op.f("ix_enrollment_jobs_parent_job_id"), table_name="enrollment_jobs")
    op.drop_column("enrollment_jobs", "resolved_at")
    op.drop_column("enrollment_jobs", "retries")
