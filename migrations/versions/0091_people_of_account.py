"""the index of people in a workflow has the account, as an expression that only searches for them use"""

import sqlalchemy as sa
from alembic import op

revision = "0091_people_of_account"
down_revision = "0090_actions_of_the_log"
branch_labels = None
depends_on = None

WHILE_OLD_VERSION_RUNS = (
    "Whatever moves people in workflows or enrolls them waits while the index is made, some seconds for a"
    " million people. Until its machines are restarted, the previous release lists people of large workflows"
    " more slowly, because it asks for them in the order of the former index."
)

TABLE, NEW = "enrollments", "ix_enrollments_people"
FORMER = "ix_enrollments_workflow_id_status_id"


def upgrade() -> None:
    op.create_index(NEW, TABLE, ["workflow_id", sa.text("NULLIF(account_id, 0)"), "status", "id"])
    op.drop_index(FORMER, TABLE)


def downgrade() -> None:
    op.create_index(FORMER, TABLE, ["workflow_id", "status", "id"])
    op.drop_index(NEW, TABLE)
