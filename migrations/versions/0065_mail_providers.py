"""mail providers that report what became of emails"""

import sqlalchemy as sa
from alembic import op

revision = "0065_mail_providers"
down_revision = "0064_account_color"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "mail_providers",
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("provider", sa.String(10), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("heard_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_mail_providers_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "provider", name=op.f("pk_mail_providers")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE POLICY account ON mail_providers"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE mail_providers ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("mail_providers")
