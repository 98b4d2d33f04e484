"""quiet hours of text messages, and reports that come early"""

import sqlalchemy as sa
from alembic import op

revision = "0066_quiet_hours"
down_revision = "0065_mail_providers"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
REPORTS = "early_sms_reports"


def upgrade() -> None:
    op.add_column("sms_providers", sa.Column("quiet_from", sa.Integer()))
    op.add_column("sms_providers", sa.Column("quiet_until", sa.Integer()))
    op.execute("UPDATE sms_providers SET quiet_from = 1260, quiet_until = 480")
    op.create_table(
        REPORTS,
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("message_id", BIG, nullable=False, autoincrement=False),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "message_id", name=op.f("pk_early_sms_reports")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE POLICY account ON {REPORTS}"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute(f"ALTER TABLE {REPORTS} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table(REPORTS)
    op.drop_column("sms_providers", "quiet_until")
    op.drop_column("sms_providers", "quiet_from")
