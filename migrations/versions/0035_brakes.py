"""jobs pause after their first rows, when many rows fail, and until a second person approves them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035_brakes"
down_revision = "0034_erasures"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OF_JOBS = {
    "failures": JSON,
    "canary_rows": sa.Integer(),
    "approval": sa.String(length=10),
    "approval_asked_by": ID,
    "approval_by": ID,
    "approval_at": sa.DateTime(timezone=True),
}

OF_BATCHES = ("accepted_rows", "accepted_failed")


def upgrade() -> None:
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        for name, kind in OF_JOBS.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table("enrollment_batches", schema=None) as batch_op:
        for name in OF_BATCHES:
            batch_op.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Jobs that wait for their canary or for approval wait for a person instead."""
    op.execute("UPDATE enrollment_jobs SET paused_by = 'brake' WHERE paused_by IN ('canary', 'approval')")
    with op.batch_alter_table("enrollment_batches", schema=None) as batch_op:
        for name in reversed(OF_BATCHES):
            batch_op.drop_column(name)
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        for name in reversed(OF_JOBS):
            batch_op.drop_column(name)
