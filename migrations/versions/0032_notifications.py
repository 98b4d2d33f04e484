"""notifications, emails and webhook calls to be delivered, webhooks"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032_notifications"
down_revision = "0031_timing"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
TABLES = ("notifications", "outgoing_emails", "webhooks", "webhook_calls")
UNREAD = sa.text("read_at IS NULL")
WAITING = sa.text("status = 'waiting'")


def _delivery() -> list[sa.Column]:
    """Columns of what is delivered."""
    return [
        sa.Column("id", BIG, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("next_attempt_at", TIME, nullable=True),
        sa.Column("answer", sa.String(300), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("attempted_at", TIME, nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.String(40), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("read_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index(
        op.f("ix_notifications_account_id_user_id_id"), "notifications", ["account_id", "user_id", "id"]
    )
    op.create_index(
        op.f("ix_notifications_account_id_subject_id"), "notifications", ["account_id", "subject_id"]
    )
    op.create_index(
        "ix_notifications_unread",
        "notifications",
        ["account_id", "user_id"],
        sqlite_where=UNREAD,
        postgresql_where=UNREAD,
    )
    op.create_table(
        "outgoing_emails",
        sa.Column("account_id", BIG, nullable=False),
        *_delivery(),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.String(40), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_emails")),
    )
    op.create_index(
        op.f("ix_outgoing_emails_account_id_subject_id"), "outgoing_emails", ["account_id", "subject_id"]
    )
    _index_waiting("outgoing_emails")
    op.create_table(
        "webhooks",
        sa.Column("account_id", BIG, autoincrement=False, nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_webhooks_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "webhook_calls",
        sa.Column("account_id", BIG, nullable=False),
        *_delivery(),
        sa.Column("public_id", sa.String(36), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("subject_id", sa.String(40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_calls")),
    )
    op.create_index(op.f("ix_webhook_calls_account_id_id"), "webhook_calls", ["account_id", "id"])
    op.create_index(
        op.f("ix_webhook_calls_account_id_subject_id"), "webhook_calls", ["account_id", "subject_id"]
    )
    _index_waiting("webhook_calls")
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _index_waiting(table: str) -> None:
    op.create_index(
        f"ix_{table}_waiting", table, ["account_id", "id"], sqlite_where=WAITING, postgresql_where=WAITING
    )
