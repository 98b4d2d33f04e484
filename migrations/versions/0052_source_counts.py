"""the number of enrollments of each workflow by source and day"""

import sqlalchemy as sa
from alembic import op

revision = "0052_source_counts"
down_revision = "0051_paced_starts"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "source_counts",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("workflow_id", BIG, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("enrollments", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_counts")),
    )
    op.create_index(
        op.f("ix_source_counts_account_id_workflow_id_source_day"),
        "source_counts",
        ["account_id", "workflow_id", "source", "day"],
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    day = "date(enrolled_at AT TIME ZONE 'UTC')" if is_postgresql else "date(enrolled_at)"
    op.execute(
        "INSERT INTO source_counts (account_id, workflow_id, source, day, enrollments)"
        f" SELECT account_id, workflow_id, source, {day}, count(*) FROM enrollments"
        f" GROUP BY account_id, workflow_id, source, {day}"
    )
    if is_postgresql:
        op.execute(
            "CREATE POLICY account ON source_counts"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE source_counts ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("source_counts")
