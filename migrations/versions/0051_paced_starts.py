"""the pace at which people begin when a workflow is started"""

import sqlalchemy as sa
from alembic import op

revision = "0051_paced_starts"
down_revision = "0050_message_lists"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "paced_starts",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("workflow_id", BIG, nullable=False, autoincrement=False),
        sa.Column("drip", JSON, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("portion_at", MOMENT),
        sa.Column("portion_people", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT),
        sa.PrimaryKeyConstraint("workflow_id", name=op.f("pk_paced_starts")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE POLICY account ON paced_starts"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE paced_starts ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("paced_starts")
