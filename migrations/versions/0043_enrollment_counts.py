"""the number of enrollments of each workflow by status"""

import sqlalchemy as sa
from alembic import op

revision = "0043_enrollment_counts"
down_revision = "0042_past_jobs"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "enrollment_counts",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("workflow_id", BIG, nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("enrollments", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment_counts")),
    )
    op.create_index(
        op.f("ix_enrollment_counts_account_id_workflow_id_status"),
        "enrollment_counts",
        ["account_id", "workflow_id", "status"],
    )
    op.execute(
        "INSERT INTO enrollment_counts (account_id, workflow_id, status, enrollments)"
        " SELECT account_id, workflow_id, status, count(*) FROM enrollments"
        " GROUP BY account_id, workflow_id, status"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE POLICY account ON enrollment_counts"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE enrollment_counts ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("enrollment_counts")
