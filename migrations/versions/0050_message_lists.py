"""lists of messages by state and by workflow"""

from alembic import op

revision = "0050_message_lists"
down_revision = "0049_mail_servers"
branch_labels = None
depends_on = None

LISTS = {
    "ix_messages_account_id_state_id": ["account_id", "state", "id"],
    "ix_messages_account_id_workflow_id_state_id": ["account_id", "workflow_id", "state", "id"],
}


def upgrade() -> None:
    for name, columns in LISTS.items():
        op.create_index(name, "messages", columns)
    op.drop_index("ix_messages_account_id_id", "messages")


def downgrade() -> None:
    op.create_index("ix_messages_account_id_id", "messages", ["account_id", "id"])
    for name in LISTS:
        op.drop_index(name, "messages")
