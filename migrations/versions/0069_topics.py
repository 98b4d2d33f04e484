"""topics of marketing emails, and contacts that have stopped them"""

import sqlalchemy as sa
from alembic import op

revision = "0069_topics"
down_revision = "0068_message_counts"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
TABLES = ("topics", "topic_stops")


def upgrade() -> None:
    op.create_table(
        "topics",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_key", sa.String(120), nullable=False),
        sa.Column("archived_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_topics_account_id_key")),
        sa.UniqueConstraint("account_id", "name_key", name=op.f("uq_topics_account_id_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "topic_stops",
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("contact_id", BIG, nullable=False, autoincrement=False),
        sa.Column("topic", sa.String(60), nullable=False),
        sa.Column("source", sa.String(400), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "contact_id", "topic", name=op.f("pk_topic_stops")),
    )
    op.create_index(op.f("ix_topic_stops_account_id_topic"), "topic_stops", ["account_id", "topic"])
    op.add_column("messages", sa.Column("topic", sa.String(60)))
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_column("messages", "topic")
    for table in reversed(TABLES):
        op.drop_table(table)
