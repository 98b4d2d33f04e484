"""contacts that are being erased"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034_erasures"
down_revision = "0033_field_kinds"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("person", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE POLICY account ON erasures"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE erasures ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("erasures")
