"""Lost attempts and lost servers are counted apart, lost attempts wait, and too many lead to quarantine."""

import sqlalchemy as sa
from alembic import op

from pocket3d_server.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("lost_attempts", sa.Integer(), nullable=False, server_default="0"))
        jobs.add_column(sa.Column("lost_servers", sa.Integer(), nullable=False, server_default="0"))
        jobs.add_column(sa.Column("not_before", UtcDateTime(), nullable=True))
        jobs.add_column(sa.Column("quarantined", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("UPDATE jobs SET lost_attempts = attempts - 1 WHERE status = 'queued' AND attempts > 1")


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("jobs") as jobs:
        for name in ("quarantined", "not_before", "lost_servers", "lost_attempts"):
            jobs.drop_column(name)
