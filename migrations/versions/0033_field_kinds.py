"""custom fields have a kind, choices, and earlier names; their values are changed piece by piece"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033_field_kinds"
down_revision = "0032_notifications"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _columns() -> list[sa.Column]:
    return [
        sa.Column("kind", sa.String(10), nullable=False, server_default="text"),
        sa.Column("choices", JSON, nullable=False, server_default="[]"),
        sa.Column("aliases", JSON, nullable=False, server_default="[]"),
        sa.Column("task", sa.String(10), nullable=False, server_default=""),
        sa.Column("merge_into", BIG, nullable=True),
        sa.Column("done_through", BIG, nullable=False, server_default="0"),
    ]


def upgrade() -> None:
    for column in _columns():
        op.add_column("custom_fields", column)


def downgrade() -> None:
    for column in reversed(_columns()):
        op.drop_column("custom_fields", column.name)
