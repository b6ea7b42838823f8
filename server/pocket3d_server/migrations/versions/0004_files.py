"""Retention of files: when each was last used, and when its time was over."""

import sqlalchemy as sa
from alembic import op

from pocket3d_server.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two times for each file, and indexes for lists and sums by account."""
    with op.batch_alter_table("files") as files:
        files.add_column(sa.Column("used_at", UtcDateTime(), nullable=True))
        files.add_column(sa.Column("deleted_at", UtcDateTime(), nullable=True))
        files.drop_index(op.f("ix_files_account_id"))
        files.create_index(op.f("ix_files_account_id_created_at"), ["account_id", "created_at"])
        files.create_index("ix_files_space", ["account_id", "deleted_at", "job_id", "size"])


def downgrade() -> None:
    """Forget the files that are gone, and the times."""
    op.execute(sa.text("DELETE FROM files WHERE deleted_at IS NOT NULL"))
    with op.batch_alter_table("files") as files:
        files.drop_index("ix_files_space")
        files.drop_index(op.f("ix_files_account_id_created_at"))
        files.create_index(op.f("ix_files_account_id"), ["account_id"])
        files.drop_column("deleted_at")
        files.drop_column("used_at")
