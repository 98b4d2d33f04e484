"""invitations to accounts, and when people last signed in"""

import sqlalchemy as sa
from alembic import op

revision = "0082_invitations"
down_revision = "0081_session_details"
branch_labels = None
depends_on = None

WHILE_OLD_VERSION_RUNS = (
    "Users are updated once, which takes a moment. The previous release does not read the column, and "
    "does not note in it who signs in until it is replaced."
)

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("sent_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("accepted_at", TIME),
        sa.Column("revoked_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("created_by", BIG),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_invitations_account_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_account_id"), "invitations", ["account_id"])
    op.create_index(op.f("ix_invitations_expires_at"), "invitations", ["expires_at"])
    op.add_column("users", sa.Column("last_sign_in_at", TIME))
    op.execute(
        "UPDATE users SET last_sign_in_at ="
        " (SELECT max(s.started_at) FROM sign_ins s WHERE s.user_id = users.id)"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE POLICY account ON invitations USING (account_id = {ACCOUNT})"
            f" WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE invitations ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_column("users", "last_sign_in_at")
    op.drop_table("invitations")
