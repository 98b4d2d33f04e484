"""indexes for what was done, each continued by the order of the activity log"""

from alembic import op

revision = "0090_actions_of_the_log"
down_revision = "0089_replaced_secrets"
branch_labels = None
depends_on = None

WHILE_OLD_VERSION_RUNS = (
    "Whatever is recorded in the activity log waits while its indexes are made, some seconds for a million"
    " entries."
)

TABLE = "audit_entries"
FILTERS = [["action"], ["user_id", "action"]]


def _name(columns: list[str]) -> str:
    return op.f(f"ix_{TABLE}_{'_'.join(columns)}")


def upgrade() -> None:
    for columns in FILTERS:
        index = ["account_id", *columns, "at", "id"]
        op.create_index(_name(index), TABLE, index)


def downgrade() -> None:
    for columns in FILTERS:
        op.drop_index(_name(["account_id", *columns, "at", "id"]), TABLE)
