"""profile of uploads, answers about consent"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014_profile"
down_revision = "0013_business_details"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.add_column(sa.Column("profile", _JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("column_mappings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consent", _JSON, nullable=False, server_default="{}"))
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.alter_column("profile", server_default=None)
    with op.batch_alter_table("column_mappings", schema=None) as batch_op:
        batch_op.alter_column("consent", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("column_mappings", schema=None) as batch_op:
        batch_op.drop_column("consent")
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_column("profile")
