"""the index of enrollments that are due names the account, as their statements do"""

import sqlalchemy as sa
from alembic import op

revision = "0086_due_in_account"
down_revision = "0085_two_factor"
branch_labels = None
depends_on = None

WHILE_OLD_VERSION_RUNS = (
    "Whatever moves people in workflows waits while the index is made, some seconds for a million people who"
    " wait. Until its machines are restarted, the previous release moves people more slowly, because it asks"
    " for them in the order of the former index: so restart machines with workers soon."
)

TABLE = "enrollments"
DUE = sa.text("status = 'active' AND due_at IS NOT NULL")
FORMER, NAMING_ACCOUNT = "ix_enrollments_due", "ix_enrollments_due_in_version"


def upgrade() -> None:
    _create(NAMING_ACCOUNT, ["version_id", "account_id", "due_at"])
    op.drop_index(FORMER, TABLE)


def downgrade() -> None:
    _create(FORMER, ["version_id", "due_at"])
    op.drop_index(NAMING_ACCOUNT, TABLE)


def _create(name: str, columns: list[str]) -> None:
    op.create_index(name, TABLE, columns, sqlite_where=DUE, postgresql_where=DUE)
