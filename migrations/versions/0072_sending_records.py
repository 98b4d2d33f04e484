"""emails that belong to no workflow count towards the limits of their senders"""

import sqlalchemy as sa
from alembic import op

revision = "0072_sending_records"
down_revision = "0071_form_texts"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
TABLE = "sent_singles"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("sender_id", BIG, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for columns in (["account_id", "sender_id", "sent_at"], ["sent_at"]):
        op.create_index(op.f(f"ix_{TABLE}_{'_'.join(columns)}"), TABLE, columns)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE POLICY account ON {TABLE}"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table(TABLE)
