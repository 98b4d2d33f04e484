"""software that reports events to accounts, and the last test of each service"""

import sqlalchemy as sa
from alembic import op

revision = "0083_event_sources"
down_revision = "0082_invitations"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    _create(
        "event_sources",
        "source",
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("consent_basis", sa.String(30)),
        sa.Column("heard_at", MOMENT),
        sa.Column("heard_type", sa.String(40)),
        sa.Column("heard_result", sa.String(20)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG),
    )
    _create(
        "service_tests",
        "kind",
        sa.Column("tested_at", MOMENT, nullable=False),
        sa.Column("is_ok", sa.Boolean(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("service_tests")
    op.drop_table("event_sources")


def _create(table: str, key: str, *columns: sa.Column) -> None:
    op.create_table(
        table,
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column(key, sa.String(20), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", key, name=op.f(f"pk_{table}")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE POLICY account ON {table}"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
