"""the key of a clone is called what it is"""

import sqlalchemy as sa
from alembic import op

revision = "0021_template_keys"
down_revision = "0020_pauses"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rename_key("once_key", "idempotency_key")


def downgrade() -> None:
    _rename_key("idempotency_key", "once_key")


def _rename_key(old: str, new: str) -> None:
    with op.batch_alter_table("template_uses", schema=None) as batch_op:
        batch_op.drop_constraint(f"uq_template_uses_account_id_{old}", type_="unique")
        batch_op.alter_column(old, new_column_name=new, existing_type=sa.String(length=64))
    with op.batch_alter_table("template_uses", schema=None) as batch_op:
        batch_op.create_unique_constraint(f"uq_template_uses_account_id_{new}", ["account_id", new])
