"""how often the pace of a job was changed"""

import sqlalchemy as sa
from alembic import op

revision = "0041_pace_changes"
down_revision = "0040_approval_emails"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "enrollment_jobs", sa.Column("pace_changes", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("enrollment_jobs", "pace_changes")
