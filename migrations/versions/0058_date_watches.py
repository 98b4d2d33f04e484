"""how far dates were looked at that start workflows"""

import sqlalchemy as sa
from alembic import op

revision = "0058_date_watches"
down_revision = "0057_mailboxes"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
LOOKED_UP = {"ix_contacts_birthday": "birthday", "ix_contacts_time_zone": "time_zone"}


def upgrade() -> None:
    op.create_table(
        "date_watches",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("workflow_id", BIG, nullable=False, autoincrement=False),
        sa.Column("looked_until", MOMENT, nullable=False),
        sa.Column("missed", JSON, nullable=False),
        sa.PrimaryKeyConstraint("workflow_id", name=op.f("pk_date_watches")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE POLICY account ON date_watches"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE date_watches ENABLE ROW LEVEL SECURITY")
    for name, column in LOOKED_UP.items():
        known = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "contacts", ["account_id", column], sqlite_where=known, postgresql_where=known)


def downgrade() -> None:
    for name in LOOKED_UP:
        op.drop_index(name, "contacts")
    op.drop_table("date_watches")
