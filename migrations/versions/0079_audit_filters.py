"""indexes for every filter of the activity log, each continued by the order of the list"""

from alembic import op

revision = "0079_audit_filters"
down_revision = "0078_template_fields"
branch_labels = None
depends_on = None

WHILE_OLD_VERSION_RUNS = (
    "Whatever is recorded in the activity log waits while its indexes are made, some seconds for a million"
    " entries."
)

TABLE = "audit_entries"
FORMER = ["account_id", "id"]
FILTERS = [[], ["user_id"], ["subject"], ["user_id", "subject"], ["subject", "subject_id"]]


def _name(columns: list[str]) -> str:
    return op.f(f"ix_{TABLE}_{'_'.join(columns)}")


def upgrade() -> None:
    for columns in FILTERS:
        index = ["account_id", *columns, "at", "id"]
        op.create_index(_name(index), TABLE, index)
    op.drop_index(_name(FORMER), TABLE)


def downgrade() -> None:
    op.create_index(_name(FORMER), TABLE, FORMER)
    for columns in FILTERS:
        op.drop_index(_name(["account_id", *columns, "at", "id"]), TABLE)
