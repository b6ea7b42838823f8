"""Scopes of keys, disabled accounts, credits and their ledger, what a job costs and how long it ran."""

import sqlalchemy as sa
from alembic import op

from pocket3d_server.database import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Until now nothing was metered: every account's credits become null."""
    with op.batch_alter_table("accounts") as accounts:
        accounts.alter_column("credits", existing_type=sa.Integer(), nullable=True)
        accounts.add_column(sa.Column("disabled_at", UtcDateTime(), nullable=True))
    op.execute(sa.text("UPDATE accounts SET credits = NULL"))
    with op.batch_alter_table("api_keys") as keys:
        keys.add_column(sa.Column("scopes", sa.String(length=200), nullable=True))
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("credits", sa.Integer(), nullable=True))
        jobs.add_column(sa.Column("seconds", sa.Double(), nullable=False, server_default="0"))
    op.create_table(
        "credit_entries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("balance", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_credit_entries_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entries")),
        sa.UniqueConstraint("job_id", "kind", name=op.f("uq_credit_entries_job_id_kind")),
    )
    op.create_index(op.f("ix_credit_entries_account_id"), "credit_entries", ["account_id"])


def downgrade() -> None:
    """Take them away; unmetered accounts get no credits."""
    op.drop_table("credit_entries")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("seconds")
        jobs.drop_column("credits")
    with op.batch_alter_table("api_keys") as keys:
        keys.drop_column("scopes")
    op.execute(sa.text("UPDATE accounts SET credits = 0 WHERE credits IS NULL"))
    with op.batch_alter_table("accounts") as accounts:
        accounts.drop_column("disabled_at")
        accounts.alter_column("credits", existing_type=sa.Integer(), nullable=False)
