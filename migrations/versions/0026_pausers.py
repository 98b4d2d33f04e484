"""which person paused a job"""

import sqlalchemy as sa
from alembic import op

revision = "0026_pausers"
down_revision = "0025_lookups"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("paused_by_user", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.drop_column("paused_by_user")
