"""indexes of failed and skipped rows by address, and of retried rows by their number in the file"""

import sqlalchemy as sa
from alembic import op

revision = "0044_indexes_of_failures"
down_revision = "0043_enrollment_counts"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_enrollment_rows_addresses": (
        ["job_id", "outcome", "identifier", "row_number", "account_id"],
        sa.text("outcome >= 10"),
    ),
    "ix_enrollment_rows_source": (["job_id", "source_row"], sa.text("source_row IS NOT NULL")),
}


def upgrade() -> None:
    for name, (columns, rows) in INDEXES.items():
        op.create_index(name, "enrollment_rows", columns, sqlite_where=rows, postgresql_where=rows)


def downgrade() -> None:
    for name in reversed(INDEXES):
        op.drop_index(name, "enrollment_rows")
