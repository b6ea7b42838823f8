"""How much came inside a job's request is known, and since when a webhook is disabled."""

import sqlalchemy as sa
from alembic import op

from pocket3d_server.database import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEPT = sa.text("input_bytes > 0")


def upgrade() -> None:
    """Add the columns, and an index of the few jobs that hold such files."""
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("input_bytes", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index(
        "ix_jobs_inputs", "jobs", ["account_id", "input_bytes"], sqlite_where=KEPT, postgresql_where=KEPT
    )
    with op.batch_alter_table("webhooks") as webhooks:
        webhooks.add_column(sa.Column("disabled_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("webhooks") as webhooks:
        webhooks.drop_column("disabled_at")
    op.drop_index("ix_jobs_inputs", "jobs")
    with op.batch_alter_table("jobs") as jobs:
        jobs.drop_column("input_bytes")
