"""retries of failed enrollments that are not finished"""

import sqlalchemy as sa
from alembic import op

revision = "0092_pending_retries"
down_revision = "0091_people_of_account"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
TABLE = "pending_retries"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("workflow_id", BIG, nullable=False, autoincrement=False),
        sa.Column("step_id", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "workflow_id", "step_id", "reason", name=op.f(f"pk_{TABLE}")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE POLICY account ON {TABLE}"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table(TABLE)
