"""secrets of event sources that were replaced, and whether guests of a booking count"""

import sqlalchemy as sa
from alembic import op

revision = "0089_replaced_secrets"
down_revision = "0088_saved_signing_secrets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("event_sources", sa.Column("previous_secret", sa.Text(), nullable=True))
    op.add_column("event_sources", sa.Column("previous_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "event_sources", sa.Column("counts_guests", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("event_sources", "counts_guests")
    op.drop_column("event_sources", "previous_until")
    op.drop_column("event_sources", "previous_secret")
