"""how many contacts an account had at the end of each day, and how many of them may be contacted"""

import sqlalchemy as sa
from alembic import op

revision = "0037_contact_counts"
down_revision = "0036_effects"
branch_labels = None
depends_on = None

TABLE = "contact_counts"
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("account_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("reachable", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "day"),
    )
    if op.get_bind().dialect.name == "postgresql":
        written = f"account_id = (SELECT {ACCOUNT})"
        op.execute(f"CREATE POLICY account ON {TABLE} USING (account_id = {ACCOUNT}) WITH CHECK ({written})")
        op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table(TABLE)
