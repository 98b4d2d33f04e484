"""providers of text messages, consent to them, and messages that are due by channel"""

import sqlalchemy as sa
from alembic import op

revision = "0061_sms"
down_revision = "0060_results"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = sa.String(20).with_variant(sa.String(20, collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
TABLES = ("sms_providers", "sms_turns", "sms_consents")
PLANNED = sa.text("state = 'planned'")
DUE = ["account_id", "workflow_id", "due_at"]


def upgrade() -> None:
    op.create_table(
        "sms_providers",
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("account_sid", sa.String(34), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("sender", sa.String(34), nullable=False),
        sa.Column("per_second", sa.Integer()),
        sa.Column("asks_consent", sa.Boolean(), nullable=False),
        sa.Column("sending_paused", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_sms_providers_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sms_providers")),
    )
    op.create_table(
        "sms_turns",
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", MOMENT),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sms_turns")),
    )
    op.create_table(
        "sms_consents",
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("phone_key", KEY, nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "phone_key", name=op.f("pk_sms_consents")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    _index(["channel", *DUE])


def downgrade() -> None:
    _index(DUE)
    for table in reversed(TABLES):
        op.drop_table(table)


def _index(columns: list[str]) -> None:
    op.drop_index("ix_messages_planned", "messages")
    op.create_index(
        "ix_messages_planned", "messages", columns, sqlite_where=PLANNED, postgresql_where=PLANNED
    )
