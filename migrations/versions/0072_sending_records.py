"""emails that belong to no workflow count toward limits of senders; signatures of Mailgun are used once"""

import sqlalchemy as sa
from alembic import op

revision = "0072_sending_records"
down_revision = "0071_form_texts"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
SINGLES, SIGNATURES = "sent_singles", "used_signatures"


def upgrade() -> None:
    op.create_table(
        SINGLES,
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("sender_id", BIG, nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SINGLES}")),
    )
    for columns in (["account_id", "sender_id", "sent_at"], ["sent_at"]):
        op.create_index(op.f(f"ix_{SINGLES}_{'_'.join(columns)}"), SINGLES, columns)
    op.create_table(
        SIGNATURES,
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("signature", sa.String(64), nullable=False),
        sa.Column("contents", sa.String(64), nullable=False),
        sa.Column("used_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SIGNATURES}")),
        sa.UniqueConstraint("account_id", "signature", name=op.f(f"uq_{SIGNATURES}_account_id_signature")),
    )
    op.create_index(op.f(f"ix_{SIGNATURES}_used_at"), SIGNATURES, ["used_at"])
    if op.get_bind().dialect.name == "postgresql":
        for table in (SINGLES, SIGNATURES):
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table(SIGNATURES)
    op.drop_table(SINGLES)
