"""planning"""

import sqlalchemy as sa
from alembic import op

revision = "0011_planning"
down_revision = "0010_what_was_noticed"
branch_labels = None
depends_on = None

COUNTING = sa.text("verdict NOT IN (10, 11)")


def upgrade() -> None:
    _index_counting_rows(sa.text("(job_id + 0)"))
    op.add_column(
        "enrollment_jobs", sa.Column("idle_attempts", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("enrollment_jobs", sa.Column("holder", sa.String(length=80), nullable=True))
    op.add_column("enrollment_batches", sa.Column("holder", sa.String(length=80), nullable=True))


def downgrade() -> None:
    _index_counting_rows("job_id")
    op.drop_column("enrollment_batches", "holder")
    op.drop_column("enrollment_jobs", "holder")
    op.drop_column("enrollment_jobs", "idle_attempts")


def _index_counting_rows(job: sa.TextClause | str) -> None:
    """Put an index by job and key in place of the one that is there."""
    op.drop_index("uq_enrollment_rows_counting", table_name="enrollment_rows")
    op.create_index(
        "uq_enrollment_rows_counting",
        "enrollment_rows",
        [job, "key"],
        unique=True,
        sqlite_where=COUNTING,
        postgresql_where=COUNTING,
    )
