"""Alembic's entry: runs the migrations on the connection that ``database.Database.migrate`` hands over."""

from alembic import context

import pocket3d_server.accounts.tables
import pocket3d_server.jobs.tables
import pocket3d_server.jobs.webhooks.tables  # noqa: F401 - all fill the metadata
from pocket3d_server.database import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
connection.commit()
