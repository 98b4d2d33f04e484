"""what the consent ledger keeps of deleted jobs"""

import sqlalchemy as sa
from alembic import op

revision = "0042_past_jobs"
down_revision = "0041_pace_changes"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = ("past_jobs", "past_rows")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "past_jobs",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("job_id", BIG, autoincrement=False, nullable=False),
        sa.Column("source_name", sa.String(200), nullable=False),
        sa.Column("workflow", sa.String(120), nullable=True),
        sa.Column("started_by", sa.String(120), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent_basis", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_past_jobs")),
    )
    op.create_table(
        "past_rows",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("contact_id", BIG, autoincrement=False, nullable=False),
        sa.Column("job_id", BIG, autoincrement=False, nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.SmallInteger(), nullable=False),
        sa.Column("detail", sa.String(200), nullable=True),
        sa.PrimaryKeyConstraint("contact_id", "job_id", name=op.f("pk_past_rows")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        op.execute(
            f"CREATE POLICY account ON {table}"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
