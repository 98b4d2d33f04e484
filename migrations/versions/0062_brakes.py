"""brakes: the pause of all sending, limits that stop workflows, and workflows that have stopped"""

import sqlalchemy as sa
from alembic import op

revision = "0062_brakes"
down_revision = "0061_sms"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    paused = sa.Column("sending_paused", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("sending_rules", paused)
    op.add_column("sending_rules", sa.Column("brake_bounces", sa.Integer(), server_default="500"))
    op.add_column("sending_rules", sa.Column("brake_complaints", sa.Integer(), server_default="30"))
    op.add_column("sending_rules", sa.Column("brake_growth", sa.Integer(), server_default="3"))
    op.execute(
        "INSERT INTO sending_rules (account_id, cap_skips, created_at, updated_at)"
        " SELECT account_id, false, created_at, updated_at FROM mail_servers WHERE sending_paused"
        " AND account_id NOT IN (SELECT account_id FROM sending_rules)"
    )
    op.execute(
        "UPDATE sending_rules SET sending_paused = true"
        " WHERE account_id IN (SELECT account_id FROM mail_servers WHERE sending_paused)"
    )
    op.drop_column("mail_servers", "sending_paused")
    op.create_table(
        "workflow_brakes",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("workflow_id", BIG, nullable=False, autoincrement=False),
        sa.Column("reason", sa.String(12)),
        sa.Column("facts", JSON),
        sa.Column("stopped_at", MOMENT),
        sa.Column("counts_from", MOMENT),
        sa.Column("allowed_on", sa.Date()),
        sa.PrimaryKeyConstraint("workflow_id", name=op.f("pk_workflow_brakes")),
    )
    op.create_index(op.f("ix_workflow_brakes_account_id"), "workflow_brakes", ["account_id"])
    op.create_table(
        "sending_days",
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("workflow_id", BIG, nullable=False, autoincrement=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "workflow_id", "day", name=op.f("pk_sending_days")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("workflow_brakes", "sending_days"):
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("sending_days")
    op.drop_table("workflow_brakes")
    paused = sa.Column("sending_paused", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("mail_servers", paused)
    op.execute(
        "UPDATE mail_servers SET sending_paused = true"
        " WHERE account_id IN (SELECT account_id FROM sending_rules WHERE sending_paused)"
    )
    for name in ("brake_growth", "brake_complaints", "brake_bounces", "sending_paused"):
        op.drop_column("sending_rules", name)
