"""other addresses of people whom a file withholds"""

import sqlalchemy as sa
from alembic import op

revision = "0018_withheld_keys"
down_revision = "0017_jobs_not_over"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "withheld_keys",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("job_id", BIG, autoincrement=False, nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=254), nullable=False),
        sa.Column("withheld", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "row_number", "key", name=op.f("pk_withheld_keys")),
    )


def downgrade() -> None:
    op.drop_table("withheld_keys")
