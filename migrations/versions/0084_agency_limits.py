"""limits that agencies set for their sub-accounts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0084_agency_limits"
down_revision = "0083_event_sources"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("agency_limits", JSON, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("accounts", "agency_limits")
