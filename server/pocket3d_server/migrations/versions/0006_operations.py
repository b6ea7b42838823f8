"""Sums over the jobs that have ended, and the request that made a job."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SECONDS = {
    "sqlite": "(julianday(completed_at) - julianday(started_at)) * 86400",
    "postgresql": "extract(epoch from completed_at - started_at)",
}
CANCELLED = {
    "sqlite": "json_extract(error, '$.code') = 'CANCELLED'",
    "postgresql": "error->>'code' = 'CANCELLED'",
}


def upgrade() -> None:
    """Add both, and the sums over what is there."""
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("request_id", sa.String(length=64), nullable=False, server_default=""))
    op.create_table(
        "job_totals",
        sa.Column("model_id", sa.String(length=100), nullable=False),
        sa.Column("feature", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("jobs", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("model_id", "feature", "outcome", name=op.f("pk_job_totals")),
    )
    database = op.get_bind().dialect.name
    outcome = f"CASE WHEN status = 'completed' THEN 'completed' WHEN {CANCELLED[database]} THEN 'cancelled' ELSE 'error' END"
    op.execute(
        "INSERT INTO job_totals (model_id, feature, outcome, jobs, seconds) "
        f"SELECT model_id, feature, {outcome}, count(*), coalesce(sum({SECONDS[database]}), 0) FROM jobs "
        f"WHERE status IN ('completed', 'error') GROUP BY model_id, feature, {outcome}"
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("job_totals")
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.drop_column("request_id")
