"""what planning finds in a file has a plain name; why a batch failed is in its rows and in the log"""

from alembic import op

revision = "0027_findings"
down_revision = "0026_pausers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE enrollment_jobs RENAME COLUMN met TO findings")
    op.execute("ALTER TABLE enrollment_batches DROP COLUMN failure")


def downgrade() -> None:
    op.execute("ALTER TABLE enrollment_batches ADD COLUMN failure VARCHAR(200)")
    op.execute("ALTER TABLE enrollment_jobs RENAME COLUMN findings TO met")
