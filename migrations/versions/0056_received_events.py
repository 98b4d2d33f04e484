"""events that other systems report, and what started an enrollment"""

import sqlalchemy as sa
from alembic import op

revision = "0056_received_events"
down_revision = "0055_replies"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
KEY = sa.String(100).with_variant(sa.String(100, collation="C"), "postgresql")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "received_events",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("type", sa.String(40), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_events")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_received_events_account_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_received_events_contact_id_id"), "received_events", ["contact_id", "id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE POLICY account ON received_events"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE received_events ENABLE ROW LEVEL SECURITY")
    op.add_column("enrollments", sa.Column("event_id", BIG, nullable=True))
    op.add_column("enrollments", sa.Column("occasion", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("enrollments", "occasion")
    op.drop_column("enrollments", "event_id")
    op.drop_table("received_events")
