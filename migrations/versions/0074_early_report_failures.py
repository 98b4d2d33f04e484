"""how often an early report about a text message could not be recorded"""

import sqlalchemy as sa
from alembic import op

revision = "0074_early_report_failures"
down_revision = "0073_codes_of_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    failures = sa.Column("failures", sa.Integer(), nullable=False, server_default="0")
    op.add_column("early_sms_reports", failures)


def downgrade() -> None:
    op.drop_column("early_sms_reports", "failures")
