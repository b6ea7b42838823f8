"""What the scheduler needs to be fair and quick."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

QUEUE = ["status", "account_id", "model_id", "created_at", "id"]


def upgrade() -> None:
    """The queue by account and model instead of one line, and a model's latest times."""
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_status_created_at")
        batch_op.create_index("ix_jobs_queue", QUEUE)
        batch_op.create_index("ix_jobs_model_id_completed_at", ["model_id", "completed_at"])


def downgrade() -> None:
    """One line again."""
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_index("ix_jobs_model_id_completed_at")
        batch_op.drop_index("ix_jobs_queue")
        batch_op.create_index("ix_jobs_status_created_at", ["status", "created_at"])
