"""time zones of contacts"""

import sqlalchemy as sa
from alembic import op

revision = "0045_time_zones"
down_revision = "0044_indexes_of_failures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("time_zone", sa.String(60)))


def downgrade() -> None:
    op.drop_column("contacts", "time_zone")
