"""what was noticed in an upload, and what was chosen on its page"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010_what_was_noticed"
down_revision = "0009_bulk_enrollment"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.add_column(sa.Column("noticed", _JSON, nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column("choices", _JSON, nullable=False, server_default=sa.text("'{}'")))
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.alter_column("noticed", server_default=None)
        batch_op.alter_column("choices", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_column("choices")
        batch_op.drop_column("noticed")
