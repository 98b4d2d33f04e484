"""what people and machines did with messages"""

import sqlalchemy as sa
from alembic import op

revision = "0054_reactions"
down_revision = "0053_webhook_deliveries"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "message_reactions",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("message_id", BIG, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("link", sa.String(500), nullable=False),
        sa.Column("is_trap", sa.Boolean(), nullable=False),
        sa.Column("by_machine", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_reactions")),
    )
    op.create_index(
        op.f("ix_message_reactions_message_id_kind_at"), "message_reactions", ["message_id", "kind", "at"]
    )
    op.add_column("messages", sa.Column("opened_at", MOMENT))
    op.add_column("messages", sa.Column("clicked_at", MOMENT))
    op.add_column(
        "mail_servers", sa.Column("tracks_reactions", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column(
        "workflows", sa.Column("tracks_reactions", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE POLICY account ON message_reactions"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE message_reactions ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_column("workflows", "tracks_reactions")
    op.drop_column("mail_servers", "tracks_reactions")
    op.drop_column("messages", "clicked_at")
    op.drop_column("messages", "opened_at")
    op.drop_table("message_reactions")
