"""a row has one outcome, expected until its batch is settled; its fields lie beside it"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023_one_outcome"
down_revision = "0022_row_security"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ROWS = "enrollment_rows"
PROBLEMS = sa.text("outcome >= 10")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
SETTLED = (
    "EXISTS (SELECT 1 FROM enrollment_batches b WHERE b.job_id = enrollment_rows.job_id"
    " AND enrollment_rows.row_number BETWEEN b.first_row AND b.last_row"
    " AND b.status NOT IN ('pending', 'processing'))"
)


def upgrade() -> None:
    op.create_table(
        "enrollment_row_fields",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("job_id", BIG, autoincrement=False, nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "row_number", name=op.f("pk_enrollment_row_fields")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE POLICY account ON enrollment_row_fields"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE enrollment_row_fields ENABLE ROW LEVEL SECURITY")
    op.execute(
        "INSERT INTO enrollment_row_fields (account_id, job_id, row_number, fields)"
        " SELECT account_id, job_id, row_number, fields FROM enrollment_rows WHERE fields IS NOT NULL"
    )
    _drop_indexes()
    op.execute("UPDATE enrollment_rows SET verdict = outcome WHERE outcome IS NOT NULL")
    op.execute("ALTER TABLE enrollment_rows DROP COLUMN fields")
    op.execute("ALTER TABLE enrollment_rows DROP COLUMN outcome")
    op.execute("ALTER TABLE enrollment_rows RENAME COLUMN verdict TO outcome")
    _create_indexes("outcome NOT IN (10, 11, 20)")
    op.add_column("enrollment_batches", sa.Column("expected", JSON, server_default="{}", nullable=False))
    op.add_column(
        "enrollment_batches", sa.Column("newcomers", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("enrollment_batches", "newcomers")
    op.drop_column("enrollment_batches", "expected")
    _drop_indexes()
    op.execute("ALTER TABLE enrollment_rows RENAME COLUMN outcome TO verdict")
    op.add_column(ROWS, sa.Column("outcome", sa.SmallInteger(), nullable=True))
    op.add_column(ROWS, sa.Column("fields", sa.Text(), nullable=True))
    op.execute(f"UPDATE enrollment_rows SET outcome = verdict WHERE {SETTLED}")
    op.execute(
        "UPDATE enrollment_rows SET fields = (SELECT f.fields FROM enrollment_row_fields f"
        " WHERE f.job_id = enrollment_rows.job_id AND f.row_number = enrollment_rows.row_number)"
    )
    _create_indexes("verdict NOT IN (10, 11)")
    op.drop_table("enrollment_row_fields")


def _drop_indexes() -> None:
    op.drop_index("uq_enrollment_rows_counting", table_name=ROWS)
    op.drop_index("ix_enrollment_rows_problems", table_name=ROWS)


def _create_indexes(counting: str) -> None:
    op.create_index(
        "uq_enrollment_rows_counting",
        ROWS,
        [sa.text("NULLIF(job_id, 0)"), "key"],
        unique=True,
        sqlite_where=sa.text(counting),
        postgresql_where=sa.text(counting),
    )
    op.create_index(
        "ix_enrollment_rows_problems",
        ROWS,
        ["job_id", "outcome", "row_number"],
        sqlite_where=PROBLEMS,
        postgresql_where=PROBLEMS,
    )
