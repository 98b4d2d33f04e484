"""the index of jobs that are not over"""

import sqlalchemy as sa
from alembic import op

revision = "0017_jobs_not_over"
down_revision = "0016_to_dos"
branch_labels = None
depends_on = None

NOT_OVER = sa.text("status NOT IN ('completed', 'completed_with_errors', 'cancelled', 'failed')")
UNFINISHED = sa.text(
    "status IN ('scheduled','pending','validating','queued','processing','cancelling','paused')"
)


def upgrade() -> None:
    op.drop_index("ix_enrollment_jobs_unfinished", table_name="enrollment_jobs")
    _index("ix_enrollment_jobs_not_over", "status", NOT_OVER)


def downgrade() -> None:
    op.drop_index("ix_enrollment_jobs_not_over", table_name="enrollment_jobs")
    _index("ix_enrollment_jobs_unfinished", "id", UNFINISHED)


def _index(name: str, column: str, where: sa.TextClause) -> None:
    op.create_index(name, "enrollment_jobs", [column], sqlite_where=where, postgresql_where=where)
