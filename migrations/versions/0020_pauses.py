"""who paused a job, and how long it was paused"""

import sqlalchemy as sa
from alembic import op

revision = "0020_pauses"
down_revision = "0019_typed_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_by", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("paused_seconds", sa.Float(), server_default="0", nullable=False))
    op.execute(  # until now only workflows paused jobs
        "UPDATE enrollment_jobs SET paused_by = 'workflow', paused_at = updated_at WHERE status = 'paused'"
    )


def downgrade() -> None:
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.drop_column("paused_seconds")
        batch_op.drop_column("paused_at")
        batch_op.drop_column("paused_by")
