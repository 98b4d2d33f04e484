"""messages to contacts"""

import sqlalchemy as sa
from alembic import op

revision = "0048_messages"
down_revision = "0047_positions"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
PLANNED = sa.text("state = 'planned'")
SENT_BY = sa.text("sender_id IS NOT NULL")
OPEN = sa.text("state IN ('sending', 'uncertain')")


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("workflow_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("step_id", sa.String(40), nullable=False),
        sa.Column("enrollment_id", BIG, nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT),
        sa.Column("address", sa.String(254)),
        sa.Column("subject", sa.String(250)),
        sa.Column("merge_values", JSON),
        sa.Column("answer", sa.String(300), nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.Column("sender_id", BIG),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("token", name=op.f("uq_messages_token")),
    )
    op.create_index("uq_messages_step", "messages", ["enrollment_id", "step_id", "visit"], unique=True)
    op.create_index(
        "ix_messages_planned",
        "messages",
        ["account_id", "workflow_id", "due_at"],
        sqlite_where=PLANNED,
        postgresql_where=PLANNED,
    )
    op.create_index("ix_messages_open", "messages", ["lease_until"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(
        op.f("ix_messages_account_id_contact_id_id"), "messages", ["account_id", "contact_id", "id"]
    )
    op.create_index(op.f("ix_messages_account_id_id"), "messages", ["account_id", "id"])
    op.create_index(
        "ix_messages_sent_by",
        "messages",
        ["sender_id", "settled_at"],
        sqlite_where=SENT_BY,
        postgresql_where=SENT_BY,
    )
    op.create_table(
        "sending_turns",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", MOMENT),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sending_turns")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("messages", "sending_turns"):
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("sending_turns")
    op.drop_table("messages")
