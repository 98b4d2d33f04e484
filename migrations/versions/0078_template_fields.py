"""contact fields that workflows use instead of those of their templates"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0078_template_fields"
down_revision = "0077_template_updates"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TABLE = "workflow_template_links"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("fields", JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column(TABLE, "fields")
