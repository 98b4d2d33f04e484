"""an account's rules for sending: the frequency cap"""

import sqlalchemy as sa
from alembic import op

revision = "0059_sending_rules"
down_revision = "0058_date_watches"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "sending_rules",
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("cap_messages", sa.Integer()),
        sa.Column("cap_days", sa.Integer()),
        sa.Column("cap_skips", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_sending_rules_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sending_rules")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE POLICY account ON sending_rules"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE sending_rules ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("sending_rules")
